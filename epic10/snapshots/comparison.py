"""Comparison with a snapshot: everything is as it was, except for what was written since."""

import heapq
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from django.db import connections, transaction

from epic10.checks import Check, Database, Fact
from epic10.checks.evaluation import Show, answered
from epic10.checks.report import Report
from epic10.operations import AddColumn, CountRows
from epic10.postgres import dump, fingerprint, scratch_database, transaction_ids
from epic10.postgres.catalog import quoted
from epic10.postgres.session import execute
from epic10.postgres.transaction_ids import Visible
from epic10.release import plan, schema_objects
from epic10.snapshots import files, manifest, snapshot
from epic10.snapshots.manifest import Contents, Manifest, Table
from epic10.terminal.progress import logger

COPY = "epic10_compare_"
SUCH_AS = 3
ROWS_AT_ONCE = 10_000

# A row's key, the hash of the compared columns, the hash of its timestamps, and
# whether it was written before the snapshot, if that can be told.
ROWS = """
    SELECT {key} COLLATE "C", {hash}, {stamps}, {older}
      FROM {table}, {numbers} ORDER BY 1"""

KEY = """
    SELECT pg_catalog.array_agg(attname::pg_catalog.text ORDER BY attnum) FROM pg_catalog.pg_index
      JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum OPERATOR(pg_catalog.=) ANY (indkey)
     WHERE indrelid = pg_catalog.to_regclass(%s)::pg_catalog.oid AND indisprimary"""

TIME_STAMPS = """
    SELECT attname FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type t ON t.oid = atttypid
     WHERE attrelid = pg_catalog.to_regclass(%s)::pg_catalog.oid AND pg_catalog.right(attname, 3) = '_at'
       AND NOT attisdropped AND typname IN ('timestamp', 'timestamptz')
       AND typnamespace = 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid"""


@dataclass
class Changes:
    """
    The rows of a table that differ from the snapshot.

    ``written`` rows have other timestamps than in the snapshot, and the release never
    touches timestamps; ``unexplained`` rows have the same ones. ``older`` rows should
    be impossible: no transaction has written them since.
    """

    new: int = 0
    written: int = 0
    gone: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    content: int
    stamps: int
    is_older: bool


def compare(using: str, folder: Path, before: Manifest, *, jobs: int, show: Show | None = None) -> Report:
    """
    One result for the schema, and one for each table of the release.

    Tables with equal checksums need no more work. For the others a copy is restored
    from the snapshot and compared row by row.
    """
    connection, started, wanted = connections[using], datetime.now(UTC), tables(before.contents)
    now = manifest.contents(connection, like=before.contents).tables
    same = {name for name, table in wanted.items() if now.get(name) == table}
    results = [answered(_schema(), _other_schema(connection, folder, before), show)]
    with ExitStack() as stack:
        if same != wanted.keys():
            logger.info("Not every table is what it was: comparing row by row with a copy of the snapshot.")
            copy = stack.enter_context(scratch_database.database(using, prefix=COPY, locale=before.locale))
            snapshot.restore_into(copy, folder, before, jobs=jobs, options=dump.for_a_copy(connections[copy]))
        for name, table in wanted.items():
            unchanged = [Fact(f"{table.rows:,} rows, the same")]
            found = unchanged if name in same else _changes(using, copy, name, before)
            results.append(answered(_rows(name), found, show))
    return Report(
        results,
        command="epic10_rollback",
        release=before.release["release"],
        database=connection.settings_dict["NAME"],
        server=str(connection.pg_version // 10000),
        started=started,
        finished=datetime.now(UTC),
    )


def tables(contents: Contents) -> dict[str, Table]:
    """The tables of the release."""
    release = plan.load().tables()
    return {name: table for name, table in contents.tables.items() if manifest.plain(name) in release}


def numbers(contents: Contents) -> dict:
    """Row count and checksum of each table, for a record."""
    return {manifest.plain(name): {"rows": it.rows, "checksum": it.checksum} for name, it in tables(contents).items()}


def rows_that_differ(using: str, copy: str, name: str, table: Table, seen: Visible | None) -> Changes:
    """
    Compare the rows of a table; both databases are read once, in key order.

    ``seen`` has the transactions visible to the snapshot, if they are comparable with the rows of ``using``.
    """
    changes = Changes()
    with ExitStack() as stack:
        before, now = (stack.enter_context(_reading(alias)) for alias in (copy, using))
        times = stamps(copy, name, table)
        both = heapq.merge(
            ((key, "before", row) for key, *row in _hashed(copy, before, name, table, times, None)),
            ((key, "now", row) for key, *row in _hashed(using, now, name, table, times, seen)),
            key=itemgetter(0, 1),
        )
        for key, rows in groupby(both, key=itemgetter(0)):
            found = {which: Row(*row) for _, which, row in rows}
            _count(changes, key, found.get("before"), found.get("now"))
    return changes


def _count(changes, key, before, now):
    if now is None:
        changes.gone.append(key)
    elif before and before.content == now.content:
        return
    elif now.is_older:
        changes.older.append(key)
    elif before is None:
        changes.new += 1
    elif before.stamps != now.stamps:
        changes.written += 1
    else:
        changes.unexplained.append(key)


def _changes(using, copy, name, before):
    why_not = transaction_ids.why_not(connections[using], before.seen)
    changes = rows_that_differ(using, copy, name, before.contents.tables[name], None if why_not else before.seen)
    if changes.new or changes.written:
        yield Fact(f"since the snapshot {changes.new:,} rows are new and {changes.written:,} were changed")
        if why_not:
            yield Fact(f"told by their time stamps alone, not by transactions: {why_not}")
    if changes.gone:
        line = f"{len(changes.gone):,} rows are gone, such as {_such_as(changes.gone)}"
        yield Fact(line) if manifest.plain(name) in _may_shrink() else line
    if changes.unexplained:
        line = f"{len(changes.unexplained):,} rows differ, and no time stamp says that somebody wrote them"
        yield f"{line}: {_such_as(changes.unexplained)}"
    if changes.older:
        line = f"{len(changes.older):,} rows differ, though no transaction has written them since the snapshot"
        yield f"{line}: {_such_as(changes.older)}"


def _such_as(keys):
    return ", ".join(keys[:SUCH_AS])


def stamps(alias, name, table):
    """The timestamps, which the release never writes: if they differ, somebody else wrote the row."""
    ours = _written_by_the_release()
    return [
        stamp
        for [stamp] in Database(connections[alias]).rows(TIME_STAMPS, [name])
        if stamp in table.columns and stamp not in ours
    ]


def _written_by_the_release():
    release = plan.load()
    filled = {rule.name for backfill in release.backfills() for rule in backfill.rules}
    return filled | {operation.name for operation in release.all_of(AddColumn)}


def _hashed(alias, cursor, name, table, stamps, seen) -> Iterator[tuple]:
    [[key]] = Database(connections[alias]).rows(KEY, [name])
    cursor.execute(
        ROWS.format(
            key=f"pg_catalog.concat_ws('/', {', '.join(map(quoted, key or table.columns))})",
            hash=fingerprint.row_hash(table.columns),
            stamps=fingerprint.row_hash(stamps) if stamps else "0",
            older=transaction_ids.is_older(seen.oldest) if seen else "false",
            table=name,
            numbers=transaction_ids.NEXT,
        )
    )
    return cursor


@contextmanager
def _reading(alias):
    """A server-side cursor in a transaction that is rolled back, with the fingerprint's settings."""
    with transaction.atomic(using=alias):
        execute(connections[alias], fingerprint.SESSION)
        with connections[alias].chunked_cursor() as cursor:
            cursor.itersize = ROWS_AT_ONCE
            yield cursor
        transaction.set_rollback(True, using=alias)


def _may_shrink():
    return {table for counted in plan.load().all_of(CountRows) if counted.may_shrink for table in counted.tables}


def _schema():
    return Check(
        "back.schema",
        "the schema of the register is what it was",
        find=None,
        hint="If it was intended, there is nothing to do; otherwise undo it. The whole text: pg_restore --schema-only "
        "--file=- on the dump of the snapshot, and pg_dump --schema-only.",
    )


def _rows(name):
    return Check(
        f"back.{manifest.plain(name)}",
        f"every row of {manifest.plain(name)} is what it was, or somebody has written it since",
        find=None,
        hint="Restore the snapshot beside the database and compare these rows: epic10_snapshot restore … --into …",
    )


def _other_schema(connection, folder, before):
    if manifest.schema(connection) != before.schema:
        was = dump.schema(connection, folder / files.DUMP, client=before.client)
        yield from schema_objects.findings(was, fingerprint.schema(connection), plan.load())
