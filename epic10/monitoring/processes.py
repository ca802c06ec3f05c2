"""Processor and memory use of the server, read from /proc when it runs on this machine."""

import os
from dataclasses import dataclass
from pathlib import Path

from epic10.checks import Database
from epic10.postgres.errors import NotVisible
from epic10.postgres.server import insist_on_this_machine

PROC = Path("/proc")
LEAST_AVAILABLE = 0.05
BUSY = 0.9  # of all processors
# Two clocks are compared, one of which counts hundredths of a second.
SAME_MOMENT = 5.0

OURS = "SELECT pid, extract(epoch FROM backend_start) FROM pg_stat_activity WHERE pid = pg_backend_pid()"


@dataclass(frozen=True)
class Usage:
    """``cpu_seconds`` of all its processes since the start, bytes of memory, and the machine's share of free memory."""

    cpu_seconds: float
    memory: int
    available: float


def load(db: Database) -> Usage:
    """Raises NotVisible."""
    if not PROC.joinpath("stat").exists():
        raise NotVisible("this machine has no /proc")
    insist_on_this_machine(db.connection)
    [[backend, started]] = db.rows(OURS)
    ours = _stat(backend)
    # A local address may lead to a container, in which the same pid is another process.
    if ours is None or abs(ours.started - float(started)) > SAME_MOMENT:
        raise NotVisible("the server's processes are not to be seen from here")
    family = [stat for stat in map(_stat, _pids()) if stat and ours.parent in (stat.pid, stat.parent)]
    # Ended children are counted with their parent.
    spent = sum(stat.cpu + (stat.children if stat.pid == ours.parent else 0) for stat in family)
    return Usage(spent, _memory(stat.pid for stat in family), _available())


@dataclass(frozen=True)
class _Stat:
    pid: int
    parent: int
    cpu: float
    children: float
    started: float


def _stat(pid) -> _Stat | None:
    """https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    try:
        text = PROC.joinpath(str(pid), "stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    user, system, of_children, in_system, started = (
        int(fields[place]) / os.sysconf("SC_CLK_TCK") for place in (11, 12, 13, 14, 19)
    )
    return _Stat(int(pid), int(fields[1]), user + system, of_children + in_system, _booted() + started)


def _pids():
    return [name for name in os.listdir(PROC) if name.isdecimal()]


def _booted() -> float:
    lines = PROC.joinpath("stat").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("btime "))


def _memory(pids) -> int:
    """The private memory of each process, plus the shared memory once."""
    own, shared = 0, 0
    for pid in pids:
        try:
            _, resident, common, *_ = map(int, PROC.joinpath(str(pid), "statm").read_text().split())
        except OSError:
            continue
        own, shared = own + resident - common, max(shared, common)
    return (own + shared) * os.sysconf("SC_PAGE_SIZE")


def _available() -> float:
    lines = dict(line.split(":") for line in PROC.joinpath("meminfo").read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) / int(lines["MemTotal"].split()[0])


def processors() -> int:
    return os.cpu_count() or 1
