"""Indexes for a table in use: built beside the traffic, and never left half-built."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import RunSQL

from epic10.catalog import literal, quoted, relation_exists, table_oid
from epic10.checks import BEFORE, Check, violations

from .concurrently import run_concurrently
from .ownership import claim, is_ours, release
from .relabel import Shadow


class AddIndex(AddIndexConcurrently):
    """AddIndexConcurrently that can run twice and clears away what an interrupted build left."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        create = str(self.index.create_sql(model, schema_editor, concurrently=True))
        build(schema_editor, self.index.name, create)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        remove(schema_editor, self.index.name)

    def preconditions(self, app_label, state):
        yield name_is_free(self._table(app_label, state), self.index.name, self._columns(app_label, state))

    def signs(self, app_label, state):
        yield f"EXISTS ({_index(self.index.name)} AND indisvalid)"

    def checks(self, app_label, state):
        yield is_valid(self._table(app_label, state), self.index.name, self._columns(app_label, state))

    def _table(self, app_label, state):
        return state.apps.get_model(app_label, self.model_name)._meta.db_table

    def _columns(self, app_label, state):
        model = state.apps.get_model(app_label, self.model_name)
        return [model._meta.get_field(name).column for name in self.index.fields]


class AddShadowIndex(RunSQL):
    """The successor, on the shadow column, of an index on the column it will replace."""

    def __init__(self, table: str, shadow: Shadow):
        self.table, self.shadow = table, shadow
        super().__init__(
            sql=f"CREATE INDEX CONCURRENTLY {quoted(shadow.target_index)} ON {quoted(table)} ({quoted(shadow.target)})",
            reverse_sql=RunSQL.noop,
        )

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        build(schema_editor, self.shadow.target_index, self.sql)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        remove(schema_editor, self.shadow.target_index)

    def describe(self):
        return f"Create index {self.shadow.target_index} concurrently"

    def preconditions(self, app_label, state):
        yield name_is_free(self.table, self.shadow.target_index, [self.shadow.target])

    def signs(self, app_label, state):
        yield f"EXISTS ({_index(self.shadow.target_index)} AND indisvalid)"

    def checks(self, app_label, state):
        yield is_valid(self.table, self.shadow.index, [self.shadow.column])


def build(schema_editor, name: str, create: str):
    """Build the index unless it is there; IF NOT EXISTS alone would accept an INVALID one."""
    schema_editor.execute(claim("index", name, exists=relation_exists(name)), params=None)
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}"
    run_concurrently(schema_editor, drop, name=name, only_if=f"EXISTS ({_index(name)} AND NOT indisvalid)")
    create = create.replace("CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS", 1)
    run_concurrently(schema_editor, create, name=name, only_if=f"NOT EXISTS ({_index(name)})")


def remove(schema_editor, name: str):
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}"
    run_concurrently(schema_editor, drop, name=name, only_if=is_ours("index", name))
    schema_editor.execute(release("index", name), params=None)


def name_is_free(table: str, name: str, columns: list[str]) -> Check:
    return Check(
        f"index.{name}.free",
        f"the index name {name} is free, or names a valid index on {table} ({', '.join(columns)})",
        violations(f"{_difference(table, name, columns)} AND NOT {is_ours('index', name)}"),
        when=BEFORE,
        hint=f"ALTER INDEX {quoted(name)} RENAME TO …, or DROP INDEX CONCURRENTLY {quoted(name)};",
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


def _difference(table: str, name: str, columns: list[str]) -> str:
    """By definition and validity: a name, or an index of that name, proves nothing."""
    wanted = f"USING btree ({', '.join(columns)})"
    found = "substring(pg_get_indexdef(indexrelid) FROM ' (USING .*)$')"
    return (
        f"SELECT format('index %s on %s is %s%s', {literal(name)}, indrelid::regclass, {found},\n"
        f"              CASE WHEN NOT indisvalid THEN ' and invalid' ELSE '' END)\n"
        f"  FROM pg_index WHERE indexrelid = {table_oid(name)}\n"
        f"   AND (indrelid IS DISTINCT FROM {table_oid(table)} OR {found} <> {literal(wanted)} OR NOT indisvalid)"
    )
