"""Row counts before the release, and statistics for the planner."""

from django.db.migrations.operations import RunSQL

from epic10.checks import Check, violations
from epic10.postgres.catalog import array, literal, quoted, table_oid

from . import privileges
from .ownership import block
from .release_operation import ReleaseOperation


class CountRows(ReleaseOperation, RunSQL):
    """
    Write down each table's rows before the first change; a resumed run keeps the first count.

    Fewer rows afterwards are a failed check, or, where the running application
    may delete some in the meantime (``may_shrink``), a warning.
    """

    def __init__(self, *tables: str, may_shrink: bool = False):
        self.tables, self.may_shrink = tables, may_shrink
        # What an earlier run counted that has been undone since.
        forget = (
            f"DELETE FROM epic10_row_count WHERE table_name = ANY ({array(tables)})\n"
            f"   AND NOT EXISTS (SELECT FROM epic10_created_object)"
        )
        super().__init__(sql=[forget, *map(_count, tables)], reverse_sql=RunSQL.noop)

    def describe(self):
        return f"Count the rows of {', '.join(self.tables)}"

    def needs(self, app_label, state):
        return [need for table in self.tables for need in privileges.table(table, "SELECT")]

    def checks(self, app_label, state):
        for table in self.tables:
            yield Check(
                f"rows.{table}",
                f"{table} has no fewer rows than before the release",
                violations(
                    f"SELECT pg_catalog.format('%s before, %s now', coalesce(rows::text, 'not counted'), now)\n"
                    f"  FROM (SELECT count(*) AS now FROM {quoted(table)}) AS counted\n"
                    f"  LEFT JOIN epic10_row_count ON table_name = {literal(table)}\n"
                    f" WHERE rows IS NULL OR now < rows"
                ),
                hint="Compare with the snapshot taken before the migration, and restore what is missing.",
                blocking=not self.may_shrink,
            )


def _count(table: str) -> str:
    return (
        f"INSERT INTO epic10_row_count (table_name, rows)\n"
        f"SELECT {literal(table)}, (SELECT count(*) FROM {quoted(table)})\n"
        f" WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = {literal(table)})"
    )


class Analyze(ReleaseOperation, RunSQL):
    """Analyze the new columns, which have no statistics yet; those of the other columns are still good."""

    def __init__(self, *tables: str):
        self.tables = tables
        super().__init__(sql=[_analyze(table) for table in tables], reverse_sql=RunSQL.noop)

    def describe(self):
        return f"Analyze the new columns of {', '.join(self.tables)}"


def _analyze(table: str) -> str:
    return block(
        f"EXECUTE {literal(f'ANALYZE {quoted(table)}')} || (\n"
        f"    SELECT coalesce(' (' || pg_catalog.string_agg(pg_catalog.quote_ident(attname), ', ') || ')', '')\n"
        f"      FROM pg_attribute JOIN epic10_created_object ON name = {literal(table)} || '.' || attname::text\n"
        f"     WHERE kind = 'column' AND attrelid = {table_oid(table)} AND NOT attisdropped);"
    )
