"""Where can one try things out? A database beside the real one, gone afterwards."""

import contextlib
import copy
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.management import CommandError
from django.db import ProgrammingError, connections, router
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from epic10.session import NO_LIMIT

# template1 may hold somebody's objects; a rehearsal starts from nothing.
ENTIRELY_EMPTY = "template0"

ABANDONED = """
SELECT datname FROM pg_database d
 WHERE starts_with(datname, %s) AND pg_catalog.pg_get_userbyid(datdba) = current_user
   AND substring(substr(datname, length(%s) + 1) FROM '^([0-9]+)_')::bigint <= %s
   AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
"""


class NotAllowed(CommandError):
    """The server does not let this role make databases."""


@dataclass(frozen=True)
class AsTheOriginal:
    """A router: the project's own have never heard of this alias, and may keep the register out of it."""

    alias: str
    original: str

    def allow_migrate(self, db, app_label, **hints):
        return router.allow_migrate(self.original, app_label, **hints) if db == self.alias else None


@contextlib.contextmanager
def database(
    using: str, *, prefix: str = "", name: str = "", template: str = ENTIRELY_EMPTY, locale=()
) -> Iterator[str]:
    """
    The alias, which is also the name, of a new database on the server of ``using``.

    Unless it is given, the name is the prefix, the time in seconds, and a few
    random letters. ``locale`` is encoding, collation and character classes,
    where they are not to be the server's. Nobody may be connected to
    ``template`` at that moment. The database is dropped at the end, with whoever
    is still connected to it; one that was renamed is not.
    """
    name = name or f"{prefix}{int(time.time())}_{secrets.token_hex(4)}"
    options = " ENCODING {} LC_COLLATE {} LC_CTYPE {}" if locale else ""
    _on_the_server(using, "CREATE DATABASE {} TEMPLATE {}" + options, name, template, literals=locale)
    try:
        with reached(using, name) as alias:
            yield alias
    finally:
        _on_the_server(using, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextlib.contextmanager
def reached(using: str, name: str) -> Iterator[str]:
    """The alias of another database on the server of ``using``: its name, where that is not an alias already."""
    alias = name if name not in connections.settings else f"database {name}"
    connections.settings[alias] = copy.deepcopy(connections[using].settings_dict) | {"NAME": name}
    routers, as_the_original = router.routers, AsTheOriginal(alias, using)
    routers.insert(0, as_the_original)
    try:
        yield alias
    finally:
        routers.remove(as_the_original)
        connections[alias].close()
        del connections[alias], connections.settings[alias]


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


def _on_the_server(using, statement, *names, literals=()):
    # _nodb_cursor is how Django's own test runner reaches a server without a database.
    with connections[using]._nodb_cursor() as cursor:
        cursor.execute(NO_LIMIT)
        try:
            cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names), *map(sql.Literal, literals)))
        except ProgrammingError as error:
            if not isinstance(error.__cause__, InsufficientPrivilege):
                raise
            role = connections[using].settings_dict["USER"]
            raise NotAllowed(
                f'The role "{role}" may not make a scratch database beside this one.\n'
                f'HINT: As a superuser: ALTER ROLE "{role}" CREATEDB; or name another server by DATABASE_URL.'
            ) from error
