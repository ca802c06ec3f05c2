"""Writing to the ledger, also where it does not exist yet or cannot be written."""

from django.db import Error, connections, transaction

from epic10.ledger.tables import CREATE_LEDGER
from epic10.postgres.catalog import holds, relation_exists
from epic10.postgres.errors import first_line


def create(connection):
    """The ledger's tables where they are missing: a rehearsal or a snapshot comes before the first migrate."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in CREATE_LEDGER:
            cursor.execute(statement)


def is_there(connection, model) -> bool:
    return holds(connection, relation_exists(model._meta.db_table))


def keep(using: str, model, **values) -> str:
    """Add a row; a complaint when that fails, as on a standby or without CREATE on the schema, and "" otherwise."""
    connection = connections[using]
    try:
        with transaction.atomic(using=using):
            if not is_there(connection, model):
                create(connection)
            model.objects.using(using).create(**values)
    except Error as error:
        return f"Not kept in the ledger: {first_line(error)}."
    return ""
