"""Indexes for a table in use: built CONCURRENTLY, and never left invalid."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.operations.columns.convert import Convert, is_beside
from epic10.operations.columns.relabel import Shadow
from epic10.postgres.catalog import literal, quoted, relation_exists, table_oid

from .concurrently import run_concurrently
from .ownership import claim, is_ours, names_are_free, release
from .release_operation import ReleaseOperation


class AddIndex(ReleaseOperation, AddIndexConcurrently):
    """
    AddIndexConcurrently that can run twice and clears away what an interrupted build left.

    Where the column is ``beside`` one of theirs, so is the index.
    """

    def __init__(self, model_name, index, *, beside: Convert | None = None):
        self.beside = beside
        super().__init__(model_name, index)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        create = str(self.index.create_sql(model, schema_editor, concurrently=True))
        if not self.beside:
            build(schema_editor, self.index.name, create)
            return
        table, name = model._meta.db_table, self.beside.target_index
        both = is_beside(table, self.beside)
        # What an interrupted build of theirs left serves nobody, and pg_dump does not know it.
        _drop_invalid(schema_editor, self.index.name, only_if=both)
        build(schema_editor, self.index.name, create, only_if=f"NOT {both}")
        build(schema_editor, name, create_index(table, name, self.beside.target), only_if=both)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for name in (self.beside.target_index, self.index.name) if self.beside else (self.index.name,):
            remove(schema_editor, name)

    def preconditions(self, app_label, state):
        table = self._table(app_label, state)
        if not self.beside:
            yield is_free_or_fits(table, self.index.name, self._columns(app_label, state))
            return
        # On their column it is set aside with that, or dropped where it is invalid.
        yield is_free_or_fits(table, self.index.name, self._columns(app_label, state), invalid_too=True)
        yield from names_are_free("index", self.beside.target_index, self.beside.legacy_index)

    def signs(self, app_label, state):
        names = (self.index.name, self.beside.target_index) if self.beside else (self.index.name,)
        yield " OR ".join(f"EXISTS ({_index(name)} AND indisvalid)" for name in names)

    def checks(self, app_label, state):
        yield is_valid(self._table(app_label, state), self.index.name, self._columns(app_label, state))

    def _table(self, app_label, state):
        return state.apps.get_model(app_label, self.model_name)._meta.db_table

    def _columns(self, app_label, state):
        model = state.apps.get_model(app_label, self.model_name)
        return [model._meta.get_field(name).column for name in self.index.fields]


class AddShadowIndex(ReleaseOperation, RunSQL):
    """The successor, on the shadow column, of an index on the column it will replace."""

    def __init__(self, table: str, shadow: Shadow):
        self.table, self.shadow = table, shadow
        super().__init__(sql=create_index(table, shadow.target_index, shadow.target), reverse_sql=RunSQL.noop)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        build(schema_editor, self.shadow.target_index, self.sql)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        remove(schema_editor, self.shadow.target_index)

    def describe(self):
        return f"Create index {self.shadow.target_index} concurrently"

    def preconditions(self, app_label, state):
        yield is_free_or_fits(self.table, self.shadow.target_index, [self.shadow.target])

    def signs(self, app_label, state):
        yield f"EXISTS ({_index(self.shadow.target_index)} AND indisvalid)"

    def checks(self, app_label, state):
        yield is_valid(self.table, self.shadow.index, [self.shadow.column])


def create_index(table: str, name: str, column: str) -> str:
    return f"CREATE INDEX CONCURRENTLY {quoted(name)} ON {quoted(table)} ({quoted(column)})"


def build(schema_editor, name: str, create: str, *, only_if: str = "true"):
    """Build the index unless it is there; IF NOT EXISTS alone would accept an INVALID one."""
    exists = relation_exists(name) if only_if == "true" else f"{relation_exists(name)} OR NOT ({only_if})"
    schema_editor.execute(claim("index", name, exists=exists), params=None)
    _drop_invalid(schema_editor, name, only_if=is_ours("index", name))
    create = create.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS", 1)
    run_concurrently(schema_editor, create, name=name, only_if=f"NOT EXISTS ({_index(name)}) AND {only_if}")


def _drop_invalid(schema_editor, name: str, *, only_if: str):
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}"
    run_concurrently(
        schema_editor, drop, name=name, only_if=f"EXISTS ({_index(name)} AND NOT indisvalid) AND {only_if}"
    )


def remove(schema_editor, name: str):
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}"
    run_concurrently(schema_editor, drop, name=name, only_if=is_ours("index", name))
    schema_editor.execute(release("index", name), params=None)


def is_free_or_fits(table: str, name: str, columns: list[str], *, invalid_too: bool = False) -> Check:
    difference = _difference(table, name, columns, invalid_too=invalid_too)
    return Check(
        f"index.{name}.free",
        f"the index name {name} is free, or names {'an' if invalid_too else 'a valid'} index on "
        f"{table} ({', '.join(columns)})",
        violations(f"{difference} AND NOT {is_ours('index', name)}"),
        when=BEFORE,
        hint=f"ALTER INDEX {quoted(name)} RENAME TO ..., or DROP INDEX CONCURRENTLY {quoted(name)};",
    )


def is_valid(table: str, name: str, columns: list[str]) -> Check:
    return Check(
        f"index.{name}",
        f"index {name} on {table} ({', '.join(columns)}) is there and valid",
        violations(
            f"SELECT {literal(f'index {name} is missing')} WHERE NOT ({relation_exists(name)})\n"
            f"UNION ALL\n{_difference(table, name, columns)}"
        ),
        hint=f"Where it is missing: CREATE INDEX CONCURRENTLY {quoted(name)} "
        f"ON {quoted(table)} ({', '.join(columns)}); where it is invalid: REINDEX INDEX CONCURRENTLY {quoted(name)};",
    )


def _index(name: str) -> str:
    return f"SELECT FROM pg_index WHERE indexrelid = {table_oid(name)}"


def _difference(table: str, name: str, columns: list[str], *, invalid_too: bool = False) -> str:
    """Compare definition and validity, because the name alone proves nothing."""
    wanted = f"USING btree ({', '.join(columns)})"
    # How full its pages are is the customer's business.
    using = "substring(pg_catalog.pg_get_indexdef(indexrelid) FROM ' (USING .*)$')"
    found = f"regexp_replace({using}, ' WITH \\([^)]*\\)$', '')"
    return (
        f"SELECT pg_catalog.format('index %s on %s is %s%s', {literal(name)}, indrelid::regclass, {found},\n"
        f"              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)\n"
        f"  FROM pg_index WHERE indexrelid = {table_oid(name)}\n"
        f"   AND (indrelid IS DISTINCT FROM {table_oid(table)} OR {found} <> {literal(wanted)}"
        f"{'' if invalid_too else ' OR NOT indisvalid'})"
    )
