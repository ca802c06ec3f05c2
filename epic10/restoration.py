"""How does a snapshot become a database again, without harm to one that is there?"""

import secrets
from pathlib import Path

from django.core.management import CommandError
from django.db import connections
from psycopg import sql

from epic10 import manifest, scratch, snapshot, snapshot_files
from epic10.clients import ToolFailed
from epic10.manifest import Contents, Manifest

OTHER_SESSIONS = """
    SELECT pid, usename, application_name FROM pg_stat_activity
     WHERE datname = %s AND pid <> pg_backend_pid() ORDER BY pid LIMIT 5"""

# What belongs to a database itself, and is not in a dump of what is in it.
ITS_OWN = """
    SELECT pg_get_userbyid(datdba), datacl IS NOT NULL
           OR EXISTS (SELECT FROM pg_db_role_setting WHERE setdatabase = d.oid)
      FROM pg_database d WHERE datname = %s"""


class NotRestored(CommandError):
    """The message says why, and that nothing was changed."""


def restore(using: str, directory: Path, name: str, *, into: str, overwrite: bool, options, jobs: int) -> list[str]:
    """
    Restore a snapshot into the database ``into`` of the server of ``using``, and compare every table.

    A new database, or the successor of one that is to be replaced, is made
    beside it and gets the name when it is whole; an empty one is filled in one
    transaction. Returns what the operator has to do by hand.
    """
    written = snapshot_files.read(directory, name)
    if damages := list(snapshot_files.damages(directory / name, written)):
        raise NotRestored("Nothing was changed: " + "; ".join(damages) + f".\nHINT: {snapshot.NO_REMEDY}")
    found = _contents(using, into)
    if found == EMPTY:
        with scratch.reached(using, into) as alias:
            _fill(alias, directory / name, written, options, jobs=None)
        return []
    if found and not overwrite:
        raise NotRestored(
            f'Nothing was changed: the database "{into}" is not empty ({found.rows:,} rows in {len(found.tables)} '
            "tables).\nHINT: --into another name, or --overwrite to put the snapshot in its place."
        )
    _nobody_uses(using, into)
    successor = f"{into[:40]}_restored_{secrets.token_hex(4)}"
    with scratch.database(using, name=successor, locale=written.locale) as alias:
        _fill(alias, directory / name, written, options, jobs=jobs)
        connections[alias].close()
        return _take_the_name(using, successor, into, replacing=found is not None)


EMPTY = Contents({}, {})


def _contents(using, database) -> Contents | None:
    """What is in the database; None when there is no such database."""
    [[exists]] = _server(using, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [database])
    if not exists:
        return None
    with scratch.reached(using, database) as alias:
        return manifest.contents(connections[alias])


def _fill(alias, folder, written: Manifest, options, *, jobs):
    try:
        restored = snapshot.restore_into(alias, folder, written, jobs=jobs, options=options)
    except ToolFailed as error:
        raise NotRestored(
            f"Nothing was changed: {error}\nHINT: Where roles of the other server are missing: --no-owner"
        ) from error
    if differences := list(manifest.differences(written.contents, restored)):
        raise NotRestored(f"The restored database is not what the snapshot says: {'; '.join(differences)}.")


def _take_the_name(using, successor, into, *, replacing):
    names = {"successor": sql.Identifier(successor), "into": sql.Identifier(into)}
    rename = "ALTER DATABASE {successor} RENAME TO {into}"
    if not replacing:
        _server(using, sql.SQL(rename).format(**names))
        return []
    [[owner, has_its_own]] = _server(using, ITS_OWN, [into])
    old = f"{into[:40]}_replaced_{secrets.token_hex(4)}"
    names |= {"old": sql.Identifier(old), "owner": sql.Identifier(owner)}
    _nobody_uses(using, into)
    # One message, so one transaction: there is a database of that name at every moment.
    swap = f"ALTER DATABASE {{into}} RENAME TO {{old}}; {rename}; ALTER DATABASE {{into}} OWNER TO {{owner}}"
    _server(using, sql.SQL(swap).format(**names))
    _server(using, sql.SQL("DROP DATABASE {old}").format(**names))
    return [f'GRANTs on the database "{into}" and its ALTER DATABASE … SET are not in a snapshot.'] * has_its_own


def _nobody_uses(using, database):
    connections[using].close()
    if sessions := _server(using, OTHER_SESSIONS, [database]):
        named = "; ".join(f"pid {pid}, {user}{f' ({program})' if program else ''}" for pid, user, program in sessions)
        raise NotRestored(
            f'Nothing was changed: sessions are connected to the database "{database}": {named}.\n'
            "HINT: Stop the application, then run the same command again."
        )


def _server(using, statement, parameters=None) -> list[tuple]:
    with connections[using]._nodb_cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
