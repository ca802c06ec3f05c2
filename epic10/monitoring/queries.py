"""Query times of the pages' statements, compared with those before the release."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db import Error, OperationalError, transaction
from psycopg.errors import QueryCanceled

from epic10.checks import Database
from epic10.monitoring.observation import Finding, Timing
from epic10.postgres.errors import message_of
from epic10.postgres.session import execute
from epic10.terminal.units import seconds

# The acceptance criteria: more than twice as slow is a reason to roll back. For a
# statement of a few milliseconds that would be noise.
TIMES_SLOWER, WORTH_SAYING = 2.0, 50.0  # milliseconds
# The best of them counts, as other load on the machine is not the query's fault.
TRIES = 3
LONG = 1000.0  # milliseconds: repeating a slower query would be a load of its own
TIMEOUT = 5.0  # seconds
HOW_TO_TIME = f"SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = '{TIMEOUT:.0f}s'"

BASELINES = """
    SELECT name, pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds)
      FROM (SELECT name, milliseconds, row_number() OVER (PARTITION BY name ORDER BY taken_at DESC) AS place
              FROM epic10_sample WHERE NOT after) AS samples
     WHERE place <= 100 GROUP BY name"""


@dataclass(frozen=True)
class TimedQuery:
    """
    The queries of a page, in the labels of either release; ``limit`` is in milliseconds.

    Both functions send the page's statements, and only their time counts. Without
    ``before`` the old application has no such page.
    """

    name: str
    limit: float
    after: Callable[[Database], object]
    before: Callable[[Database], object] | None = None


_registry: dict[str, TimedQuery] = {}


def register(*queries: TimedQuery):
    for query in queries:
        if query.name in _registry:
            raise ValueError(f"Two queries are called {query.name}.")
        _registry[query.name] = query


def registered() -> Iterable[TimedQuery]:
    return _registry.values()


def baselines(db: Database) -> dict[str, float]:
    """The median of the newest samples from before the switch, by name."""
    return dict(db.rows(BASELINES))


def timed(db: Database, *, after: bool, known: dict[str, float]) -> Iterator[Timing | Finding]:
    """Each query's time, and what is wrong with it, if anything; ``known`` has the baselines."""
    for query in registered():
        ask = query.after if after else query.before
        if not ask:
            continue
        try:
            took = _best(db, ask)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            took = TIMEOUT * 1000
        except Error as error:
            if after:
                yield Finding(f"query.{query.name}", f"{query.name} could not be asked: {message_of(error)}")
            continue
        timing = Timing(query.name, query.limit, took, known.get(query.name) if after else None)
        yield timing
        if text := complaint(timing):
            yield Finding(f"query.{query.name}", text)


def complaint(timing: Timing) -> str:
    """What is wrong with a time, if anything."""
    took, before = timing.milliseconds, timing.baseline
    if took >= TIMEOUT * 1000:
        return f"{timing.name} was given up after {seconds(TIMEOUT)}; it may take {timing.limit:.0f} ms"
    if took > timing.limit:
        return f"{timing.name} takes {took:.0f} ms; it may take {timing.limit:.0f} ms"
    if before and took > TIMES_SLOWER * before and took - before > WORTH_SAYING:
        return f"{timing.name} takes {took:.0f} ms, {took / before:.1f} times as long as before ({before:.1f} ms)"
    return ""


def _best(db, ask):
    taken = []
    while len(taken) < TRIES and (not taken or taken[-1] < LONG):
        taken.append(milliseconds(db, ask))
    return min(taken)


def milliseconds(db: Database, ask: Callable) -> float:
    """The time that the statements of ``ask`` take."""
    spent = 0.0

    def clock(execute, *statement):
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            spent += time.perf_counter() - began

    with transaction.atomic(using=db.alias):
        execute(db.connection, HOW_TO_TIME)
        with db.connection.execute_wrapper(clock):
            ask(db)
        transaction.set_rollback(True, using=db.alias)
    return spent * 1000
