"""Foreign keys for a table in use: added without a scan, validated without a strong lock."""

from django.db.migrations.operations import RunSQL

from epic10.catalog import constraint_exists, literal, quoted, table_oid
from epic10.checks import BEFORE, Check, violations

from . import privileges
from .ownership import block, claim, drop_if_ours, is_ours


class AddForeignKey(RunSQL):
    """
    Add a foreign key NOT VALID, or accept one that says the same.

    New writes are checked from here on; ValidateForeignKey looks at the rest
    later. (https://www.postgresql.org/docs/current/sql-altertable.html)
    """

    def __init__(self, table: str, column: str, *, references: str, name: str, on_delete: str):
        self.table, self.column, self.references, self.name = table, column, references, name
        self.definition = f"FOREIGN KEY ({column}) REFERENCES {references}(id) ON DELETE {on_delete}"
        alter = f"ALTER TABLE {quoted(table)}"
        super().__init__(
            sql=[
                claim("constraint", f"{table}.{name}", exists=constraint_exists(table, name)),
                block(
                    f"IF NOT {constraint_exists(table, name)} THEN\n"
                    f"    {alter} ADD CONSTRAINT {quoted(name)} {self.definition} NOT VALID;\n  END IF;"
                ),
            ],
            reverse_sql=[
                drop_if_ours("constraint", f"{table}.{name}", f"{alter} DROP CONSTRAINT IF EXISTS {quoted(name)}")
            ],
        )

    def describe(self):
        return f"Add foreign key {self.name}"

    def needs(self, app_label, state):
        # UPDATE, because it is the least that allows to lock the table against writes.
        return privileges.table(self.table) + privileges.table(self.references, "SELECT", "REFERENCES", "UPDATE")

    def preconditions(self, app_label, state):
        yield Check(
            f"foreign_key.{self.name}.free",
            f"the constraint name {self.name} is free, or names the foreign key the release wants",
            violations(
                f"SELECT format('%s is %s, expected %s', {literal(self.name)}, {self._found()},\n"
                f"              {literal(self.definition)})\n"
                f"  FROM {self._rows()} AND {self._found()} <> {literal(self.definition)}\n"
                f"   AND NOT {is_ours('constraint', f'{self.table}.{self.name}')}"
            ),
            when=BEFORE,
            hint=f"ALTER TABLE {quoted(self.table)} RENAME CONSTRAINT {quoted(self.name)} TO …",
        )

    def checks(self, app_label, state):
        yield Check(
            f"foreign_key.{self.name}",
            f"{self.table}.{self.column} references {self.references}, valid for every row",
            violations(
                f"SELECT {literal(f'{self.name} is missing')} "
                f"WHERE NOT {constraint_exists(self.table, self.name)}\n"
                f"UNION ALL\n"
                f"SELECT format('%s is %s', {literal(self.name)}, pg_get_constraintdef(oid))\n"
                f"  FROM {self._rows()} AND ({self._found()} <> {literal(self.definition)} OR NOT convalidated)"
            ),
            hint=f"Where it is missing: ALTER TABLE {quoted(self.table)} ADD CONSTRAINT {quoted(self.name)} "
            f"{self.definition} NOT VALID; "
            f"then: ALTER TABLE {quoted(self.table)} VALIDATE CONSTRAINT {quoted(self.name)};",
        )

    def _rows(self):
        return f"pg_constraint WHERE conrelid = {table_oid(self.table)} AND conname = {literal(self.name)}"

    def _found(self):
        return "replace(pg_get_constraintdef(oid), ' NOT VALID', '')"


class ValidateForeignKey(RunSQL):
    """Look at the rows that were there before the key. Blocks neither reads nor writes."""

    def __init__(self, table: str, name: str):
        self.table, self.name = table, name
        super().__init__(
            sql=[
                block(
                    f"IF {constraint_exists(table, name)} THEN\n"
                    f"    ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)};\n  END IF;"
                )
            ],
            reverse_sql=RunSQL.noop,
        )

    def signs(self, app_label, state):
        yield (
            f"EXISTS (SELECT FROM pg_constraint WHERE conrelid = {table_oid(self.table)}"
            f" AND conname = {literal(self.name)} AND convalidated)"
        )

    def describe(self):
        return f"Validate foreign key {self.name}"
