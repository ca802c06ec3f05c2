"""The tables of measurements in the documents."""

import statistics
from collections.abc import Iterable

from tests.benchmarks.rivals import RIVALS

# The most that a careful author can do in place.
STRONGEST = "sparing"
NONE = "n/a"
MEGABYTE = 1_000_000
NOT_MEASURED = ["Not measured yet."]


def rivals(lines: Iterable[dict]) -> list[str]:
    """The rivals against each other, as one Markdown table with a row for each size and rival."""
    lines, body = _of_one_server(lines), []
    for rows in sorted({line["rows"] for line in lines}):
        floor = _median(_of(lines, "timed", rows, STRONGEST), "seconds")
        for name in RIVALS:
            measured = {kind: _of(lines, kind, rows, name) for kind in ("timed", "locks", "load")}
            if any(measured.values()):
                body.append([f"{rows:,}", RIVALS[name].title, *_cells(floor, **measured)])
    return markdown(RIVALS_HEAD, body)


RIVALS_HEAD = [
    "NDAs",
    "way",
    "seconds, median (min-max)",
    "ratio",
    "WAL, MB",
    "tables, times",
    "indexes, times",
    "longest ACCESS EXCLUSIVE, ms (back)",
    "application p99 / max, ms",
    "back, s",
    "peak memory, MB",
]


def _cells(floor, timed, locks, load):
    return [
        _spread(timed, "seconds"),
        f"{_median(timed, 'seconds') / floor:.2f}" if timed and floor else NONE,
        f"{_median(timed, 'wal') / MEGABYTE:,.0f}" if timed else NONE,
        *(_growth(timed, what) for what in ("tables", "indexes")),
        _longest(locks),
        _answers(load),
        _spread(timed, "back"),
        f"{max(line['memory'] for line in timed) / MEGABYTE:,.0f}" if timed else NONE,
    ]


def ratios(lines: Iterable[dict]) -> list[str]:
    """The release and the other rivals against the strongest one, on each server and for each size of the register."""
    timed, body = [line for line in lines if line["kind"] == "timed"], []
    for server in sorted({_server(line) for line in timed}):
        there = [line for line in timed if _server(line) == server]
        for rows in sorted({line["rows"] for line in there}):
            seconds = {name: _median(_of(there, "timed", rows, name), "seconds") for name in RIVALS}
            if seconds[STRONGEST]:
                body.append([*server, f"{rows:,}", f"{seconds[STRONGEST]:.2f}", *_against(seconds)])
    return markdown(RATIOS_HEAD, body)


def _against(seconds):
    return [f"{seconds[name] / seconds[STRONGEST]:.2f}" if seconds[name] else NONE for name in COMPARED]


def _server(line):
    return line["machine"]["postgresql"], line["machine"]["settings"].get("shared_buffers", NONE)


def _of_one_server(lines) -> list[dict]:
    """Of the server that was measured first: what others have measured is told by their ratios."""
    lines = list(lines)
    return [line for line in lines if _server(line) == _server(lines[0])]


COMPARED = ("ours", "two-workers", "update", "loop", "bulk-update")
RATIOS_HEAD = ["PostgreSQL", "shared_buffers", "NDAs", "one UPDATE of the wrong rows, s"] + [
    RIVALS[name].title for name in COMPARED
]


def back(lines: Iterable[dict]) -> list[str]:
    """The way back by the number of NDAs that were written since."""
    found = [line for line in lines if line["kind"] == "back"]
    body = []
    for server, rows, written in sorted({(_server(line), line["rows"], line["written"]) for line in found}):
        here = [line for line in found if (_server(line), line["rows"], line["written"]) == (server, rows, written)]
        locks = [f"{line['longest']:.1f}" for line in here if "longest" in line]
        body.append([*server, f"{rows:,}", f"{written:,}", _spread(here, "seconds"), *(locks[-1:] or [NONE])])
    return markdown(BACK_HEAD, body)


BACK_HEAD = ["PostgreSQL", "shared_buffers", "NDAs", "written since", "back, s", "longest ACCESS EXCLUSIVE, ms"]


def _growth(timed, what):
    growth = [line["after"][what] / line["before"][what] for line in timed]
    return f"{statistics.median(growth):.2f}" if growth else NONE


def _longest(locks):
    if not locks:
        return NONE
    longest = max(line["longest"] for line in locks)
    back = f" ({max(line['longest_back'] for line in locks):,.1f})" if "longest_back" in locks[0] else ""
    # Shorter than from one look to the next.
    return f"{longest:,.1f}{back}" if longest else "too short to be seen"


def _answers(load):
    found = [one for line in load for one in line["stretches"] if one["name"] == "forwards" and one["requests"]]
    return " / ".join(f"{max(one[name] for one in found):,.1f}" for name in ("p99", "max")) if found else NONE


def _spread(lines, name):
    values = [line[name] for line in lines if name in line]
    if not values:
        return NONE
    spread = f" ({min(values):.2f}-{max(values):.2f})" if len(values) > 1 else ""
    return f"{statistics.median(values):.2f}{spread}"


def application(lines: Iterable[dict]) -> list[str]:
    """How the application fared, in each stretch of the runs under load."""
    body = [
        [f"{line['rows']:,}", RIVALS[line["rival"]].title, _meanwhile(line, one), f"{one['requests']:,}"]
        + [NONE if one[name] is None else f"{one[name]:,.1f}" for name in ("p50", "p99", "p999", "max", "stall")]
        + [str(one["errors"])]
        for line in lines
        if line["kind"] in ("load", "blocked")
        for one in line["stretches"]
    ]
    return markdown(APPLICATION_HEAD, body)


def _meanwhile(line, one):
    is_blocked = line["kind"] == "blocked" and one["name"] == "forwards"
    return "forwards, a reader 30 s in the way" if is_blocked else one["name"]


APPLICATION_HEAD = [
    "NDAs",
    "way",
    "while",
    "requests",
    "p50, ms",
    "p99, ms",
    "p99.9, ms",
    "slowest, ms",
    "longest stall, ms",
    "errors",
]


def standbys(lines: Iterable[dict]) -> list[str]:
    """How far a standby was behind, and what its readers noticed."""
    body = [
        [
            f"{line['rows']:,}",
            line["case"],
            f"{line['seconds']:.1f}",
            f"{line['lag'] / MEGABYTE:,.1f}",
            f"{line['behind']:.2f}",
            f"{line['median']:.1f} / {line['slowest']:,.1f}",
            str(line["errors"]),
        ]
        for line in lines
        if line["kind"] == "standby"
    ]
    return markdown(STANDBYS_HEAD, body)


STANDBYS_HEAD = [
    "NDAs",
    "standby",
    "`migrate ndas`, s",
    "furthest behind, MB",
    "caught up after, s",
    "its reader, median / slowest, ms",
    "errors",
]


def growth(lines: Iterable[dict]) -> list[str]:
    """Does it grow with the rows? Microseconds a row, of each rival at each size."""
    timed = [line for line in _of_one_server(lines) if line["kind"] == "timed"]
    sizes = sorted({line["rows"] for line in timed})
    body = []
    for name in RIVALS:
        seconds = [_median(_of(timed, "timed", rows, name), "seconds") for rows in sizes]
        if any(seconds):
            a_row = [value / rows * 1e6 if value else None for value, rows in zip(seconds, sizes, strict=True)]
            body.append([RIVALS[name].title, *(f"{value:,.0f}" if value else NONE for value in a_row)])
    return markdown(["µs an NDA", *(f"{rows:,}" for rows in sizes)], body)


def machines(lines: Iterable[dict]) -> list[str]:
    """When, where, with which settings, and how busy the machine was: a line for each day and machine."""
    told = {}
    for line in lines:
        machine = line["machine"]
        settings = ", ".join(f"{name} {value}" for name, value in machine["settings"].items())
        hardware = f"{machine['cores']} cores, {machine['memory'] / 2**30:.0f} GB of memory"
        where = f"{hardware}, PostgreSQL {machine['postgresql']} ({settings}), Python {machine['python']}"
        told.setdefault((line["date"][:10], where), []).append(line["busy"])
    return [f"- {date}: {where}; load average {min(loads)} to {max(loads)}." for (date, where), loads in told.items()]


def locks(lines: Iterable[dict]) -> list[str]:
    """What each statement of the release locks, as LockWatch has seen it, of our own way only."""
    body = []
    for line in lines:
        if line["kind"] == "locks" and line["rival"] == "ours":
            body += [_lock(line["rows"], one) for one in line["found"]]
    return markdown(LOCKS_HEAD, body)


LOCKS_HEAD = ["NDAs", "phase", "statement", "table", "strongest lock", "held, ms", "waited, ms", "kept waiting"]


def _lock(rows, one):
    way = one["phase"] if one["direction"] == "forwards" else f"{one['phase']}, back"
    waiting = f"{len(one['kept_waiting'])} sessions" if one["kept_waiting"] else "nobody"
    figures = [f"{one['held']:,.1f}", f"{one['waited']:,.1f}"]
    return [f"{rows:,}", way, f"`{one['statement']}`", one["table"], one["mode"], *figures, waiting]


def markdown(head: list[str], body: list[list[str]]) -> list[str]:
    if not body:
        return NOT_MEASURED
    widths = [max(len(row[number]) for row in [head, *body]) for number in range(len(head))]
    lines = [head, ["-" * width for width in widths], *body]
    return [f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |" for row in lines]


def _of(lines, kind, rows, name):
    return [line for line in lines if (line["kind"], line["rows"], line.get("rival")) == (kind, rows, name)]


def _median(lines, name):
    return statistics.median(line[name] for line in lines) if lines else None
