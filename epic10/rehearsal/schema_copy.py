"""A copy of a database's schema in a scratch database: everything but the rows, for the same roles."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections

from epic10.postgres import client_programs, fingerprint, scratch_database
from epic10.postgres.catalog import holds, literal, quoted, relation_exists
from epic10.release.plan import RECORD
from epic10.snapshots import manifest

PREFIX = "epic10_schema_"
# They reach out to other servers.
NOT_COPIED = ("--no-publications", "--no-subscriptions")
# As psql writes it in full, in whatever language the server speaks.
REFUSED = re.compile(r"^psql:<stdin>:\d+: \S+  [0-9A-Z]{5}: (.*)$", re.MULTILINE)
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
    script = client_programs.run(original, "pg_dump", "--schema-only", *NOT_COPIED)
    with scratch_database.database(using, prefix=PREFIX, locale=manifest.locale(original)) as alias:
        left_out = _restored(connections[alias], script)
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


def _restored(connection, script) -> tuple[str, ...]:
    """What could not be made, while everything else was: an extension wants a superuser, and is none of the release."""
    finished = subprocess.run(
        [client_programs.find(connection, "psql"), "-X", "-q", "-v", "VERBOSITY=verbose", "-f", "-"],
        env=os.environ | client_programs.environment(connection),
        input=script,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    if finished.returncode:
        raise client_programs.ToolFailed(
            client_programs.failure("psql", finished.returncode, finished.stderr.splitlines())
        )
    return tuple(dict.fromkeys(REFUSED.findall(finished.stderr)))


def _say_what_is_applied(original, copy):
    if not holds(original, relation_exists(RECORD)) or not holds(copy, relation_exists(RECORD)):
        return
    with original.cursor() as there, copy.cursor() as here:
        there.execute(APPLIED)
        for row in there.fetchall():
            values = ", ".join(map(literal, row))
            here.execute(f"INSERT INTO {quoted(RECORD)} (app, name, applied) VALUES ({values})")
