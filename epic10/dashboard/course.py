"""The course of a deploy, a rollback or a finalization: its steps, from the first second to its outcome.

While it runs, the name of its session says the step it is at. How long the earlier ones took is in the file of its
record, if this machine has that. Afterwards the ledger has all of it.
"""

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings

from epic10.deploy import record_files
from epic10.deploy.deploy import STEPS
from epic10.deploy.run import FAILED, OK, RUNNING
from epic10.ledger import store
from epic10.ledger.models import RunRecord
from epic10.postgres.migration_lock import Holder, holder
from epic10.postgres.session import fetch
from epic10.terminal.units import seconds

NAMED = re.compile(r"(?P<command>\w+) by .*?, process \d+(?:, step (?P<step>.+))?")
COMMANDS = (*STEPS, "epic10_finalize")
WAITING, KILLED = "waiting", "KILLED"
LOOKS = {OK: "done", FAILED: "broken", RUNNING: "running", KILLED: "broken", WAITING: "waiting"}

# The newest of each command, and its newest that went well.
NEWEST = """
    SELECT id, command, verdict, started_at, finished_at, body ->> 'error'::text, body ->> 'operator'::text,
           (body -> 'steps'::text)::text
      FROM epic10_run_record
     WHERE id IN (SELECT max(id) FROM epic10_run_record WHERE command = ANY (%s::text[])
                   GROUP BY command, verdict = 'OK')
     ORDER BY id DESC"""


@dataclass(frozen=True)
class Step:
    """``seconds`` it took, or takes so far; ``expected`` is what it took the last time, if that is known."""

    name: str
    outcome: str
    seconds: float | None = None
    expected: float | None = None

    @property
    def look(self) -> str:
        return LOOKS.get(self.outcome, "broken")

    @property
    def took(self) -> str:
        if self.outcome == WAITING:
            return f"about {seconds(round(self.expected, 1))}" if self.expected else ""
        return seconds(round(self.seconds, 1)) if self.seconds is not None else ""


@dataclass(frozen=True)
class Course:
    """``number`` is that of its record, once there is one."""

    command: str
    verdict: str
    started: datetime | None
    seconds: float | None
    steps: tuple[Step, ...]
    error: str = ""
    operator: str = ""
    number: int | None = None

    @property
    def is_running(self) -> bool:
        return self.verdict == RUNNING

    @property
    def step(self) -> str:
        return next((step.name for step in self.steps if step.outcome == RUNNING), "")

    @property
    def took(self) -> str:
        return seconds(round(self.seconds, 1)) if self.seconds is not None else ""

    @property
    def left(self) -> str:
        """What is left if the steps take as long as the last time; "" if one of them is not known, or takes longer."""
        ahead = [step for step in self.steps if step.outcome in (RUNNING, WAITING)]
        if not self.is_running or not ahead or any(step.expected is None for step in ahead):
            return ""
        if any((step.seconds or 0) > step.expected for step in ahead):
            return ""
        return seconds(round(sum(max(step.expected - (step.seconds or 0), 0) for step in ahead)))


def course(connection) -> Course | None:
    """The run that is under way, or else the last one; None if there has been none."""
    worker = holder(connection)
    named = worker and NAMED.fullmatch(worker.application)
    if named and named["command"] in COMMANDS:
        return _running(connection, worker, named["command"], named["step"] or "")
    last, file = next(iter(_newest(connection)), None), _file(connection)
    if file and not worker and (last is None or datetime.fromisoformat(file["started"]) > last.started):
        return _killed(file)
    return last


def _running(connection, worker: Holder, command, step) -> Course:
    file = _file(connection, command)
    good = (run for run in _newest(connection) if (run.command, run.verdict) == (command, OK))
    expected = {step.name: step.seconds for run in [*good][:1] for step in run.steps}
    done = [Step(it["name"], it["outcome"], it["seconds"]) for it in file["steps"]] if file else []
    planned = [name for name in STEPS.get(command, (*expected,)) if name not in {it.name for it in done}]
    if step in planned:
        # Without a file, what comes before this step is done, and nobody here knows how long it took.
        earlier = [] if file else [Step(name, OK) for name in planned[: planned.index(step)]]
        done, planned = [*done, *earlier], planned[planned.index(step) + 1 :]
    elapsed = worker.seconds
    if file:
        elapsed = (datetime.now(UTC) - datetime.fromisoformat(file["started"])).total_seconds()
    at_it = elapsed - sum(it.seconds for it in done) if elapsed is not None and file else None
    now = [Step(step, RUNNING, at_it, expected.get(step))] if step else []
    ahead = [Step(name, WAITING, expected=expected.get(name)) for name in planned]
    started = datetime.fromisoformat(file["started"]) if file else None
    operator = file["operator"] if file else ""
    return Course(command, RUNNING, started, elapsed, (*done, *now, *ahead), operator=operator)


def _killed(file) -> Course:
    done = [Step(it["name"], it["outcome"], it["seconds"]) for it in file["steps"]]
    steps = (*done, Step(file.get("running", ""), KILLED))
    error = f"It was killed at {file.get('running')}. The next command enters its record."
    return Course(
        file["command"], KILLED, datetime.fromisoformat(file["started"]), None, steps, error, file["operator"]
    )


def _newest(connection) -> list[Course]:
    if not store.is_there(connection, RunRecord):
        return []
    found = []
    for number, command, verdict, started, finished, error, operator, steps in fetch(connection, NEWEST, [[*COMMANDS]]):
        done = tuple(Step(it["name"], it["outcome"], it["seconds"]) for it in json.loads(steps or "[]"))
        took = (finished - started).total_seconds()
        found.append(Course(command, verdict, started, took, done, error or "", operator or "", number))
    return found


def _file(connection, command: str = "") -> dict | None:
    """The newest record on this machine of a run that has no end yet, of this command or of any of them."""
    found: Iterable[dict] = ()
    with suppress(OSError):
        found = [
            record
            for path in record_files.interrupted(settings.EPIC10_RECORDS)
            for record in [_read(path)]
            if record.get("verdict") == RUNNING
            and record["command"] in ((command,) if command else COMMANDS)
            and record_files.is_of(record, connection.alias)
        ]
    return max(found, key=lambda record: record["started"], default=None)


def _read(path) -> dict:
    try:
        return record_files.read(path)["record"]
    except record_files.Unreadable:
        return {}
