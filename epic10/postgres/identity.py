"""The identity of a database: of its cluster and itself, which neither a copy nor another one of its name has."""

from dataclasses import dataclass

from django.db import Error, transaction

from epic10.postgres.session import fetch

SYSTEM = "SELECT system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system()"
DATABASE = "SELECT oid::pg_catalog.int8 FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()"


@dataclass(frozen=True)
class Identity:
    """
    ``server`` is the system identifier of the cluster, "" where the role may not know it.

    A physical copy, such as a standby that was promoted, has the same identity; a
    database that was restored from a dump, or renamed into another's place, has not.
    """

    server: str
    database: int


def identity_of(connection) -> Identity:
    try:
        with transaction.atomic(using=connection.alias):
            [[system]] = fetch(connection, SYSTEM)
    except Error:
        system = ""
    [[database]] = fetch(connection, DATABASE)
    return Identity(system, database)
