"""How many values are carried over from columns that somebody has added before the release adds its own."""

from django.db import transaction

from epic10.ledger import tables
from epic10.operations import AddColumn, Shadow
from epic10.operations.columns.convert import is_beside
from epic10.postgres.catalog import column_exists, holds, literal, quoted
from epic10.postgres.locks import short_transaction
from epic10.postgres.session import fetch
from epic10.release import plan


def rows_to_carry_over(connection) -> dict[str, int]:
    """The rows that the backfills of such columns have still to write, by table; each column is one more time."""
    release = plan.load()
    with short_transaction(connection, "SET LOCAL statement_timeout = 0; SET LOCAL row_security = off"):
        tables.create(connection)  # What is ours says the ledger, which is not there before the first run.
        found = dict.fromkeys(release.changed(), 0)
        for _, operation, _, state in release.operations:
            if isinstance(operation, AddColumn) and operation.beside:
                table = operation.table(release.app_label, state)
                found[table] += _to_carry_over(connection, table, operation, release.app_label, state)
        transaction.set_rollback(True, using=connection.alias)
    return found


def _to_carry_over(connection, table, operation, app_label, state) -> int:
    rule, rows = operation.beside, quoted(table)
    if not holds(connection, column_exists(table, rule.target)):
        if not holds(connection, operation.comes_beside(app_label, state)):
            return 0
        rows = f"(SELECT *, {_at_first(operation, app_label, state, connection)} AS {quoted(rule.target)} FROM {rows})"
    elif not holds(connection, is_beside(table, rule)):
        return 0
    [[count]] = fetch(connection, f"SELECT count(*) FROM {rows} AS {quoted(table)} WHERE {rule.wrong()}")
    return count


def _at_first(operation, app_label, state, connection) -> str:
    """What our column reads in every row when it has just been added."""
    field = state.apps.get_model(app_label, operation.model_name)._meta.get_field(operation.name)
    # The type of a Shadow is not there yet; it is compared as text.
    type_name = "text" if isinstance(operation.beside, Shadow) else field.db_type(connection)
    value = "NULL" if field.null else literal(str(field.db_default).lower())
    return f"{value}::{type_name}"
