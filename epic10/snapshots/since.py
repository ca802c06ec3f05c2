"""What has been written since a snapshot, and is therefore not in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC

from django.db import connections

from epic10.checks import Database
from epic10.postgres.catalog import literal, quoted
from epic10.snapshots import comparison, manifest, row_changes
from epic10.snapshots.manifest import Manifest, Table

WRITTEN = """
    SELECT count(*), (pg_catalog.array_agg(key ORDER BY key))[:3]
      FROM (SELECT {key} AS key FROM {table} WHERE greatest({stamps}) > {moment}) AS written"""


@dataclass(frozen=True)
class Since:
    """
    ``written`` rows of the table have a time stamp after the snapshot, such as those with these keys.

    An application may write its stamps in local time, which says nothing: that the table differs is known without.
    """

    table: str
    rows_then: int
    rows_now: int
    written: int
    such_as: tuple[str, ...]

    def __str__(self):
        more = self.rows_now - self.rows_then
        if self.written < max(more, 1):
            in_all = f", with {abs(more):,} rows {'more' if more > 0 else 'fewer'}" if more else ""
            return f"{self.table}: it differs{in_all}; which rows, its time stamps do not tell when read as UTC"
        such_as = f", such as {', '.join(self.such_as)}" if self.such_as else ""
        gone = f", {-more:,} fewer in all" if more < 0 else ""
        return f"{self.table}: {self.written:,} rows{such_as}{gone}"


def changes_since(using: str, before: Manifest) -> list[Since]:
    """The tables of the release whose content differs: told by their checksums, not by the time stamps."""
    now = manifest.contents(connections[using], like=before.contents).tables
    return list(_changes(using, before, now))


def _changes(using, before, now) -> Iterator[Since]:
    for name, table in comparison.tables(before.contents).items():
        if name in now and now[name] != table:
            written, such_as = _written(using, name, table, before)
            yield Since(manifest.plain(name), table.rows, now[name].rows, written, tuple(such_as or ()))


def _written(using, name, table: Table, before) -> tuple[int, list[str] | None]:
    db, stamps = Database(connections[using]), row_changes.stamps(using, name, table)
    if not stamps:
        return 0, None
    moment = literal(f"{before.taken_at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}")
    values = {
        "key": row_changes.key(using, name, table),
        "stamps": ", ".join(map(quoted, stamps)),
        "moment": f"{moment}::pg_catalog.timestamp",
    }
    [found] = db.rows(WRITTEN.format(table=name, **values))
    return found
