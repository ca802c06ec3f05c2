"""How many rows were there before, and what the planner should know now."""

from django.db.migrations.operations import RunSQL

from epic10.catalog import literal, quoted


class CountRows(RunSQL):
    """Write down each table's rows before the first change; a resumed run keeps the first count."""

    def __init__(self, *tables: str):
        self.tables = tables
        forget = "DELETE FROM epic10_row_count WHERE NOT EXISTS (SELECT FROM epic10_created_object)"
        super().__init__(sql=[forget, *map(self._count, tables)], reverse_sql=RunSQL.noop)

    @staticmethod
    def _count(table):
        return (
            f"INSERT INTO epic10_row_count (table_name, rows)\n"
            f"SELECT {literal(table)}, (SELECT count(*) FROM {quoted(table)})\n"
            f" WHERE NOT EXISTS (SELECT FROM epic10_row_count WHERE table_name = {literal(table)})"
        )

    def describe(self):
        return "Count the rows of every table"


class Analyze(RunSQL):
    """New columns have no statistics until somebody looks."""

    def __init__(self, *tables: str):
        self.tables = tables
        super().__init__(sql=[f"ANALYZE {quoted(table)}" for table in tables], reverse_sql=RunSQL.noop)

    def describe(self):
        return f"Analyze {', '.join(self.tables)}"
