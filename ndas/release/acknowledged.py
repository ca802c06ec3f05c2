"""Verification that every acknowledged write is there, with the right labels in both vocabularies."""

from collections.abc import Iterator
from itertools import islice

from epic10.postgres.catalog import array, column_exists, holds, quoted
from epic10.postgres.session import fetch
from epic10.release import plan
from ndas.release.applications import NEW_APPLICATION
from ndas.release.vocabulary import VOCABULARIES, Pair

AT_ONCE = 10_000


def lost_and_mislabelled(connection, written: dict[str, dict[str, dict]]) -> tuple[list[str], list[str]]:
    """A sentence for each row that is missing or has another value, and for each with a wrong label."""
    lost, mislabelled = [], []
    is_switched = plan.load().is_switched(connection)
    for table, rows in written.items():
        columns = _columns(connection, table, is_switched)
        for keys in _batched(rows):
            found = _found(connection, table, columns, keys)
            lost += [f"{table} {key} is not there." for key in keys if key not in found]
            for key in filter(found.get, keys):
                lost += _another_value(table, key, rows[key], found[key])
                mislabelled += _another_label(table, key, rows[key], found[key], is_switched)
    return lost, mislabelled


def _another_value(table, key, written, found):
    for column, value in written.items():
        if column in found and value is not None and found[column] != value:
            yield f'{table} {key} has {column} "{found[column]}", and "{value}" was written.'


def _another_label(table, key, written, found, is_switched):
    for column in [column for column in VOCABULARIES if written.get(column)]:
        pair = Pair(*written[column])
        new = {pair.new} if is_switched else VOCABULARIES[column].plain(pair)
        for side, labels in (("new", new), ("old", pair.olds)):
            if (name := f"{side} {column}") in found and found[name] not in labels:
                wanted = " or ".join(sorted(map(str, labels)))
                yield f"{table} {key} reads {found[name]} as its {side} {column}, and {wanted} was written."


def _columns(connection, table, is_switched) -> dict[str, str]:
    """The current columns of the values, by the names under which they are compared."""
    columns = {"abbreviated_name": "abbreviated_name"}
    for column in VOCABULARIES:
        new, old = (column, f"{column}_legacy") if is_switched else (f"{column}_epic10", column)
        columns |= {f"new {column}": new, f"old {column}": old}
    if is_switched:
        columns |= {column: column for column in NEW_APPLICATION.only}
    return {known: name for known, name in columns.items() if holds(connection, column_exists(table, name))}


def _found(connection, table, columns, keys):
    listed = ", ".join(f"{quoted(name)}::text" for name in columns.values())
    found = fetch(connection, f"SELECT id, {listed} FROM {quoted(table)} WHERE id = ANY ({array(keys)})")
    return {key: dict(zip(columns, values, strict=True)) for key, *values in found}


def _batched(rows) -> Iterator[list[str]]:
    keys = iter(rows)
    while batch := list(islice(keys, AT_ONCE)):
        yield batch
