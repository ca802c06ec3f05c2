"""Latency of the applications in each phase of the release."""

import time
from dataclasses import asdict, dataclass

from django.db import connections

from epic10.deploy.run import Run
from epic10.ledger.phase_record import attempts, newest
from epic10.postgres.session import fetch
from epic10.rehearsal import lock_report, traffic
from epic10.rehearsal.latency import Figures, Outcome

# How often the server's clock is read; the fastest answer is the most accurate.
LOOKS = 5
CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
# Seconds in which only the applications are at work.
IDLE = 5.0
HEADINGS = ("requests", "p50", "p99", "p99.9", "max", "stall", "errors", "handed over")
WIDTH = 23


@dataclass(frozen=True)
class Wish:
    """The requests per second, and the number of processes that send them."""

    rate: int
    processes: int = traffic.PROCESSES


def idle(run: Run, using: str, wish: Wish) -> traffic.Traffic:
    """The applications alone, as the figures to compare with."""
    run.facts["traffic"] = asdict(wish) | {"figures": [], "failures": [], "acknowledged": 0}
    return during(run, using, "idle", lambda: time.sleep(IDLE), wish)


def during(run: Run, using: str, step: str, action, wish: Wish | None, after: traffic.Traffic | None = None):
    """Run a step with the applications at work, if ``wish`` is given; their figures go into the run's facts."""
    if wish is None:
        run.step(step, action)
        return None
    before = newest(connections[using])
    with traffic.running(using, rate=wish.rate, processes=wish.processes, after=after) as load:
        run.step(step, action)
    outcome, told = load.outcome, run.facts["traffic"]
    told["figures"] += as_json(by_phase(using, outcome, after=before) | {step: outcome.figures()})
    told["failures"] = list(dict.fromkeys([*told["failures"], *outcome.failures]))
    told["acknowledged"] = sum(map(len, outcome.written.values()))
    return load


def by_phase(using: str, outcome: Outcome, *, after: int) -> dict[str, Figures]:
    """
    The figures of every phase run after the number ``after``, in the order in which they ran.

    A request counts in each phase during which it waited.
    """
    ahead = _server_ahead(connections[using])
    runs = [run for run in attempts(connections[using], after=after) if run.finished_at]
    return {
        f"{run.phase} {run.direction}": outcome.figures(
            run.started_at.timestamp() - ahead, run.finished_at.timestamp() - ahead
        )
        for run in runs
    }


def as_json(figures: dict[str, Figures]) -> list[dict]:
    return [
        {"when": when, **{name: _rounded(value) for name, value in asdict(found).items()}}
        for when, found in figures.items()
    ]


def too_long(told: dict) -> list[str]:
    """One line for each time in which no application had an answer for longer than it can stand."""
    longest = lock_report.LONGEST_LOCK
    return [
        f"{one['when']}: the applications had no answer for {one['stall'] / 1000:.1f} s; "
        f"more than {longest:g} s is too long."
        for one in told["figures"]
        if one["stall"] > 1000 * longest
    ]


def lines(told: dict) -> list[str]:
    """The facts that ``during`` keeps, as text."""
    return [
        f"Applications at work, {told['rate']} requests a second, from when each was due; milliseconds",
        *table(told["figures"]),
        f"  {told['acknowledged']:,} rows were acknowledged as written; failures: {len(told['failures'])}",
    ]


def table(figures: list[dict]) -> list[str]:
    heading = "".join(f"{name:>{max(9, len(name) + 2)}}" for name in HEADINGS)
    return [f"  {'':<{WIDTH}}{heading}", *map(_line, figures)]


def _line(found):
    names = ("requests", "p50", "p99", "p999", "max", "stall", "errors", "handed_over")
    cells = [f"{_cell(found[name]):>{max(9, len(heading) + 2)}}" for name, heading in zip(names, HEADINGS, strict=True)]
    return f"  {found['when']:<{WIDTH}}{''.join(cells)}"


def _cell(value):
    if value is None:
        return "-"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def _rounded(value):
    return round(value, 2) if isinstance(value, float) else value


def _server_ahead(connection) -> float:
    """Seconds from this machine's ``time.monotonic()`` to the server's clock."""
    looks = []
    for _ in range(LOOKS):
        asked = time.monotonic()
        [[now]] = fetch(connection, CLOCK)
        answered = time.monotonic()
        looks.append((answered - asked, now - (asked + answered) / 2))
    return min(looks)[1]
