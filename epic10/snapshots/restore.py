"""Restoring a snapshot to a database, without harm to an existing one."""

import secrets
import shlex
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from django.db import OperationalError, connections
from psycopg.errors import ObjectInUse

from epic10.checks import Fact
from epic10.postgres import scratch_database
from epic10.postgres.catalog import MOST_BYTES, literal, quoted, shortened
from epic10.postgres.client_programs import ToolFailed
from epic10.postgres.migration_lock import only_migrator, still_alone
from epic10.postgres.scratch_database import on_the_server
from epic10.snapshots import files, manifest, snapshot
from epic10.snapshots.manifest import Contents, Manifest
from epic10.terminal.refusal import Refusal

# Not autovacuum workers: PostgreSQL ends those by itself. What others are, not every role may see.
OTHER_SESSIONS = """
    SELECT pid, usename, application_name FROM pg_stat_activity
     WHERE datname = %s AND pid <> pg_backend_pid()
       AND coalesce(backend_type, '') <> 'autovacuum worker' ORDER BY pid LIMIT 5"""

PREPARED = """
    SELECT gid, pg_catalog.format('of %%s, since %%s UTC', owner, pg_catalog.date_trunc('second', prepared AT
        TIME ZONE 'UTC'))
      FROM pg_prepared_xacts WHERE database = %s ORDER BY prepared"""

# Properties of the database itself, which are not part of a dump.
ITS_OWN = """
    SELECT pg_catalog.pg_get_userbyid(datdba), datacl IS NOT NULL
           OR EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = d.oid)
      FROM pg_database d WHERE datname = %s"""

# The database that clients connect to by default, and those that new databases are made from.
THE_SERVERS_OWN = "SELECT datname FROM pg_database WHERE datistemplate OR NOT datallowconn OR datname = 'postgres'"

# Seconds. A session that was closed is listed until its process has ended.
PATIENCE, PAUSE = 1.0, 0.1

Confirm = Callable[[str], None]

COMMAND = "epic10_snapshot restore"


class NotRestored(Refusal):
    """Nothing was restored or changed; the message says why."""


def restore(
    using: str, directory: Path, name: str, *, into: str, overwrite: bool, confirm: Confirm, options, jobs: int
) -> list[str]:
    """
    Restore a snapshot into the database ``into`` of the server of ``using``, and compare every table.

    A new database, or the replacement of an existing one, is created under another
    name and renamed when it is complete; an empty database is filled in one
    transaction. A replaced database is kept under another name, and ``confirm`` is
    called first with what it contains. Returns what the operator has to know.
    """
    _may_be_called(using, into)
    written = files.read(directory, name)
    if damages := list(files.damages(directory / name, written)):
        raise NotRestored("Nothing was changed: " + "; ".join(damages) + f".\nHINT: {snapshot.NO_REMEDY}")
    found = _contents(using, into)
    if found == EMPTY:
        with scratch_database.reached(using, into) as alias, only_migrator(connections[alias], COMMAND):
            return _fill(alias, directory / name, written, options, jobs=None)
    if found:
        _may_be_replaced(using, into, found, overwrite)
        confirm(f'The database "{into}" ({_of_what(found)}) is replaced by the snapshot "{name}", and kept beside it.')
    successor = shortened(into, f"_restored_{secrets.token_hex(4)}")
    with scratch_database.database(using, name=successor, locale=written.locale) as alias:
        with _alone_in(using, into) if found else nullcontext():
            left_out = _fill(alias, directory / name, written, options, jobs=jobs)
        connections[alias].close()
        return left_out + _take_the_name(using, successor, into, replacing=found is not None)


EMPTY = Contents({}, {})


@contextmanager
def _alone_in(using, into) -> Iterator[None]:
    """
    Keep others from beginning a release in the database while its replacement is filled.

    The lock has to be released before the database is renamed, because nobody may be
    connected to it then. A session that comes in between blocks the rename, and is named.
    """
    with scratch_database.reached(using, into) as alias, only_migrator(connections[alias], COMMAND):
        yield
        still_alone(connections[alias])


def _may_be_called(using, into):
    if not into or len(into.encode()) > MOST_BYTES:
        raise NotRestored(
            f'Nothing was changed: "{into}" has {len(into.encode())} bytes, and the name of a database 1 to '
            f"{MOST_BYTES}.\nHINT: --into {shortened(into, '') or 'ndas_copy'}"
        )
    if (into,) in on_the_server(using, THE_SERVERS_OWN):
        raise NotRestored(
            f'Nothing was changed: the database "{into}" is the server\'s own: clients connect to it, or new databases '
            "are made from it.\nHINT: --into another name."
        )


def _may_be_replaced(using, into, found, overwrite):
    if not overwrite:
        raise NotRestored(
            f'Nothing was changed: the database "{into}" is not empty ({_of_what(found)}).\n'
            "HINT: --into another name, or --overwrite to put the snapshot in its place."
        )
    _nobody_uses(using, into)


def _of_what(found):
    return f"{found.rows:,} rows in {len(found.tables)} tables"


def _contents(using, database) -> Contents | None:
    """The content of the database; None if there is no such database."""
    [[exists]] = on_the_server(using, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [database])
    if not exists:
        return None
    with scratch_database.reached(using, database) as alias:
        return manifest.contents(connections[alias])


def _fill(alias, folder, written: Manifest, options, *, jobs) -> list[str]:
    """Returns what the role may not make, for a superuser to add."""
    try:
        found = list(snapshot.restored_differs(alias, folder, written, jobs=jobs, options=options))
    except ToolFailed as error:
        raise NotRestored(
            f"Nothing was changed: {error}\nHINT: Where roles of the other server are missing: --no-owner"
        ) from error
    if differences := [line for line in found if not isinstance(line, Fact)]:
        raise NotRestored(f"The restored database is not what the snapshot says: {'; '.join(differences)}.")
    return found


def _take_the_name(using, successor, into, *, replacing):
    rename = f"ALTER DATABASE {quoted(successor)} RENAME TO {quoted(into)}"
    if not replacing:
        on_the_server(using, rename)
        return []
    [[owner, has_its_own]] = on_the_server(using, ITS_OWN, [into])
    old = _free_name(using, into)
    _nobody_uses(using, into)
    aside = f"ALTER DATABASE {quoted(into)} RENAME TO {quoted(old)}"
    try:
        # One message, so one transaction: a database of that name exists at every moment.
        on_the_server(using, f"{aside}; {rename}; ALTER DATABASE {quoted(into)} OWNER TO {quoted(owner)}")
    except OperationalError as error:
        if not isinstance(error.__cause__, ObjectInUse):
            raise
        _nobody_uses(using, into)
        raise NotRestored(f"Nothing was changed: {error}\nHINT: Run the same command again.") from error
    lines = [f'GRANTs on the database "{into}" and its ALTER DATABASE … SET are not in a snapshot.'] * has_its_own
    return [*lines, *_how_to_get_it_back(into, old, successor)]


def _free_name(using, into):
    suffix = f"_replaced_{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    taken = {name for [name] in on_the_server(using, "SELECT datname FROM pg_database")}
    names = (shortened(into, end) for end in chain([suffix], (f"{suffix}_{number}" for number in count(2))))
    return next(name for name in names if name not in taken)


def _how_to_get_it_back(into, old, aside):
    back = [f"ALTER DATABASE {quoted(into)} RENAME TO {quoted(aside)}"]
    back += [f"ALTER DATABASE {quoted(old)} RENAME TO {quoted(into)}"]
    return [
        f'The database that was "{into}" is kept as "{old}".',
        f"To have it back: {_psql(*back)}",
        f"To drop it, once nobody needs it: {_psql(f'DROP DATABASE {quoted(old)}')}",
    ]


def _psql(*statements):
    together = " -1" if len(statements) > 1 else ""
    return " ".join([f"psql -d postgres{together}", *(f"-c {shlex.quote(statement)}" for statement in statements)])


def _nobody_uses(using, database):
    connections[using].close()
    deadline = time.monotonic() + PATIENCE
    while (sessions := on_the_server(using, OTHER_SESSIONS, [database])) and time.monotonic() < deadline:
        time.sleep(PAUSE)
    if sessions:
        named = "; ".join(f"pid {pid}, {user}{f' ({program})' if program else ''}" for pid, user, program in sessions)
        raise NotRestored(
            f'Nothing was changed: sessions are connected to the database "{database}": {named}.\n'
            "HINT: Stop the application, then run the same command again."
        )
    if prepared := on_the_server(using, PREPARED, [database]):
        named = "; ".join(f"{literal(gid)} {whose}" for gid, whose in prepared)
        remedy = " ".join(f"ROLLBACK PREPARED {literal(gid)};" for gid, _ in prepared)
        raise NotRestored(
            f'Nothing was changed: prepared transactions are open in the database "{database}": {named}.\n'
            f"HINT: Connected to that database: {remedy} Then run the same command again."
        )
