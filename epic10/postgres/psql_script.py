"""What a psql script needs and a program does for itself: conditions, retries for locks, progress.

psql has no IF outside of DO and does not retry, so conditions become \\if and
waiting for locks becomes a loop in PL/pgSQL. The statements in between are the
same that ``migrate`` sends.
"""

from textwrap import indent

from django.db.backends.postgresql.schema import DatabaseSchemaEditor

from epic10.postgres import locks
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
