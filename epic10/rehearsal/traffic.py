"""
Traffic of the old and the new application during a rehearsal.

The old application works until the switch commits, the new one from then on, and the
other way round on the way back: a session that learns of the switch from an error of
the server reconnects as the other application. Every other error is a failure.

Or each works through its schema of views, on sessions that are never renewed: then
every error is a failure.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.db import connections

import epic10
from epic10.postgres import client_programs
from epic10.postgres.session import fetch
from epic10.rehearsal import load as of_the_register
from epic10.rehearsal.latency import Failure, Outcome, Response
from epic10.release import plan
from epic10.terminal.refusal import Refusal

RATE, PROCESSES = 300.0, 4
# NDAs that one process reads and changes, in addition to those it creates.
NDAS = 2_000
# Seconds that the last answers may take.
PATIENCE = 60.0
HEAD_START = 0.05  # seconds
# At most every second NDA, so that there are others to compare; spread over the table.
SOME_NDAS = "SELECT id FROM ndas WHERE display_id %% %s = 0 ORDER BY display_id"
HOW_MANY = "SELECT count(*) FROM ndas"


class NotRunning(Refusal):
    """The load cannot run on this database, or has stopped by itself."""


@dataclass(frozen=True)
class Through:
    """The schema of views of one application; ``is_new`` says which application."""

    schema: str
    is_new: bool


@dataclass
class Traffic:
    """``ndas`` has the keys of those that it may change; ``outcome`` is set when it has ended."""

    ndas: list[str]
    began: float
    processes: list[subprocess.Popen] = field(default_factory=list)
    outcome: Outcome | None = None


@contextmanager
def running(
    using: str,
    *,
    rate: float = RATE,
    processes: int = PROCESSES,
    seed: str = "",
    after: Traffic | None = None,
    ndas: list[str] | None = None,
    through: Through | None = None,
) -> Iterator[Traffic]:
    """
    Run ``rate`` requests per second, over all processes, while the block lasts.

    They are those of both applications, one after the other, or ``through`` a schema of views those of one.

    No two processes change the same rows, so that each knows what it has written.
    ``after`` an earlier load, it works on the same NDAs and also verifies what that one
    has written.
    """
    ndas = after.ndas if after else ndas or some_ndas(using, processes)
    seed = seed or secrets.token_hex(4)
    load = Traffic(ndas, 0.0)
    before = after.outcome.written if after else {}
    try:
        for number in range(processes):
            load.processes.append(_start(using, ndas[number::processes], f"{seed}/{number}", through))
        for process in load.processes:
            _insist((said := _line(process)).get("ready"), said.get("failed") or "it finds none of its NDAs")
        load.began = time.monotonic() + HEAD_START
        for number, process in enumerate(load.processes):
            _tell(process, [load.began + number / rate, processes / rate])
        yield load
        load.outcome = _ended(using, load, before)
    finally:
        for process in load.processes:
            process.kill()
            process.wait()


def some_ndas(using: str, processes: int) -> list[str]:
    """Keys of NDAs spread over the table, enough for the processes, and never more than half of all NDAs."""
    [[there]] = fetch(connections[using], HOW_MANY)
    return [key for [key] in fetch(connections[using], SOME_NDAS, [max(2, there // (NDAS * processes))])]


def _start(using, ndas, seed, through) -> subprocess.Popen:
    _insist(ndas, "the database has too few NDAs for it")
    process = subprocess.Popen(
        [sys.executable, "-m", of_the_register.registered().process],
        cwd=Path(epic10.__file__).parents[1],
        env=os.environ | client_programs.environment(connections[using]) | {"PGAPPNAME": "epic10 traffic"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        # Ctrl-C goes to the process that has started it, which then ends it.
        start_new_session=True,
    )
    wishes = {"ndas": ndas, "switched": plan.load().phases[0].done, "seed": seed}
    _tell(process, wishes | (asdict(through) if through else {}))
    return process


def _ended(using, load, before) -> Outcome:
    for process in load.processes:
        _tell(process, "end")
    told = [_told(process) for process in load.processes]
    ended = time.monotonic()
    written = together([before, *(process["written"] for process in told)])
    lost, mislabelled = of_the_register.registered().lost_and_mislabelled(connections[using], written)
    return Outcome(
        load.began,
        ended,
        sorted(Response(*answer) for process in told for answer in process["answers"]),
        sorted(Failure(*failure) for process in told for failure in process["errors"]),
        sorted(due for process in told for due in process["handed_over"]),
        written,
        lost,
        mislabelled,
    )


def together(loads) -> dict:
    written = {}
    for load in loads:
        for table, rows in load.items():
            for key, values in rows.items():
                written.setdefault(table, {}).setdefault(key, {}).update(values)
    return written


def _told(process):
    try:
        said, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise NotRunning(
            f"A request of the load has had no answer for {PATIENCE:.0f} s.\n"
            "HINT: SELECT pid, query, pg_blocking_pids(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock';"
        ) from None
    _insist(process.returncode == 0, "one of its processes has ended by itself")
    return json.loads(said)


def _line(process):
    said = process.stdout.readline()
    _insist(said, "one of its processes has ended by itself")
    return json.loads(said)


def _tell(process, what):
    try:
        process.stdin.write(json.dumps(what) + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        raise NotRunning("The load has stopped: one of its processes has ended by itself.") from None


def _insist(condition, otherwise):
    if not condition:
        raise NotRunning(f"There can be no load: {otherwise}.\nHINT: python manage.py epic10_rehearse --rows 50000")
