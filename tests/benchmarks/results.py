"""Results of measurements, one JSON line each, with the date and the machine."""

import json
import os
import platform
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from django.db import connection

SETTINGS = (
    "shared_buffers",
    "max_wal_size",
    "synchronous_commit",
    "fsync",
    "full_page_writes",
    "wal_level",
    "wal_compression",
    "autovacuum",
)


def keep(path: Path | None, kind: str, **measured):
    """Add a line to the file, at once: a run of hours may be interrupted."""
    line = {"kind": kind, "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "machine": machine()} | measured
    line["busy"] = round(os.getloadavg()[0], 2)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    return line


def read(paths: list[Path]) -> list[dict]:
    """All the lines of the files, in the order they were written."""
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]


@cache
def machine() -> dict:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version')")
        [version] = cursor.fetchone()
        cursor.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", [list(SETTINGS)])
        settings = dict(cursor.fetchall())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory": memory,
        "python": platform.python_version(),
        "postgresql": version.split()[0],
        "settings": settings,
    }
