"""Export of the last observation for Prometheus, as a file for node_exporter's textfile collector."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from epic10.monitoring import incidents
from epic10.monitoring.observation import Observation
from epic10.terminal import private_files

READABLE = 0o644  # node_exporter runs as another user, and the file contains only numbers

HELP = {
    "epic10_up": "Whether the database could be asked.",
    "epic10_looked_at_seconds": "When it was asked last, as Unix time.",
    "epic10_query_seconds": "What the statements of a page took.",
    "epic10_query_baseline_seconds": "What they took before the release (median).",
    "epic10_query_limit_seconds": "What they may take.",
    "epic10_incident_open": "1 for every incident that is open.",
    "epic10_incidents_open": "How many incidents are open.",
    "epic10_errors_total": "How often the application has failed, by type.",
    "epic10_value": "Whatever else has a number: sessions, bytes, dead rows.",
}
COUNTERS = {"epic10_errors_total"}


def write(path: Path, seen: Observation, state: dict, *, database: str):
    """Write the file and rename it over the last one, so that nobody reads half of it."""
    with private_files.a_place_for_files(path.parent), private_files.writing(path) as file:
        file.write("\n".join(lines(seen, state, database=database)) + "\n")
        os.fchmod(file.fileno(), READABLE)


def lines(seen: Observation, state: dict, *, database: str) -> Iterator[str]:
    return written(_metrics(seen, state), HELP, database=database)


def written(metrics: Iterable[tuple[str, float, dict]], help: dict[str, str], *, database: str) -> Iterator[str]:
    """The metrics as Prometheus reads them; ``help`` has a sentence for each name."""
    found = {}
    for name, value, labels in metrics:
        told = ",".join(f'{key}="{_escaped(text)}"' for key, text in {"database": database, **labels}.items())
        found.setdefault(name, []).append(f"{name}{{{told}}} {float(value):.12g}")
    for name, samples in found.items():
        yield f"# HELP {name} {help[name]}"
        yield f"# TYPE {name} {'counter' if name in COUNTERS else 'gauge'}"
        yield from samples


def _metrics(seen, state):
    opened = incidents.open_ones(state)
    yield "epic10_up", seen.knows, {}
    yield "epic10_looked_at_seconds", seen.at.timestamp(), {}
    yield "epic10_incidents_open", len(opened), {}
    for name in opened:
        yield "epic10_incident_open", 1, {"incident": name}
    for timing in seen.timings:
        query = {"query": timing.name}
        yield "epic10_query_seconds", timing.milliseconds / 1000, query
        yield "epic10_query_limit_seconds", timing.limit / 1000, query
        if timing.baseline is not None:
            yield "epic10_query_baseline_seconds", timing.baseline / 1000, query
    for kind, count in (state.get("errors") or {}).items():
        yield "epic10_errors_total", count, {"kind": kind}
    for name, value in seen.gauges.items():
        yield "epic10_value", value, {"name": name}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
