"""A copy of a database's schema in a scratch database: everything but the rows."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import Error, OperationalError, connections

from epic10.postgres import client_programs, dump, fingerprint, installations, partial_restore, scratch_database
from epic10.postgres.catalog import holds, literal, quoted, relation_exists
from epic10.postgres.errors import NotAllowed, first_line
from epic10.postgres.session import execute, fetch
from epic10.release.plan import RECORD
from epic10.snapshots import manifest

PREFIX = "epic10_schema_"
SET_FOR_IT = """
    SELECT pg_catalog.split_part(setting, '=', 1), pg_catalog.substr(setting, pg_catalog.strpos(setting, '=') + 1)
      FROM pg_db_role_setting s JOIN pg_database d ON d.oid = setdatabase, pg_catalog.unnest(setconfig) AS setting
     WHERE datname = current_database() AND setrole = 0"""
APPLIED = f"SELECT app, name, applied::text FROM {RECORD} ORDER BY id"

# On the spare server are none of the original's roles.
ELSEWHERE = ("--no-owner", "--no-privileges")
GUEST = "epic10_guest"
MAKE_GUEST = f"""
    DO $$ BEGIN
      CREATE ROLE {GUEST} LOGIN CREATEDB;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END $$"""
MAY_MAKE_DATABASES = "(SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user)"


@dataclass(frozen=True)
class Copy:
    """The ``alias`` of the copy, the alias of its ``server``, and what is not as in the original."""

    alias: str
    server: str
    left_out: tuple[str, ...]


@contextmanager
def copied(using: str) -> Iterator[Copy]:
    """
    On the same server; where this role may not make a database there, on the project's own.

    Raises NotAllowed where that does not start.
    """
    if holds(connections[using], MAY_MAKE_DATABASES):
        with _copied_to(using, using, locale=manifest.locale(connections[using])) as copy:
            yield copy
    else:
        with _spare(using) as server, _copied_to(server, using, options=ELSEWHERE) as copy:
            yield Copy(copy.alias, server, (_unseen(using, server), *copy.left_out))


@contextmanager
def _copied_to(server: str, using: str, *, locale=(), options=()) -> Iterator[Copy]:
    original = connections[using]
    scratch_database.drop_abandoned(server, prefix=PREFIX)
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as folder,
        scratch_database.database(server, prefix=PREFIX, locale=locale) as alias,
    ):
        _set_as_in(original, connections[alias])
        archive, program = Path(folder) / "schema", dump.program(original)
        client_programs.run(
            original, "pg_dump", "--schema-only", "--format=custom", f"--file={archive}", *dump.NO_COPY_HAS
        )
        left_out = partial_restore.restore(connections[alias], archive, *options, client=installations.major(program))
        _say_what_is_applied(original, connections[alias])
        yield Copy(alias, server, tuple(dict.fromkeys(entry.why for entry in left_out)))


@contextmanager
def _spare(using: str) -> Iterator[str]:
    """
    The alias of the project's own server, which the first connection starts, as a role of no rights.

    Its superuser may read files and run programs on this machine. What is in the copy was written
    by others: a trigger of theirs may do no more here than it may in their database.
    """
    alias = f"spare server for {using}"
    nothing = {"HOST": "", "PORT": "", "PASSWORD": "", "OPTIONS": {}}
    connections.settings[alias] = connections[using].settings_dict | nothing | settings.EPIC10_SPARE_SERVER
    try:
        _start(alias, using)
        connections[alias].close()
        del connections[alias]
        connections.settings[alias]["USER"] = GUEST
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


def _start(spare: str, using: str):
    try:
        execute(connections[spare], MAKE_GUEST)
    except OperationalError as error:
        raise NotAllowed(
            f"{_role(using)} may not make a scratch database here, and the project's own server does not start: "
            f"{first_line(error)}\nHINT: As a superuser: ALTER ROLE {_role(using)} CREATEDB;"
        ) from error


def _role(using) -> str:
    [[role]] = fetch(connections[using], "SELECT pg_catalog.quote_ident(current_user)")
    return role


def _unseen(using, spare) -> str:
    role, (there, here) = _role(using), (connections[alias].pg_version // 10000 for alias in (using, spare))
    return (
        f"{role} may not make a database (ALTER ROLE {role} CREATEDB), so the copy is on the project's own server, "
        f"PostgreSQL {here}: what comes of owners, privileges, the locale and PostgreSQL {there} is not seen"
    )


@contextmanager
def again(copy: Copy) -> Iterator[Copy]:
    """A copy of the copy."""
    connections[copy.alias].close()
    with scratch_database.database(copy.server, prefix=PREFIX, template=copy.alias) as alias:
        _set_as_in(connections[copy.alias], connections[alias])
        yield Copy(alias, copy.server, copy.left_out)


def is_whole(copy: Copy, tables: list[str]) -> bool:
    """Whether the tables of the release could be copied at all."""
    return all(holds(connections[copy.alias], relation_exists(table)) for table in tables)


def schema(copy: Copy) -> str:
    return fingerprint.schema(connections[copy.alias])


def _set_as_in(original, copy):
    """What is set for the database, such as a search_path, which no dump of one database contains."""
    name = quoted(copy.settings_dict["NAME"])
    for setting, value in fetch(original, SET_FOR_IT):
        with suppress(Error):  # Some are a superuser's to set.
            execute(copy, f"SELECT pg_catalog.set_config({literal(setting)}, {literal(value)}, false)")
            execute(copy, f"ALTER DATABASE {name} SET {quoted(setting)} FROM CURRENT")
    copy.close()


def _say_what_is_applied(original, copy):
    if not holds(original, relation_exists(RECORD)) or not holds(copy, relation_exists(RECORD)):
        return
    for row in fetch(original, APPLIED):
        values = ", ".join(map(literal, row))
        execute(copy, f"INSERT INTO {quoted(RECORD)} (app, name, applied) VALUES ({values})")
