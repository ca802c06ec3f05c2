"""The application_name of our own sessions: which command it is, whose, and of which process."""

import getpass
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connections
from django.db.backends.signals import connection_created

from epic10.postgres.catalog import literal
from epic10.postgres.session import execute, fetch

LONGEST = 63  # bytes that PostgreSQL keeps of it
# Those of commands and of their watches, and of the programs that they run.
PATTERN = r"^((epic10_[a-z]+|migrate) by .*, process \d+|epic10 (errors|lock watch)|pg_dump(all)?$)"
UID = "epic10.own_name"
NOW = "SELECT pg_catalog.current_setting('application_name')"


def own_name(command: str, step: str = "") -> str:
    """The name of this machine is cut off where not all of it fits."""
    who, where = f"{command} by {getpass.getuser()}", f"@{socket.gethostname()}"
    what = f", process {os.getpid()}" + (f", step {step}" if step else "")
    room = LONGEST - len(f"{who}{what}".encode())
    return f"{who}{where[:room] if room > 1 else ''}{what}"


def naming(name: str) -> str:
    return f"SET application_name = {literal(name)}"


@contextmanager
def named(command: str) -> Iterator[None]:
    """Every connection of this process has the name: those that are open, and those to come."""
    opened = [one for one in connections.all(initialized_only=True) if one.connection and one.vendor == "postgresql"]
    before = [(connection, fetch(connection, NOW)[0][0]) for connection in opened]
    statement = naming(own_name(command))

    def name(connection, **_):
        if connection.vendor == "postgresql":
            execute(connection, statement)

    for connection in opened:
        name(connection)
    connection_created.connect(name, weak=False, dispatch_uid=UID)
    try:
        yield
    finally:
        connection_created.disconnect(dispatch_uid=UID)
        for connection, earlier in before:
            # On a lost connection there is nothing to restore.
            with suppress(Error):
                execute(connection, naming(earlier))
