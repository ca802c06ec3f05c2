"""The metrics for Prometheus over HTTP: those of the watch's file, from what it has kept, and those of the release."""

import json
from collections.abc import Iterator

from epic10.dashboard.live import KeptStatus
from epic10.dashboard.moment import Moment
from epic10.ledger import store
from epic10.ledger.models import OF_THE_WATCH
from epic10.monitoring import prometheus
from epic10.monitoring.observation import Observation, Timing
from epic10.monitoring.queries import registered
from epic10.postgres.catalog import holds
from epic10.postgres.session import fetch
from epic10.release.phase_status import RUNNING

KEPT = "SELECT kept_at, state::text FROM epic10_watch"
TIMINGS = "SELECT name, milliseconds, baseline FROM epic10_sample WHERE taken_at = %s ORDER BY name"
GAUGES = "SELECT name, value FROM epic10_gauge WHERE taken_at = %s ORDER BY name"

HELP = {
    "epic10_release_state": "1 for where the release stands.",
    "epic10_phase_rows": "Rows that a phase has changed.",
    "epic10_phase_rows_left": "Rows that a phase has yet to change.",
    "epic10_phase_rows_per_second": "How fast a running phase changes rows.",
    "epic10_migrating": "Whether somebody is migrating.",
    "epic10_paused": "Whether the migration waits for a file, a standby or a lock.",
    "epic10_sessions_waiting": "Sessions that wait for a lock.",
    "epic10_standby_lag_bytes": "How far the slowest standby is behind.",
}


def seen(connection) -> tuple[Observation, dict] | None:
    """The last observation of the watch, and its state; None if nobody has watched."""
    if not holds(connection, store.complete(*OF_THE_WATCH)):
        return None
    for at, state in fetch(connection, KEPT):
        limits = {query.name: query.limit for query in registered()}
        timings = [
            Timing(name, limits[name], took, baseline)
            for name, took, baseline in fetch(connection, TIMINGS, [at])
            if name in limits
        ]
        return Observation(at, timings=timings, gauges=dict(fetch(connection, GAUGES, [at]))), json.loads(state)
    return None


def lines(
    database: str, *, seen: tuple[Observation, dict] | None, standing: KeptStatus | None, moment: Moment | None
) -> Iterator[str]:
    if seen:
        observation, state = seen
        yield from prometheus.lines(observation, state, database=database)
    yield from prometheus.written(_of_the_release(standing, moment), HELP, database=database)


def _of_the_release(standing, moment) -> Iterator[tuple[str, float, dict]]:
    if standing:
        status = standing.status
        # Without the percentage, which would be another series each time.
        yield "epic10_release_state", 1, {"state": status.state.split(" ")[0] if "%" in status.state else status.state}
        yield "epic10_migrating", bool(status.worker), {}
        for phase in status.phases:
            label = {"phase": phase.phase}
            yield "epic10_phase_rows", phase.rows, label
            yield "epic10_phase_rows_left", phase.left, label
            if phase.state == RUNNING:
                yield "epic10_phase_rows_per_second", phase.rate, label
    if moment:
        yield "epic10_paused", moment.is_paused, {}
        yield "epic10_sessions_waiting", moment.waiting, {}
        if moment.lag is not None:
            yield "epic10_standby_lag_bytes", moment.lag, {}
