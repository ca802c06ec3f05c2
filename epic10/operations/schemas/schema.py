"""A schema for one of the two applications, empty at first."""

from django.db.migrations.operations import RunSQL

from epic10.operations.ownership import before_the_locks, block_if, claim, drop_if_ours, is_ours, names_are_free
from epic10.operations.privileges import Need
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import literal, quoted, schema_exists


class AddSchema(ReleaseOperation, RunSQL):
    """Create the schema, for ``whose`` application; a schema of that name that was there before is refused."""

    def __init__(self, schema: str, *, whose: str):
        self.schema = schema
        purpose = literal(f"Epic 10: the register for the {whose} application. Dropped by epic10_finalize.")
        create = block_if(
            f"{is_ours('schema', schema)} AND NOT ({schema_exists(schema)})",
            f"CREATE SCHEMA {quoted(schema)}",
            f"COMMENT ON SCHEMA {quoted(schema)} IS {purpose}",
        )
        super().__init__(
            sql=[claim("schema", schema, exists=schema_exists(schema)), before_the_locks(create)],
            reverse_sql=[drop_if_ours("schema", schema, f"DROP SCHEMA IF EXISTS {quoted(schema)}")],
        )

    def describe(self):
        return f"Add schema {self.schema}"

    def needs(self, app_label, state):
        return [Need("schema", self.schema)]

    def preconditions(self, app_label, state):
        yield from names_are_free("schema", self.schema)

    def signs(self, app_label, state):
        yield schema_exists(self.schema)
