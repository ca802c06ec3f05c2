"""Where can one try things out? A database beside the real one, gone afterwards."""

import contextlib
import copy
import secrets
import time
from collections.abc import Iterator

from django.db import connections
from psycopg import sql

from epic10.session import NO_LIMIT

# template1 may hold somebody's objects; a rehearsal starts from nothing.
ENTIRELY_EMPTY = "template0"

ABANDONED = """
SELECT datname FROM pg_database d
 WHERE starts_with(datname, %s) AND pg_catalog.pg_get_userbyid(datdba) = current_user
   AND substring(substr(datname, length(%s) + 1) FROM '^([0-9]+)_')::bigint <= %s
   AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
"""


@contextlib.contextmanager
def database(using: str, *, prefix: str, template: str = ENTIRELY_EMPTY) -> Iterator[str]:
    """
    The alias, which is also the name, of a new database on the server of ``using``.

    The name is the prefix, the time in seconds, and a few random letters. Nobody
    may be connected to ``template`` at that moment. The database is dropped at
    the end, with whoever is still connected to it.
    """
    name = f"{prefix}{int(time.time())}_{secrets.token_hex(4)}"
    _on_the_server(using, "CREATE DATABASE {} TEMPLATE {}", name, template)
    connections.settings[name] = copy.deepcopy(connections[using].settings_dict) | {"NAME": name}
    try:
        yield name
    finally:
        connections[name].close()
        del connections[name], connections.settings[name]
        _on_the_server(using, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def drop_abandoned(using: str, *, prefix: str, age: float = 60) -> list[str]:
    """
    Drop what a killed process left: databases of that prefix that nobody is connected to.

    Younger than ``age`` seconds, one may be somebody's who is about to connect.
    """
    with connections[using]._nodb_cursor() as cursor:
        cursor.execute(ABANDONED, [prefix, prefix, time.time() - age])
        names = [name for [name] in cursor.fetchall()]
    for name in names:
        _on_the_server(using, "DROP DATABASE IF EXISTS {}", name)
    return names


def _on_the_server(using, statement, *names):
    # _nodb_cursor is how Django's own test runner reaches a server without a database.
    with connections[using]._nodb_cursor() as cursor:
        cursor.execute(NO_LIMIT)
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
