"""Columns that 0002 adds to a table in use."""

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.operations import AddField

from epic10.checks import BEFORE, Check, violations
from epic10.operations import privileges
from epic10.operations.columns.convert import Beside, Convert, is_beside, is_convertible, needs_both
from epic10.operations.columns.relabel import Shadow
from epic10.operations.columns.shadow import default_is_known, drop_default, holds_labels
from epic10.operations.ownership import block, claim, drop_if_ours, is_ours, names_are_free
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import DEFINITION, column_exists, literal, quoted, table_oid

SPELLED_OUT = {"timestamp(3)": "timestamp(3) without time zone"}


class AddColumn(ReleaseOperation, AddField):
    """
    AddField for a table that may already have the column.

    A NOT NULL column brings a constant ``db_default``: existing rows read it at
    once and no row is touched. Foreign keys and indexes are operations of their
    own, because Django would add both under a strong lock. Where the column is
    there already, ``beside`` says how ours, added beside it, follows.
    """

    def __init__(self, model_name, name, field, *, beside: Beside | None = None):
        self.beside = beside
        super().__init__(model_name, name, field)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table, column, definition = self._definition(app_label, schema_editor, to_state)
        schema_editor.execute(claim("column", f"{table}.{column}", exists=column_exists(table, column)), params=None)
        add = _add(table, column, definition)
        if self.beside:
            theirs = f"NOT ({self.comes_beside(app_label, to_state)})"
            schema_editor.execute(claim("column", f"{table}.{self.beside.target}", exists=theirs), params=None)
            add = _add_either(table, self.beside, definition)
        schema_editor.execute(add, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        table, column = self._names(app_label, from_state)
        for ours in (column, self.beside.target) if self.beside else (column,):
            drop = f"ALTER TABLE {quoted(table)} DROP COLUMN IF EXISTS {quoted(ours)}"
            schema_editor.execute(drop_if_ours("column", f"{table}.{ours}", drop), params=None)

    def preconditions(self, app_label, state):
        table, column = self._names(app_label, state)
        if self.beside:
            yield from _can_be_beside(table, self.beside)
            return
        yield Check(
            f"column.{table}.{column}.free",
            f"{table}.{column} is absent, or is what the release wants",
            violations(
                f"SELECT {self._difference(app_label, state)}\n AND NOT {is_ours('column', f'{table}.{column}')}"
            ),
            when=BEFORE,
            hint=f"Convert or rename it: ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(column)} TO "
            f'"{column}_before_epic10".',
        )

    def needs(self, app_label, state):
        # The classes of the models are made for this alone, if they are asked.
        return privileges.table(self.table(app_label, state))

    def checks(self, app_label, state):
        table, column = self._names(app_label, state)
        yield Check(
            f"column.{table}.{column}",
            f"column {table}.{column} is {self._wanted(app_label, state)}",
            violations(
                f"SELECT '{table}.{column} is missing' WHERE NOT {column_exists(table, column)}\n"
                f"UNION ALL\nSELECT {self._difference(app_label, state)}"
            ),
            hint="python manage.py migrate ndas",
        )

    def comes_beside(self, app_label, state) -> str:
        """A condition, before ours is added: theirs is there and has to be converted."""
        return needs_both(self.table(app_label, state), self.beside, self._wanted(app_label, state))

    def table(self, app_label, state) -> str:
        return state.models[app_label, self.model_name_lower].options["db_table"]

    def _difference(self, app_label, state):
        """A SELECT list and its FROM that finds the column when it is not as wanted."""
        table, column = self._names(app_label, state)
        wanted = literal(self._wanted(app_label, state))
        return (
            f"pg_catalog.format('%s is %s, expected %s', {literal(f'{table}.{column}')}, {DEFINITION}, {wanted})\n"
            f"  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum\n"
            f" WHERE attrelid = {table_oid(table)} AND attname = {literal(column)}\n"
            f"   AND NOT attisdropped AND {DEFINITION} <> {wanted}"
        )

    def _wanted(self, app_label, state):
        """Type, nullability and default as PostgreSQL writes them."""
        field = self._field(app_label, state)
        # The vendor's spelling only: nothing is asked of this connection.
        type_name = field.db_type(connections[DEFAULT_DB_ALIAS])
        spelled = SPELLED_OUT.get(type_name, type_name)
        if field.null:
            return spelled
        is_text = isinstance(field.db_default, str)
        default = f"{literal(str(field.db_default))}::{spelled}" if is_text else str(field.db_default).lower()
        return f"{spelled} not null default {default}"

    def _definition(self, app_label, schema_editor, state):
        model = state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        definition, params = schema_editor.column_sql(model, field)
        return model._meta.db_table, field.column, definition % tuple(map(schema_editor.quote_value, params))

    def _names(self, app_label, state):
        return self.table(app_label, state), self._field(app_label, state).column

    def _field(self, app_label, state):
        """A reference has the type of what it refers to. For any other no models are made, which takes long."""
        if self.field.is_relation:
            return state.apps.get_model(app_label, self.model_name)._meta.get_field(self.name)
        field = self.field.clone()
        field.set_attributes_from_name(self.name)
        return field


def _add(table, column, definition):
    return f"ALTER TABLE {quoted(table)} ADD COLUMN IF NOT EXISTS {quoted(column)} {definition}"


def _add_either(table: str, beside: Beside, definition: str) -> str:
    """Add the column beside theirs, or by its own name; either way its enum may have a working name."""
    # A row that is inserted has its value from the trigger, unless the new application has written one.
    both = f"{_add(table, beside.target, definition)};\n    {drop_default(table, beside.target)}"
    alone = _add(table, beside.column, definition)
    if isinstance(beside, Convert):
        return block(f"IF {is_beside(table, beside)} THEN\n    {both};\n  ELSE\n    {alone};\n  END IF;")
    plain, working = quoted(beside.relabel.type), quoted(beside.relabel.working_type)
    return block(
        f"IF {is_beside(table, beside)} THEN\n    {both.replace(plain, working)};\n"
        f"  ELSIF {is_ours('type', beside.relabel.working_type)} THEN\n    {alone.replace(plain, working)};\n"
        f"  ELSE\n    {alone};\n  END IF;"
    )


def _can_be_beside(table: str, beside: Beside):
    if isinstance(beside, Shadow):
        yield holds_labels(table, beside.column, required=False)
        yield default_is_known(table, beside)
    else:
        yield is_convertible(table, beside)
    yield from names_are_free("column", beside.target, beside.legacy, table=table)
