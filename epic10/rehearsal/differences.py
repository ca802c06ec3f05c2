"""
Differences between a rehearsed database and what it was before.

Without traffic everything is compared. With traffic, what the applications wrote is
left out, because they verify that themselves: of the NDAs that they change, only the
columns that they do not change are compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from epic10.postgres import fingerprint
from epic10.postgres.catalog import array
from epic10.rehearsal.load import HISTORIES, NDAS, registered
from epic10.release import schema_objects


@dataclass(frozen=True)
class Busy:
    """Keys of the NDAs that the applications change, and keys of what they have written, by table."""

    ndas: list[str] = field(default_factory=list)
    written: dict[str, dict] = field(default_factory=dict)


@dataclass(frozen=True)
class Fingerprint:
    schema: str
    content: dict[str, tuple[int, int]]


def look(
    connection, columns: dict[str, list[str]], busy: Busy | None = None, *, only: Mapping[str, str] | None = None
) -> Fingerprint:
    """The schema, and the content of the tables in the columns named; ``only`` has a condition for each table."""
    only = only or {}
    if busy is None:
        return Fingerprint(fingerprint.schema(connection), fingerprint.content(connection, columns, only=only))
    theirs = list(dict.fromkeys([*busy.ndas, *busy.written.get(NDAS, ())]))
    entries = busy.written.get(HISTORIES, ())
    others = {NDAS: f"id <> ALL ({array(theirs)})", HISTORIES: f"id <> ALL ({array(entries)})"}
    others |= {table: f"{condition} AND {others.get(table, 'true')}" for table, condition in only.items()}
    kept = {NDAS: [column for column in columns[NDAS] if column not in registered().written]}
    content = fingerprint.content(connection, columns, only=others)
    [changed] = fingerprint.content(connection, kept, only={NDAS: f"id = ANY ({array(busy.ndas)})"}).values()
    return Fingerprint(fingerprint.schema(connection), content | {f"{NDAS} at work": changed})


def differences(before: Fingerprint, after: Fingerprint) -> Iterator[str]:
    if before.schema != after.schema:
        named = [str(change) for change in schema_objects.changes(before.schema, after.schema)]
        yield f"The schema after the way back is not the schema before: {'; '.join(named) or 'in another order'}."
    for table, found in after.content.items():
        if found != before.content[table]:
            rows, rows_after = before.content[table][0], found[0]
            yield f"{table} is not what it was: {rows:,} rows before, {rows_after:,} after, with other content."
