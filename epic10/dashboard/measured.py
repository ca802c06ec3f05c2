"""Query times against the baseline and the promised limits, and the errors of the application."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from epic10.monitoring import queries
from epic10.monitoring.observation import Timing
from epic10.monitoring.queries import TIMES_SLOWER
from epic10.postgres.catalog import holds, relation_exists
from epic10.postgres.session import fetch
from epic10.release import plan

HOURS, POINTS = 24, 120
# For a query that is not registered any more.
LIMIT = 500.0  # milliseconds

# Of the release that is live now: before it, and after a way back, there is nothing to compare them with.
SAMPLES = f"""
    WITH shown AS (SELECT * FROM epic10_sample WHERE after = %s)
    SELECT name, taken_at, milliseconds, baseline FROM shown
     WHERE taken_at > (SELECT max(taken_at) FROM shown) - interval '{HOURS} hours'
     ORDER BY name, taken_at"""

ERRORS = "SELECT kind, count, first_seen, last_seen, message FROM epic10_error ORDER BY last_seen DESC LIMIT 50"
INCIDENTS = """
    SELECT name, opened_at, closed_at, finding, (SELECT max(kept_at) FROM epic10_watch)
      FROM epic10_incident ORDER BY opened_at DESC LIMIT 20"""
# Without a look for that long the watch has ended, and what it said last is history.
WATCHED = timedelta(minutes=15)

# Dimensions of the drawing, in the units of times.html.
LEFT, RIGHT, TOP, BOTTOM = 32, 236, 6, 104


@dataclass(frozen=True)
class Point:
    taken_at: datetime
    milliseconds: float


@dataclass(frozen=True)
class Incident:
    """``looked_at`` is when the watch has looked last."""

    name: str
    opened_at: datetime
    closed_at: datetime | None
    finding: str
    looked_at: datetime | None

    @property
    def is_open(self) -> bool:
        is_watched = self.looked_at is not None and datetime.now(UTC) - self.looked_at < WATCHED
        return self.closed_at is None and is_watched


@dataclass(frozen=True)
class Measured:
    """One query over time and its drawing; ``samples`` has the slowest sample of each interval."""

    name: str
    samples: list[Point]
    count: int
    baseline: float | None

    @property
    def last(self) -> float:
        return self.samples[-1].milliseconds

    @property
    def worst(self) -> float:
        return max(sample.milliseconds for sample in self.samples)

    @property
    def limit(self) -> float:
        return next((query.limit for query in queries.registered() if query.name == self.name), LIMIT)

    @property
    def times(self) -> float | None:
        return self.last / self.baseline if self.baseline else None

    @property
    def verdict(self) -> tuple[str, str]:
        """Promised are the limit, and at most twice as long as before; a few milliseconds more are told, too."""
        is_over, slower = self.last > self.limit, bool(self.times) and self.times > TIMES_SLOWER
        if not is_over and not slower:
            return "OK", "as promised"
        is_worth_it = queries.complaint(Timing(self.name, self.limit, self.last, self.baseline))
        words = f"over {self.limit:.0f} ms" if is_over else f"{self.times:.1f} times as long as before"
        return "FAILED" if is_worth_it else "WARNING", words

    @property
    def top(self) -> float:
        """The scale is logarithmic, from 0.1 ms to the highest value to be shown, so that 1 ms can be seen, too."""
        return max(1000.0, 10 ** math.ceil(math.log10(max(self.worst, 1.0))))

    @property
    def ticks(self) -> list[tuple[str, float]]:
        powers = range(-1, round(math.log10(self.top)) + 1)
        return [(f"{10.0**power:,.0f}" if power >= 0 else "0.1", self._y(10.0**power)) for power in powers]

    @property
    def lines(self) -> list[tuple[str, float]]:
        """The limit and the baseline, as (kind, y)."""
        before = self.baseline and {"twice": TIMES_SLOWER * self.baseline, "before": self.baseline}
        return [(kind, self._y(level)) for kind, level in ({"limit": self.limit, **(before or {})}).items()]

    @property
    def twice(self) -> float | None:
        return self.baseline and TIMES_SLOWER * self.baseline

    @property
    def points(self) -> str:
        return " ".join(f"{self._x(sample.taken_at)},{self._y(sample.milliseconds)}" for sample in self.samples)

    @property
    def end(self) -> tuple[float, float]:
        return self._x(self.samples[-1].taken_at), self._y(self.last)

    @property
    def times_of_day(self) -> list[tuple[float, datetime, str]]:
        first, last = self.samples[0].taken_at, self.samples[-1].taken_at
        return [(LEFT, first, "start")] * (first != last) + [(self._x(last), last, "end")]

    def _x(self, moment: datetime) -> float:
        first, last = self.samples[0].taken_at, self.samples[-1].taken_at
        share = (moment - first) / (last - first) if last > first else 1.0
        return round(LEFT + share * (RIGHT - LEFT), 1)

    def _y(self, milliseconds: float) -> float:
        share = (math.log10(max(milliseconds, 0.1)) + 1) / (math.log10(self.top) + 1)
        return round(BOTTOM - share * (BOTTOM - TOP), 1)


def measured(connection) -> list[Measured]:
    """The last day of every query that is watched, of the release that is live."""
    rows, found = _rows(connection, "epic10_sample", SAMPLES, [plan.load().is_switched(connection)]), []
    for name, of_name in groupby(rows, key=lambda row: row[0]):
        taken = list(of_name)
        samples = [Point(at, milliseconds) for _, at, milliseconds, _ in taken]
        found.append(Measured(name, list(_fewer(samples)), len(samples), taken[-1][3]))
    order = [query.name for query in queries.registered()]
    return sorted(found, key=lambda query: order.index(query.name) if query.name in order else len(order))


def errors(connection) -> list[tuple]:
    return _rows(connection, "epic10_error", ERRORS)


def incidents(connection) -> list[Incident]:
    return [Incident(*row) for row in _rows(connection, "epic10_incident", INCIDENTS)]


def _rows(connection, table, query, parameters=None):
    return fetch(connection, query, parameters) if holds(connection, relation_exists(table)) else []


def _fewer(samples: list[Point]) -> Iterator[Point]:
    """At most POINTS samples: the slowest of each interval, and the last one, which is the current one."""
    *earlier, last = samples
    stretch = math.ceil(len(samples) / POINTS)
    for start in range(0, len(earlier), stretch):
        yield max(earlier[start : start + stretch], key=lambda sample: sample.milliseconds)
    yield last
