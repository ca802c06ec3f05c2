"""A copy of a database's schema in a scratch database: everything but the rows, for the same roles."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from epic10.postgres import client_programs, fingerprint, partial_restore, scratch_database
from epic10.postgres.catalog import holds, literal, quoted, relation_exists
from epic10.postgres.session import execute, fetch
from epic10.release.plan import RECORD
from epic10.snapshots import manifest

PREFIX = "epic10_schema_"
# They reach out to other servers.
NOT_COPIED = ("--no-publications", "--no-subscriptions")
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
        left_out = partial_restore.restore(connections[alias], archive)
        _say_what_is_applied(original, connections[alias])
        yield Copy(alias, tuple(dict.fromkeys(entry.why for entry in left_out)))


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


def _say_what_is_applied(original, copy):
    if not holds(original, relation_exists(RECORD)) or not holds(copy, relation_exists(RECORD)):
        return
    for row in fetch(original, APPLIED):
        values = ", ".join(map(literal, row))
        execute(copy, f"INSERT INTO {quoted(RECORD)} (app, name, applied) VALUES ({values})")
