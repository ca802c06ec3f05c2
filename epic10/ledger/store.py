"""Writing to the ledger, even if it does not exist yet or cannot be written."""

from django.db import Error, connections, transaction

from epic10.ledger import tables
from epic10.postgres.catalog import column_exists, holds, relation_exists
from epic10.postgres.errors import first_line


def is_there(connection, model) -> bool:
    return holds(connection, relation_exists(model._meta.db_table))


def complete(*models) -> str:
    """A condition: the models' tables exist with every column; those of an earlier revision may lack some."""
    columns = [column_exists(model._meta.db_table, field.column) for model in models for field in model._meta.fields]
    return " AND ".join(columns)


def keep(using: str, model, *, otherwise: str = "Not kept in the ledger", **values) -> str:
    """Add a row. Returns a complaint if that fails, as on a standby or without CREATE on the schema, else ""."""
    connection = connections[using]
    try:
        with transaction.atomic(using=using):
            if not holds(connection, complete(model)):
                tables.create(connection)
            model.objects.using(using).create(**values)
    except Error as error:
        return f"{otherwise}: {first_line(error)}."
    return ""
