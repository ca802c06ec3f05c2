"""Row counts by label, in the old labels and in the new ones, as they are now.

The old labels are in the legacy columns after the switch, which follow every write, and in the
archive after epic10_finalize. Until the new labels exist, it is what the old ones will become.
One pass over the table counts all of them.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from epic10.ledger import store
from epic10.ledger.models import RowCount
from epic10.operations import Switch
from epic10.operations.columns.both_ways import are_open
from epic10.operations.columns.relabel import Relabel, Shadow, shadows
from epic10.operations.ownership import is_ours
from epic10.postgres.catalog import column_exists, holds, literal, quoted, relation_exists
from epic10.postgres.migration_lock import holder
from epic10.postgres.session import fetch
from epic10.release import plan, state
from epic10.release.plan import Plan

from .live import last_run

KEPT = 60.0  # seconds
NONE = "no value"

ARCHIVED = """
    SELECT labels ->> {column}::text, count(*) FROM epic10_original WHERE table_name = {table} GROUP BY 1"""

ROWS_BEFORE = "SELECT rows FROM epic10_row_count WHERE table_name = %s"

_one_counts = threading.Lock()
_last: dict[tuple, tuple[float, tuple, "Census"]] = {}


@dataclass(frozen=True)
class Line:
    """A new label: how many rows have it, and how many had each of the old labels that map to it."""

    label: str
    before: tuple[tuple[str, int], ...]
    after: int

    @property
    def rows_before(self) -> int:
        return sum(rows for _, rows in self.before)


@dataclass(frozen=True)
class Tally:
    """The lines of one column; ``has_before`` is false if the column did not exist before."""

    column: str
    lines: tuple[Line, ...]
    has_before: bool

    @property
    def most(self) -> int:
        return max((max(line.rows_before, line.after) for line in self.lines), default=0)

    @property
    def rows_before(self) -> int:
        return sum(line.rows_before for line in self.lines)

    @property
    def rows_after(self) -> int:
        return sum(line.after for line in self.lines)


@dataclass(frozen=True)
class Census:
    """
    ``is_planned`` means that the new labels do not exist yet, and ``after`` is a forecast.

    ``rows_before`` is how many rows there were just before the release, while that is known.
    """

    table: str
    tallies: tuple[Tally, ...]
    is_planned: bool
    rows_before: int | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def age(self) -> float:
        return (datetime.now(UTC) - self.at).total_seconds()


def census(connection) -> Census | None:
    """The census; None without a register. During a migration the last one stands: a count would be in the way."""
    release = plan.load()
    table, columns = _columns(release)
    if not holds(connection, relation_exists(table)):
        return None
    with _one_counts:
        return _kept_or_counted(connection, release, table, columns)


def _kept_or_counted(connection, release, table, columns) -> Census:
    sources = [_source(connection, release, table, column) for column in columns]
    key = (connection.settings_dict["HOST"], connection.settings_dict["NAME"], tuple(sources))
    at, since, last = _last.get(key, (0.0, (), None))
    run = last_run(connection)
    if last and (holder(connection) or (since == run and time.monotonic() - at < KEPT)):
        return last
    found = _counted(
        connection,
        table,
        columns,
        sources,
        is_planned=not (release.is_switched(connection) or _both_write(connection, table)),
    )
    _last[key] = (time.monotonic(), run, found)
    return found


def _columns(release: Plan) -> tuple[str, list[Shadow]]:
    """The main table of the release, and its columns with labels."""
    table = release.all_of(Switch)[0].table
    moved = [column for switch in release.all_of(Switch) if switch.table == table for column in switch.moved]
    return table, shadows(moved)


def _source(connection, release, table, column) -> tuple[str | None, str | None]:
    """The columns that hold the old and the new label, as far as they exist."""

    def there(name):
        return name if holds(connection, column_exists(table, name)) else None

    if release.is_switched(connection):
        return there(column.legacy), column.column
    if there(column.target) or not there(column.column):
        # Once both applications write, only the new label says what it is.
        return there(column.column), there(column.target) if _both_write(connection, table) else None
    if state.has_begun(connection) and holds(connection, is_ours("column", f"{table}.{column.column}")):
        return None, column.column
    return column.column, None


def _both_write(connection, table) -> bool:
    return state.has_begun(connection) and holds(connection, are_open(table))


def _counted(connection, table, columns, sources, *, is_planned) -> Census:
    names = [name for source in sources for name in source if name]
    groups = _groups(connection, table, names)
    tallies = []
    for column, (old, new) in zip(columns, sources, strict=True):
        before = _sums(groups, names, old) if old else _archived(connection, table, column)
        after = _sums(groups, names, new) if new else _forecast(column.relabel, before, groups)
        tallies.append(Tally(column.column, tuple(_lines(column.relabel, before, after)), has_before=bool(before)))
    return Census(table, tuple(tallies), is_planned, _rows_before(connection, table))


def _rows_before(connection, table) -> int | None:
    if not store.is_there(connection, RowCount):
        return None
    return next((rows for [rows] in fetch(connection, ROWS_BEFORE, [table])), None)


def _groups(connection, table, names) -> list[tuple]:
    """A row for each combination of labels, with its count last."""
    labels = "".join(f"{quoted(name)}::text, " for name in names)
    by = f" GROUP BY {', '.join(map(quoted, names))}" if names else ""
    return fetch(connection, f"SELECT {labels}count(*) FROM {quoted(table)}{by}")


def _sums(groups, names, name) -> Counter:
    place, sums = names.index(name), Counter()
    for *labels, rows in groups:
        sums[labels[place]] += rows
    return sums


def _archived(connection, table, column) -> Counter:
    if not plan.load().is_finalized(connection):
        return Counter()
    archived = fetch(connection, ARCHIVED.format(column=literal(column.column), table=literal(table)))
    return Counter({label: rows for label, rows in archived if label is not None})


def _forecast(relabel, before, groups) -> Counter:
    """What the old labels will become; if there is no column yet, what NULL will become."""
    after = Counter()
    for label, rows in (before or {None: sum(rows for *_, rows in groups)}).items():
        after[relabel.becomes(label) or NONE] += rows
    return after


def _lines(relabel: Relabel, before, after) -> Iterable[Line]:
    unplanned = sorted({relabel.becomes(label) or NONE for label in before} | set(after) - {None} - set(relabel.labels))
    order = [None, *relabel.legacy, *before]
    for label in dict.fromkeys([*relabel.labels, *unplanned]):
        old = sorted((name for name in before if (relabel.becomes(name) or NONE) == label), key=order.index)
        yield Line(label, tuple((name or NONE, before[name]) for name in old), after[label])
