"""Latency of the applications in each phase of the release."""

import time
from dataclasses import asdict, dataclass

from django.db import connections

from epic10.deploy.run import Run
from epic10.ledger.phase_record import attempts, newest
from epic10.postgres import view_schemas
from epic10.postgres.session import fetch
from epic10.rehearsal import lock_report, traffic
from epic10.rehearsal.differences import Busy
from epic10.rehearsal.latency import Figures, Outcome
from epic10.rehearsal.traffic import Through

# How often the server's clock is read; the fastest answer is the most accurate.
LOOKS = 5
CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
# Seconds in which only the applications are at work.
IDLE = 5.0
HEADINGS = ("requests", "p50", "p99", "p99.9", "max", "stall", "errors", "handed over")
WIDTH = 23


@dataclass(frozen=True)
class Wish:
    """
    The requests per second, and the number of processes that send them.

    ``rolling`` means both applications at once, each through its schema of views.
    """

    rate: int
    processes: int = traffic.PROCESSES
    rolling: bool = False


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
    _tell(run, using, step, load.outcome, before)
    run.facts["traffic"]["acknowledged"] = sum(map(len, load.outcome.written.values()))
    return load


def each_through_its_own(run: Run, using: str, idle: traffic.Traffic, steps: dict, wish: Wish) -> Busy:
    """
    Both applications at once, each through its schema of views, on sessions that are never renewed.

    The old one from before the first change until the way back is done; the new one beside
    the switch. ``steps`` are prepare, switch, meanwhile and back; ``idle`` is the load before.
    """
    ndas = idle.ndas
    before = newest(connections[using])
    share = {"rate": wish.rate / 2, "processes": max(1, wish.processes // 2)}
    through_old, through_new = Through(view_schemas.old(), is_new=False), Through(view_schemas.new(), is_new=True)
    with traffic.running(using, ndas=ndas[::2], through=through_old, **share) as old:
        run.step("prepare", steps["prepare"])
        with traffic.running(using, ndas=ndas[1::2], through=through_new, **share) as new:
            run.step("switch", steps["switch"])
        steps["meanwhile"]()
        run.step("back", steps["back"])
    _tell(run, using, "new application", new.outcome, before, who="new, ")
    _tell(run, using, "old application", old.outcome, before, who="old, ")
    written = traffic.together([load.outcome.written for load in (idle, old, new)])
    run.facts["traffic"]["acknowledged"] = sum(map(len, written.values()))
    return Busy(ndas, written)


def _tell(run, using, step, outcome, before, who=""):
    told, phases = run.facts["traffic"], by_phase(using, outcome, after=before)
    # With two at work, a phase in which one of them was not is none of its.
    figures = {f"{who}{phase}": found for phase, found in phases.items() if found.requests or not who}
    told["figures"] += as_json(figures | {step: outcome.figures()})
    told["failures"] = list(dict.fromkeys([*told["failures"], *outcome.failures]))


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
