"""A copy of a database's schema in a scratch database: everything but the rows, for the same roles."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections
from psycopg.conninfo import make_conninfo

from epic10.postgres import client_programs, fingerprint, scratch_database
from epic10.postgres.catalog import holds, literal, quoted, relation_exists
from epic10.postgres.session import execute, fetch
from epic10.release.plan import RECORD
from epic10.snapshots import manifest

PREFIX = "epic10_schema_"
# They reach out to other servers.
NOT_COPIED = ("--no-publications", "--no-subscriptions")
# As pg_restore passes it on, in any language. A setting that only newer servers know is nothing lost.
REFUSED = re.compile(r"could not execute query: \S+\s+(.*)$", re.MULTILINE)
NOTHING_LOST = '"transaction_timeout"'
APPLIED = f"SELECT app, name, applied::text FROM {RECORD} ORDER BY id"


@dataclass(frozen=True)
class Copy:
    """The ``alias`` of the copy, and what this role could not make in it, in the server's words."""

    alias: str
    left_out: tuple[str, ...]


@contextmanager
def copied(using: str) -> Iterator[Copy]:
    """Raises NotAllowed where this role may not make a database."""
    original = connections[using]
    scratch_database.drop_abandoned(using, prefix=PREFIX)
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as folder,
        scratch_database.database(using, prefix=PREFIX, locale=manifest.locale(original)) as alias,
    ):
        archive = Path(folder) / "schema"
        client_programs.run(original, "pg_dump", "--schema-only", "--format=custom", f"--file={archive}", *NOT_COPIED)
        left_out = _restored(connections[alias], archive)
        _say_what_is_applied(original, connections[alias])
        yield Copy(alias, left_out)


@contextmanager
def again(using: str, copy: Copy) -> Iterator[Copy]:
    """A copy of the copy."""
    connections[copy.alias].close()
    with scratch_database.database(using, prefix=PREFIX, template=copy.alias) as alias:
        yield Copy(alias, copy.left_out)


def is_whole(copy: Copy, tables: list[str]) -> bool:
    """Whether the tables of the release could be copied at all."""
    return all(holds(connections[copy.alias], relation_exists(table)) for table in tables)


def schema(copy: Copy) -> str:
    return fingerprint.schema(connections[copy.alias])


def _restored(connection, archive: Path) -> tuple[str, ...]:
    """
    What could not be made, while everything else was: an extension wants a superuser, and is none of the release.

    By pg_restore, and not as a script by psql: to that a line break and a backslash in
    somebody's name may be a command of its own, on the machine of whoever runs it.
    """
    database = make_conninfo(dbname=connection.get_connection_params()["dbname"])
    finished = subprocess.run(
        [client_programs.find(connection, "pg_restore"), f"--dbname={database}", archive],
        env=os.environ | client_programs.environment(connection) | {"LC_ALL": "C"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    refused = REFUSED.findall(finished.stderr)
    if finished.returncode and not refused:
        lines = finished.stderr.splitlines()
        raise client_programs.ToolFailed(client_programs.failure("pg_restore", finished.returncode, lines))
    return tuple(dict.fromkeys(line for line in refused if NOTHING_LOST not in line))


def _say_what_is_applied(original, copy):
    if not holds(original, relation_exists(RECORD)) or not holds(copy, relation_exists(RECORD)):
        return
    for row in fetch(original, APPLIED):
        values = ", ".join(map(literal, row))
        execute(copy, f"INSERT INTO {quoted(RECORD)} (app, name, applied) VALUES ({values})")
