"""The tables of what the clients did, in the documents."""

from collections import Counter
from dataclasses import dataclass

from django.conf import settings

from tests.clients.night import Found

PAGE = settings.BASE_DIR / "docs/both-applications.md"
BEGIN, END = "<!-- Written by python -m tests.clients -->\n", "<!-- End of what python -m tests.clients writes -->\n"
BY_CLIENT = (
    "client",
    "application",
    "sessions",
    "operations",
    "failed",
    "reconnects",
    "lost",
    "mislabelled",
    "p50 ms",
    "p99.9 ms",
    "max ms",
)


@dataclass(frozen=True)
class Run:
    server: int
    rows: int
    rate: float
    found: Found


def section(run: Run) -> str:
    found = run.found
    writes = sum(sample.is_write and not sample.against for sample in found.samples)
    said = (
        f"PostgreSQL {run.server}, {run.rows:,} NDAs, {run.rate:.0f} operations a second: {len(found.samples):,} "
        f"operations, {len(found.failures)} failed, {sum(found.reconnects.values())} reconnects; of {writes:,} "
        f"acknowledged writes {_count(found.lost)} lost and {_count(found.mislabelled)} mislabelled."
    )
    return f"{said}\n\n{_by_client(found)}\n\n{_by_phase(found)}\n"


def with_section(page: str, runs: list[Run]) -> str:
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(map(section, runs)) + "\n" + END + rest.partition(END)[2]


def against(run: Run) -> str:
    """A line for each kind of failure, and for what was lost or mislabelled, for a terminal."""
    failed = Counter(
        f"{one.phase} | {one.client} | {one.application} | {one.operation} | {one.against or one.wrong}"
        for one in run.found.failures
    )
    lines = [f"{number} x {said}" for said, number in failed.most_common()]
    for what in (run.found.lost, run.found.mislabelled):
        lines += [f"{kind} | {said}" for kind, sentences in what.items() for said in sentences]
    return "\n".join(lines)


def _by_client(found) -> str:
    lines = [BY_CLIENT, ["---"] * len(BY_CLIENT)]
    for (kind, application), reconnects in sorted(found.reconnects.items(), key=str):
        samples = [one for one in found.samples if (one.client, one.application) == (kind, application)]
        failed = sum(bool(one.against or one.wrong) for one in samples)
        # What is wrong with a row is of both applications, which work on it in turn.
        wrong = [len(found.lost.get(kind, ())), len(found.mislabelled.get(kind, ()))]
        sessions = found.sessions[kind, application]
        lines.append([kind, application, sessions, f"{len(samples):,}", failed, reconnects, *wrong, *_times(samples)])
    return "\n".join(map(_line, lines))


def _by_phase(found) -> str:
    """Operations, and of how many failed, where any did; then the times of all."""
    phases = list(dict.fromkeys(one.phase for one in found.samples))
    done = Counter((one.client, one.application, one.phase) for one in found.samples)
    failed = Counter((one.client, one.application, one.phase) for one in found.failures)
    lines = [["client", "application", *phases], ["---"] * (len(phases) + 2)]
    for kind, application in sorted(found.reconnects, key=str):
        cells = [(kind, application, phase) for phase in phases]
        lines.append([kind, application, *(_cell(done[cell], failed[cell]) for cell in cells)])
    for number, name in enumerate(("p50 ms", "p99.9 ms", "max ms")):
        times = [_times([one for one in found.samples if one.phase == phase])[number] for phase in phases]
        lines.append(["all", name, *times])
    return "\n".join(map(_line, lines))


def _cell(done, failed) -> str:
    return f"{done:,}" + (f", **{failed} failed**" if failed else "") if done else ""


def _times(samples) -> list[str]:
    times = sorted(one.ms for one in samples)
    if not times:
        return ["", "", ""]
    return [f"{times[min(len(times) - 1, int(len(times) * share))]:.1f}" for share in (0.5, 0.999, 1)]


def _count(found) -> int:
    return sum(map(len, found.values()))


def _line(cells) -> str:
    return f"| {' | '.join(map(str, cells))} |"
