"""The same batches for psql, as a loop in PL/pgSQL with a commit after each."""

from textwrap import indent

from epic10.operations.backfill import other_columns
from epic10.operations.backfill.batches import BATCH_SETTINGS, BATCH_SIZE, COUNT_ROWS, LONGEST, SMALLEST
from epic10.postgres import locks, throttle
from epic10.postgres.psql_script import LOCK_ATTEMPTS

FOR_PSQL = {"after": "last", "size": "batch_size", "into": " INTO rows_changed, last, complaint, remedy"}

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


def loop(batch: str, table: str, unit: str, *, verb: str, passes: int, only_if: str = "true") -> str:
    """
    A loop over ``batch``, which is written FOR_PSQL.

    It goes on from the key in the variable ``last`` and leaves there the last key it
    saw, or NULL, and in ``rows_changed`` the number of rows it changed.
    """
    settings = [f"SET LOCAL lock_timeout = '{locks.TIMEOUT}'", *BATCH_SETTINGS]
    return BATCHES.format(
        batch=indent(batch, " " * 8),
        settings=";\n      ".join([*settings, f"PERFORM {other_columns.filling(table)}"]),
        count_rows=COUNT_ROWS.format(changed="rows_changed"),
        size=BATCH_SIZE,
        smallest=SMALLEST,
        target=LONGEST / 2,
        passes=passes,
        unit=unit,
        verb=verb,
        only_if=only_if,
        max_lag=throttle.MAX_LAG,
        megabyte=throttle.MEGABYTE,
        standby=indent(throttle.STANDBY, " " * 8).lstrip(),
        attempts=LOCK_ATTEMPTS,
    )
