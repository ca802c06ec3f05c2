"""The rows of a table that are not what they were in a copy made from a snapshot."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from django.db import connections, transaction

from epic10.checks import Database
from epic10.operations import AddColumn
from epic10.postgres import fingerprint, transaction_ids
from epic10.postgres.catalog import quoted
from epic10.postgres.session import execute, fetch
from epic10.postgres.transaction_ids import Visible
from epic10.release import plan
from epic10.snapshots.manifest import Table

ROWS_AT_ONCE = 10_000
# Rows are compared one by one only where the sums of their bucket differ: 12 rows in each, of 50,000.
BUCKETS = 4096

# The columns of the primary key.
KEY_COLUMNS = """
    SELECT pg_catalog.array_agg(attname::pg_catalog.text ORDER BY attnum) FROM pg_catalog.pg_index
      JOIN pg_catalog.pg_attribute ON attrelid = indrelid AND attnum OPERATOR(pg_catalog.=) ANY (indkey)
     WHERE indrelid = pg_catalog.to_regclass(%s)::pg_catalog.oid AND indisprimary"""

TIME_STAMPS = """
    SELECT attname FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type t ON t.oid = atttypid
     WHERE attrelid = pg_catalog.to_regclass(%s)::pg_catalog.oid AND pg_catalog.right(attname, 3) = '_at'
       AND NOT attisdropped AND typname IN ('timestamp', 'timestamptz')
       AND typnamespace = 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid"""

SUMS = """
    SELECT {bucket}, pg_catalog.count(*), pg_catalog.sum({hash}) FROM {table} GROUP BY 1"""

# A row's key, the hash of the compared columns, the hash of its timestamps, and
# whether it was written before the snapshot, if that can be told.
KEY, CONTENT, STAMPS, IS_OLDER = range(4)
ROWS = """
    SELECT {key}, {hash}, {stamps}, {older}
      FROM {table}, {numbers} WHERE {bucket} OPERATOR(pg_catalog.=) ANY ({buckets}) ORDER BY 1"""


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
class _Side:
    """A table in one of the two databases, and the SQL expressions by which its rows are read."""

    alias: str
    cursor: object
    table: str
    key: str
    hash: str

    @property
    def bucket(self) -> str:
        return f"(pg_catalog.hashtextextended({self.key}, 0) OPERATOR(pg_catalog.&) {BUCKETS - 1}::pg_catalog.int8)"

    def sums(self) -> set[tuple]:
        return set(fetch(connections[self.alias], SUMS.format(bucket=self.bucket, hash=self.hash, table=self.table)))

    def in_buckets(self, buckets, stamps, older) -> Iterator[tuple]:
        numbers = ", ".join(map(str, sorted(buckets)))
        self.cursor.execute(
            ROWS.format(
                key=self.key,
                hash=self.hash,
                stamps=fingerprint.row_hash(stamps) if stamps else "0",
                older=older,
                table=self.table,
                numbers=transaction_ids.NEXT,
                bucket=self.bucket,
                buckets=f"ARRAY[{numbers}]::pg_catalog.int8[]",
            )
        )
        return self.cursor


def rows_that_differ(using: str, copy: str, name: str, table: Table, seen: Visible | None) -> Changes:
    """
    Compare the rows of a table with those in the database ``copy``, in key order.

    Both are summed up first, by buckets of keys, so that only rows near a difference are
    fetched. ``seen`` has the transactions visible to the snapshot, if they are comparable
    with the rows of ``using``.
    """
    changes, older = Changes(), transaction_ids.is_older(seen.oldest) if seen else "false"
    expressions = {"table": name, "key": key(using, name, table), "hash": fingerprint.row_hash(table.columns)}
    with ExitStack() as stack:
        before, now = (_Side(alias, stack.enter_context(_reading(alias)), **expressions) for alias in (copy, using))
        buckets = {bucket for bucket, *_ in before.sums() ^ now.sums()}
        times = stamps(using, name, table)
        for then, row in _side_by_side(
            before.in_buckets(buckets, times, "false"), now.in_buckets(buckets, times, older)
        ):
            _count(changes, then, row)
    return changes


def key(using: str, name: str, table: Table) -> str:
    """An SQL expression for the key of a row as text: of the whole row, where there is no primary key."""
    [[columns]] = Database(connections[using]).rows(KEY_COLUMNS, [name])
    return f"pg_catalog.concat_ws('/', {', '.join(map(quoted, columns or table.columns))}) COLLATE pg_catalog.\"C\""


def stamps(using: str, name: str, table: Table) -> list[str]:
    """The timestamps, which the release never writes: if they differ, somebody else wrote the row."""
    ours = _written_by_the_release()
    return [
        stamp
        for [stamp] in Database(connections[using]).rows(TIME_STAMPS, [name])
        if stamp in table.columns and stamp not in ours
    ]


def _side_by_side(before: Iterable[tuple], now: Iterable[tuple]) -> Iterator[tuple[tuple | None, tuple | None]]:
    """The rows of both, each in the order of keys, with what the other has by that key, if it has it."""
    before, now = iter(before), iter(now)
    then, row = next(before, None), next(now, None)
    while then or row:
        if row is None or (then and then[KEY] < row[KEY]):
            yield then, None
            then = next(before, None)
        elif then is None or row[KEY] < then[KEY]:
            yield None, row
            row = next(now, None)
        else:
            yield then, row
            then, row = next(before, None), next(now, None)


def _count(changes, before, now):
    if now is None:
        changes.gone.append(before[KEY])
    elif before and before[CONTENT] == now[CONTENT]:
        return
    elif now[IS_OLDER]:
        changes.older.append(now[KEY])
    elif before is None:
        changes.new += 1
    elif before[STAMPS] != now[STAMPS]:
        changes.written += 1
    else:
        changes.unexplained.append(now[KEY])


def _written_by_the_release():
    release = plan.load()
    filled = {rule.name for backfill in release.backfills() for rule in backfill.rules}
    return filled | {operation.name for operation in release.all_of(AddColumn)}


@contextmanager
def _reading(alias):
    """A server-side cursor in a transaction that is rolled back, with the fingerprint's settings."""
    with transaction.atomic(using=alias):
        execute(connections[alias], fingerprint.SESSION)
        with connections[alias].chunked_cursor() as cursor:
            cursor.itersize = ROWS_AT_ONCE
            yield cursor
        transaction.set_rollback(True, using=alias)
