"""A scratch database beside the real one, dropped after use."""

import contextlib
import copy
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import Error, ProgrammingError, connections, router
from psycopg.errors import InsufficientPrivilege

from epic10.postgres.catalog import literal, quoted
from epic10.postgres.errors import NotAllowed, first_line
from epic10.postgres.session import NO_LIMIT
from epic10.terminal.progress import logger

# template1 may contain objects; a rehearsal starts from an empty database.
ENTIRELY_EMPTY = "template0"

# WITH (FORCE) may not end the session of a superuser, and an autovacuum worker counts as one.
# Without it the server ends such a worker itself, and waits five seconds for other sessions.
DROPS = ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "DROP DATABASE IF EXISTS {}")
ATTEMPTS, PAUSE = 3, 1.0

# Of the locale, where it is not the C library's: by what pg_database says. The second is there since PostgreSQL 17.
PROVIDERS = {"i": " LOCALE_PROVIDER icu ICU_LOCALE {}", "b": " LOCALE_PROVIDER builtin BUILTIN_LOCALE {}"}

ABANDONED = """
SELECT datname FROM pg_database d
 WHERE pg_catalog.starts_with(datname, %s) AND pg_catalog.pg_get_userbyid(datdba) = current_user
   AND substring(substr(datname, length(%s) + 1) FROM '^([0-9]+)_')::bigint <= %s
   AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)
"""


@dataclass(frozen=True)
class AsTheOriginal:
    """A router for an alias that the project's own routers do not know and might keep the register out of."""

    alias: str
    original: str

    def allow_migrate(self, db, app_label, **hints):
        return router.allow_migrate(self.original, app_label, **hints) if db == self.alias else None


@contextlib.contextmanager
def database(
    using: str, *, prefix: str = "", name: str = "", template: str = ENTIRELY_EMPTY, locale=(), strategy: str = ""
) -> Iterator[str]:
    """
    The alias, which is also the name, of a new database on the server of ``using``.

    Unless it is given, the name is the prefix, the time in seconds, and a few
    random letters. ``locale`` is encoding, collation and character type, if they
    differ from the server's, then provider and locale, if they are not the C library's;
    ``strategy`` is that of CREATE DATABASE. Nobody may be connected to ``template`` at
    that moment. The database is dropped at the end, and sessions in it are ended; one
    that was renamed is kept. If it cannot be dropped, a warning names it, and the work
    done in it counts all the same.
    """
    name = name or f"{prefix}{int(time.time())}_{secrets.token_hex(4)}"
    encoding, provider = locale[:3], locale[3:]
    options = " ENCODING {} LC_COLLATE {} LC_CTYPE {}" if encoding else ""
    options += PROVIDERS[provider[0]] if provider else ""
    options = options.format(*map(literal, (*encoding, *provider[1:])))
    options += f" STRATEGY {strategy}" if strategy else ""
    _create(using, f"CREATE DATABASE {quoted(name)} TEMPLATE {quoted(template)}{options}")
    try:
        with reached(using, name) as alias:
            yield alias
    finally:
        drop(using, name)


@contextlib.contextmanager
def reached(using: str, name: str) -> Iterator[str]:
    """The alias of another database on the server of ``using``: its name, unless that is an alias already."""
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
    Drop what a killed process left: databases with that prefix that nobody is connected to.

    One younger than ``age`` seconds may belong to a process that is about to connect.
    """
    names = [name for [name] in on_the_server(using, ABANDONED, [prefix, prefix, time.time() - age])]
    for name in names:
        drop(using, name, DROPS[1:])
    return names


def drop(using: str, name: str, statements=DROPS):
    """Drop it; warn, without an error, if a session is in it that cannot be ended."""
    for attempt in range(ATTEMPTS):
        for statement in statements:
            try:
                return on_the_server(using, statement.format(quoted(name)))
            except Error as error:
                reason = first_line(error)
        if attempt + 1 < ATTEMPTS:
            time.sleep(PAUSE)
    logger.warning(
        'The scratch database "%s" is still there: %s.\nHINT: DROP DATABASE %s WITH (FORCE); as a superuser.',
        name,
        reason,
        quoted(name),
    )


def on_the_server(using: str, statement: str, parameters=None) -> list[tuple]:
    """The rows of a statement that is sent to the server of ``using``, in no database of its own."""
    # This is how Django's own test runner reaches a server without a database.
    with connections[using]._nodb_cursor() as cursor:
        cursor.execute(NO_LIMIT)
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def _create(using, statement):
    try:
        on_the_server(using, statement)
    except ProgrammingError as error:
        if not isinstance(error.__cause__, InsufficientPrivilege):
            raise
        # Not the role that logs in: its settings may have set another one.
        [[name]] = on_the_server(using, "SELECT current_user::text")
        role = quoted(name)
        raise NotAllowed(
            f"The role {role} may not make a scratch database beside this one.\n"
            f"HINT: As a superuser: ALTER ROLE {role} CREATEDB; or name another server by DATABASE_URL."
        ) from error
