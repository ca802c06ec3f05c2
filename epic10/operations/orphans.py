"""References to rows that do not exist, from before their foreign key.

They stop the release before its first change, unless the operator chooses to read
them as NULL. Then they are recorded in a list, and the original column, which is never
changed, still has them after the way back.
"""

from contextlib import contextmanager, suppress

from django.db import Error
from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.operations.columns.convert import Convert, is_beside
from epic10.postgres.catalog import column_exists, literal, quoted
from epic10.postgres.session import execute

from . import privileges
from .ownership import block
from .release_operation import ReleaseOperation

SETTING = "epic10.orphans"
REFUSE, SET_NULL = "refuse", "set-null"
NAMED = 10

KEEP = """\
INSERT INTO epic10_orphan (table_name, column_name, row_id, value)
    SELECT {table_name}, {column_name}, id, {theirs} FROM {table}
     WHERE {theirs} IS NOT NULL AND {target} IS NULL
    ON CONFLICT DO NOTHING"""


@contextmanager
def treated(policy: str, connection):
    """Set the policy for the block: REFUSE or SET_NULL."""
    execute(connection, f"SET {SETTING} = {literal(policy)}")
    try:
        yield
    finally:
        with suppress(Error):
            execute(connection, f"RESET {SETTING}")


class KeepOrphans(ReleaseOperation, RunSQL):
    """Record the references that are about to become NULL, if our column is beside theirs."""

    def __init__(self, table: str, rule: Convert):
        self.table, self.rule = table, rule
        keep = KEEP.format(
            table=quoted(table),
            table_name=literal(table),
            column_name=literal(rule.column),
            theirs=quoted(rule.column),
            target=quoted(rule.target),
        )
        super().__init__(
            sql=[block(f"IF {is_beside(table, rule)} THEN\n    {keep};\n  END IF;")], reverse_sql=RunSQL.noop
        )

    def needs(self, app_label, state):
        return privileges.table(self.table)

    def describe(self):
        return f"Keep the references of {self.table}.{self.rule.column} that point at nobody"


def no_orphans(table: str, rule: Convert, references: str) -> Check:
    column = quoted(rule.column)
    # Once ours is beside theirs the operator has said so.
    decided = f"{is_beside(table, rule)} OR pg_catalog.current_setting({literal(SETTING)}, true) = {literal(SET_NULL)}"
    return Check(
        f"orphans.{table}.{rule.column}",
        f"every {table}.{rule.column} points at a row of {references}",
        violations(
            f"SELECT pg_catalog.format('%s rows point at nobody, the first of them %s', count(*),\n"
            f"              pg_catalog.array_to_string((pg_catalog.array_agg(id ORDER BY id))[:{NAMED}], ', '))\n"
            f"  FROM {quoted(table)} WHERE {column} IS NOT NULL\n"
            f"   AND NOT EXISTS (SELECT FROM {quoted(references)} parent WHERE parent.id = {column})\n"
            f"HAVING count(*) > 0",
            only_if=f"{column_exists(table, rule.column)} AND ({decided}) IS NOT true",
        ),
        when=BEFORE,
        hint=f"Correct these rows, or let them read NULL, which is written down and undone on the way back: "
        f"python manage.py migrate ndas --orphans {SET_NULL}, or psql -v orphans={SET_NULL}",
    )
