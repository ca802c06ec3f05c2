"""The ledger's tables, as the migrations of ``epic10`` declare them.

They are executed by ``migrate``, by ``migration.sql`` in a database that Django has never
touched, and by any command that writes to a table before either has run. So every
statement can run any number of times, and adds to a table what it lacks.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.db import DEFAULT_DB_ALIAS, connections, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from epic10.postgres.catalog import literal, quoted
from epic10.postgres.session import execute

LEDGER, WATCH = "ledger", "watch"


class RepeatableEditor(DatabaseSchemaEditor):
    """
    Collects Django's statements, with IF NOT EXISTS, and without a connection to a server.

    A constraint has to be declared with its table, because there is no ADD CONSTRAINT IF NOT EXISTS.
    """

    sql_create_table = "CREATE TABLE IF NOT EXISTS %(table)s (\n    %(definition)s\n)"
    sql_create_column = "ALTER TABLE %(table)s ADD COLUMN IF NOT EXISTS %(column)s %(definition)s"
    sql_create_index = DatabaseSchemaEditor.sql_create_index.replace("INDEX", "INDEX IF NOT EXISTS")
    sql_delete_table = "DROP TABLE IF EXISTS %(table)s"
    sql_delete_column = "ALTER TABLE %(table)s DROP COLUMN IF EXISTS %(column)s"

    def __init__(self, connection):
        super().__init__(connection, collect_sql=True, atomic=False)

    def execute(self, sql, params=()):
        # Django's own has the server merge them.
        BaseDatabaseSchemaEditor.execute(self, sql, params)

    def quote_value(self, value):
        return literal(value)

    def table_sql(self, model):
        """One line for each column and each constraint."""
        lines = [self._column_line(model, field) for field in model._meta.local_fields]
        lines += [str(constraint.constraint_sql(model, self)) for constraint in model._meta.constraints]
        names = {"table": quoted(model._meta.db_table), "definition": ",\n    ".join(lines)}
        return self.sql_create_table % names, []

    def _column_line(self, model, field):
        definition, params = self.column_sql(model, field)
        suffix = field.db_type_suffix(self.connection) or ""
        return f"{quoted(field.column)} {definition % tuple(map(literal, params))} {suffix}".rstrip()

    def _create_like_index_sql(self, model, field):
        """No such index, because nobody searches by the beginning of a name or a hash."""


class LedgerMigration(migrations.Migration):
    """
    A migration of epic10, whose statements can run any number of times.

    Its ``part`` is LEDGER or WATCH. The release does not need the tables of the watch:
    no script creates them, and the way back leaves them alone.
    """

    part = LEDGER

    def apply(self, project_state, schema_editor, collect_sql=False):
        return self._repeatably(super().apply, project_state, schema_editor)

    def unapply(self, project_state, schema_editor, collect_sql=False):
        return self._repeatably(super().unapply, project_state, schema_editor)

    def _repeatably(self, run, project_state, schema_editor):
        with RepeatableEditor(schema_editor.connection) as editor:
            state = run(project_state, editor)
        for statement in editor.collected_sql:
            schema_editor.execute(statement, None)
        return state


def statements(part: str = LEDGER, *, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Statements that create the tables of that part, and add what they lack; none if the routers keep them out."""
    return [statement for of_part, statement in _declared(using) if of_part == part]


def create(connection, part: str = LEDGER):
    """Create missing tables, since a rehearsal or a snapshot may come before the first migrate."""
    with transaction.atomic(using=connection.alias):
        for statement in statements(part, using=connection.alias):
            execute(connection, statement)


@cache
def _declared(using: str) -> list[tuple[str, str]]:
    """Every statement of every migration, with the part it belongs to."""
    state, found = ProjectState(), []
    package = MigrationLoader.migrations_module("epic10")[0] or "epic10.migrations"
    for name in sorted(module.name for module in iter_modules(import_module(package).__path__)):
        migration = import_module(f"{package}.{name}").Migration(name, "epic10")
        # The settings are enough; nothing is sent to a server.
        with RepeatableEditor(connections[using]) as editor:
            state = migration.apply(state, editor)
        found += [(migration.part, statement) for statement in editor.collected_sql]
    return found
