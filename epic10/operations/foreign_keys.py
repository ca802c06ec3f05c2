"""Foreign keys for a table in use: added without a scan, validated without a strong lock."""

from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.operations.columns.convert import Convert, is_beside
from epic10.postgres.catalog import constraint_exists, literal, quoted, table_oid

from . import privileges
from .orphans import no_orphans
from .ownership import block, claim, drop_if_ours, is_ours, names_are_free
from .release_operation import ReleaseOperation


class AddForeignKey(ReleaseOperation, RunSQL):
    """
    Add a foreign key NOT VALID, or accept one that says the same.

    New writes are checked from here on; ValidateForeignKey looks at the rest
    later. (https://www.postgresql.org/docs/current/sql-altertable.html)
    Where the column is ``beside`` one of theirs, so is the key.
    """

    def __init__(self, table, column, *, references: str, name: str, on_delete: str, beside: Convert | None = None):
        self.table, self.column, self.references, self.name, self.beside = table, column, references, name, beside
        self.definition = key_definition(column, references, on_delete)
        both = is_beside(table, beside) if beside else "false"
        sql, reverse_sql = _add(table, name, self.definition, only_if=f"NOT {both}")
        if beside:
            definition = key_definition(beside.target, references, on_delete)
            more, more_reverse = _add(table, beside.target_key, definition, only_if=both)
            sql, reverse_sql = [*sql, *more], [*more_reverse, *reverse_sql]
        super().__init__(sql=sql, reverse_sql=reverse_sql)

    def describe(self):
        return f"Add foreign key {self.name}"

    def needs(self, app_label, state):
        # UPDATE, because it is the least that allows to lock the table against writes.
        return privileges.table(self.table) + privileges.table(self.references, "SELECT", "REFERENCES", "UPDATE")

    def preconditions(self, app_label, state):
        if self.beside:
            yield self._points_there()
            yield no_orphans(self.table, self.beside, self.references)
            yield from names_are_free("constraint", self.beside.target_key, self.beside.legacy_key, table=self.table)
            return
        yield Check(
            f"foreign_key.{self.name}.free",
            f"the constraint name {self.name} is free, or names the foreign key the release wants",
            violations(
                f"SELECT pg_catalog.format('%s is %s, expected %s', {literal(self.name)}, {self._found()},\n"
                f"              {literal(self.definition)})\n"
                f"  FROM {self._rows()} AND {self._found()} <> {literal(self.definition)}\n"
                f"   AND NOT {is_ours('constraint', f'{self.table}.{self.name}')}"
            ),
            when=BEFORE,
            hint=f"ALTER TABLE {quoted(self.table)} RENAME CONSTRAINT {quoted(self.name)} TO ...",
        )

    def checks(self, app_label, state):
        yield Check(
            f"foreign_key.{self.name}",
            f"{self.table}.{self.column} references {self.references}, valid for every row",
            violations(
                f"SELECT {literal(f'{self.name} is missing')} "
                f"WHERE NOT {constraint_exists(self.table, self.name)}\n"
                f"UNION ALL\n"
                f"SELECT pg_catalog.format('%s is %s', {literal(self.name)}, pg_catalog.pg_get_constraintdef(oid))\n"
                f"  FROM {self._rows()} AND ({self._found()} <> {literal(self.definition)} OR NOT convalidated)"
            ),
            hint=f"Where it is missing: ALTER TABLE {quoted(self.table)} ADD CONSTRAINT {quoted(self.name)} "
            f"{self.definition} NOT VALID; "
            f"then: ALTER TABLE {quoted(self.table)} VALIDATE CONSTRAINT {quoted(self.name)};",
        )

    def _points_there(self):
        """An existing key on the column must reference the same table; it is set aside together with the column."""
        column = (
            f"(SELECT attnum FROM pg_attribute WHERE attrelid = conrelid AND attname = {literal(self.column)}\n"
            f"    AND NOT attisdropped)"
        )
        return Check(
            f"foreign_key.{self.name}.free",
            f"what references anything from {self.table}.{self.column}, or is called {self.name}, "
            f"references {self.references} from there",
            violations(
                f"SELECT pg_catalog.format('%s is %s', conname, pg_catalog.pg_get_constraintdef(oid))\n"
                f"  FROM pg_constraint WHERE conrelid = {table_oid(self.table)}\n"
                f"   AND (conname = {literal(self.name)} OR contype = 'f' AND {column} = ANY (conkey))\n"
                f"   AND NOT (contype = 'f' AND confrelid = {table_oid(self.references)} "
                f"AND conkey OPERATOR(pg_catalog.=) ARRAY[{column}]\n"
                f"            AND pg_catalog.pg_get_constraintdef(oid) LIKE '% REFERENCES %(id)%')"
            ),
            when=BEFORE,
            hint=f"ALTER TABLE {quoted(self.table)} RENAME CONSTRAINT {quoted(self.name)} TO ..., or drop it.",
        )

    def _rows(self):
        return f"pg_constraint WHERE conrelid = {table_oid(self.table)} AND conname = {literal(self.name)}"

    def _found(self):
        return "pg_catalog.replace(pg_catalog.pg_get_constraintdef(oid), ' NOT VALID', '')"


class ValidateForeignKey(ReleaseOperation, RunSQL):
    """Validate the key for existing rows. Blocks neither reads nor writes."""

    def __init__(self, table: str, name: str, *, beside: Convert | None = None):
        self.table, self.name, self.beside = table, name, beside
        validate = [_validate(table, name)]
        if beside:
            # Theirs, when it has the name, stays as it is.
            both = is_beside(table, beside)
            validate = [
                _validate(table, name, only_if=f"NOT {both}"),
                _validate(table, beside.target_key, only_if=both),
            ]
        super().__init__(sql=validate, reverse_sql=RunSQL.noop)

    def signs(self, app_label, state):
        names = (self.name, self.beside.target_key) if self.beside else (self.name,)
        yield (
            f"EXISTS (SELECT FROM pg_constraint WHERE conrelid = {table_oid(self.table)}"
            f" AND conname IN ({', '.join(map(literal, names))}) AND convalidated)"
        )

    def describe(self):
        return f"Validate foreign key {self.name}"


def key_definition(column: str, references: str, on_delete: str) -> str:
    """The definition of a valid key, as pg_get_constraintdef writes it."""
    return f"FOREIGN KEY ({column}) REFERENCES {references}(id) ON DELETE {on_delete}"


def is_in_place(table: str, column: str, *, references: str, name: str, on_delete: str) -> str:
    """A condition: the key exists and is valid."""
    definition = key_definition(column, references, on_delete)
    return (
        f"EXISTS (SELECT FROM pg_constraint WHERE conrelid = {table_oid(table)} AND conname = {literal(name)} "
        f"AND pg_catalog.pg_get_constraintdef(oid) = {literal(definition)})"
    )


def _add(table, name, definition, *, only_if):
    """Statements that add a key NOT VALID, and those that drop it again."""
    alter, key = f"ALTER TABLE {quoted(table)}", f"{table}.{name}"
    there = [
        claim("constraint", key, exists=f"{constraint_exists(table, name)} OR NOT ({only_if})"),
        block(
            f"IF NOT {constraint_exists(table, name)} AND {only_if} THEN\n"
            f"    {alter} ADD CONSTRAINT {quoted(name)} {definition} NOT VALID;\n  END IF;"
        ),
    ]
    return there, [drop_if_ours("constraint", key, f"{alter} DROP CONSTRAINT IF EXISTS {quoted(name)}")]


def _validate(table, name, *, only_if="true"):
    return block(
        f"IF {constraint_exists(table, name)} AND {only_if} THEN\n"
        f"    ALTER TABLE {quoted(table)} VALIDATE CONSTRAINT {quoted(name)};\n  END IF;"
    )
