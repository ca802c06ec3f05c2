"""What a psql script needs and a program does for itself: conditions, retries for locks, progress.

psql has no IF outside of DO and does not retry, so conditions become \\if and
waiting for locks becomes a loop in PL/pgSQL. The statements in between are the
same that ``migrate`` sends.
"""

from textwrap import indent

from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from epic10.postgres import locks, throttle
from epic10.postgres.catalog import literal

LOCK_ATTEMPTS = 60  # With pauses of up to five seconds this takes about as long as locks.PATIENCE.

PATIENT_LOCKS = """\
DO $epic10$
BEGIN
  FOR attempt IN 1..{attempts} LOOP
    BEGIN
{statements}
      RETURN;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RAISE NOTICE '%', {waiting};
    END;
    PERFORM pg_sleep(least(0.1 * 2 ^ (attempt - 1), {longest_pause}) * (0.5 + random()));
  END LOOP;
  RAISE EXCEPTION '%', {given_up} USING HINT = {hint};
END
$epic10$;"""

# Because of COMMIT this must run outside a transaction. The inner block is rolled
# back alone when a row is in use, so that its locks are not held during the wait.
BATCHES = """\
DO $epic10$
DECLARE
  last text;
  found_some bool;
  rows_changed bigint;
  migrated bigint := 0;
  batches int := 0;
  refused int := 0;
  complaint text;
  remedy text;
  max_lag bigint := coalesce(nullif(pg_catalog.current_setting('epic10.max_lag', true), ''), '{max_lag}');
  standby record;
  waits int := 0;
  batch_size int := {size};
  began timestamptz;
BEGIN
  IF NOT ({only_if}) THEN
    RETURN;
  END IF;
  FOR pass IN 1..{passes} LOOP
    last := '';
    found_some := false;
    LOOP
      {settings};
      began := clock_timestamp();
      BEGIN
{batch};
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        refused := refused + 1;
        IF refused > {attempts} THEN
          RAISE;
        END IF;
        RAISE NOTICE 'A batch waits for a row in use. Trying again.';
        PERFORM pg_sleep(0.5 + random());
        CONTINUE;
      END;
      EXIT WHEN last IS NULL;
      IF complaint IS NOT NULL THEN
        RAISE EXCEPTION '%', complaint USING HINT = remedy;
      END IF;
      {count_rows};
      COMMIT;
      -- Whoever wants a row of a batch shall not wait for it longer than twice this time.
      batch_size := least({size}, greatest({smallest}, batch_size::numeric * least({target}
        / greatest(extract(epoch FROM clock_timestamp() - began), 0.001), 2)));
      found_some := true;
      migrated := migrated + rows_changed;
      batches := batches + 1;
      RAISE NOTICE '{verb} % {unit} (batch %) at %', migrated, batches, clock_timestamp();
      LOOP
        SELECT name, round(lag / {megabyte}.0, 1) AS behind INTO standby FROM (
        {standby}
        ) AS standby WHERE max_lag > 0 AND lag > max_lag::numeric * {megabyte}.0 ORDER BY lag DESC LIMIT 1;
        EXIT WHEN NOT FOUND;
        IF waits % 10 = 0 THEN
          RAISE NOTICE 'The backfill waits: the standby % is % MB behind, and % MB is the most it may be.',
            standby.name, standby.behind, max_lag;
        END IF;
        waits := waits + 1;
        -- Within a transaction the list of standbys stays as it was.
        COMMIT;
        PERFORM pg_sleep(1);
      END LOOP;
    END LOOP;
    EXIT WHEN NOT found_some;
  END LOOP;
END
$epic10$;"""


class ScriptEditor(DatabaseSchemaEditor):
    """A schema editor that writes a psql script; it needs no server."""

    for_psql = True

    def __init__(self, connection, collect_sql=True, atomic=False):
        super().__init__(connection, collect_sql=True, atomic=False)


def is_script(schema_editor) -> bool:
    return getattr(schema_editor, "for_psql", False)


def only_if(condition: str, *lines: str) -> list[str]:
    return [f"SELECT {condition} AS go_on \\gset", "\\if :go_on", *lines, "\\endif"]


def patient_locks(phase: str, statements: list[str], tables: list[str]) -> str:
    """The statements that take locks, retried until they succeed; the locks outlive the inner block."""
    names = ", ".join(tables)
    return PATIENT_LOCKS.format(
        attempts=LOCK_ATTEMPTS,
        statements=indent(";\n".join(statements) + ";", " " * 6),
        longest_pause=locks.LONGEST_PAUSE,
        waiting=literal(f"{phase} waits for its locks on {names}. Trying again."),
        given_up=literal(f"{phase} could not get its locks on {names}."),
        hint=literal("Find who is in the way with SELECT * FROM pg_locks; then run this script again."),
    )


def notice(message: str) -> str:
    return f"DO $epic10$ BEGIN RAISE NOTICE '% at %', {literal(message)}, clock_timestamp(); END $epic10$;"


def batches(batch: str, *, settings, passes: int, **texts) -> str:
    """
    A loop over ``batch``, with a commit after each.

    ``batch`` goes on from the key in the variable ``last`` and leaves there the
    last key it saw, or NULL, and in ``rows_changed`` how many rows it changed. It has
    ``batch_size`` rows, as many as take ``target`` seconds.
    """
    return BATCHES.format(
        batch=indent(batch, " " * 8),
        settings=";\n      ".join([f"SET LOCAL lock_timeout = '{locks.TIMEOUT}'", *settings]),
        passes=passes,
        max_lag=throttle.MAX_LAG,
        megabyte=throttle.MEGABYTE,
        standby=indent(throttle.STANDBY, " " * 8).lstrip(),
        attempts=LOCK_ATTEMPTS,
        **texts,
    )
