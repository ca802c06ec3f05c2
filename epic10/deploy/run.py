"""A run of a command: its steps, and what interrupts them."""

import getpass
import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import Error, connections

from epic10.checks.report import Report
from epic10.ledger.phase_record import attempts, newest
from epic10.terminal import outlook, progress
from epic10.terminal.progress import logger

OK, FAILED, INTERRUPTED, RUNNING = "OK", "FAILED", "INTERRUPTED", "RUNNING"

# Django opens and closes transactions by statements of their own; they say nothing of the release.
HOUSEKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


@dataclass(frozen=True)
class Step:
    name: str
    seconds: float
    outcome: str


@dataclass
class Sent:
    """A statement, without its parameters, which may contain personal data."""

    times: int = 0
    seconds: float = 0.0


@dataclass
class Run:
    """
    One run of one command, as it goes into its record.

    ``begin`` is called with the name of each step. ``facts`` is any other plain data
    for the record. ``verdict`` stays OK unless it is set or an exception ends the run.
    """

    command: str
    using: str
    begin: Callable[[str], None]
    arguments: dict = field(default_factory=dict)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    verdict: str = OK
    error: str = ""
    steps: list[Step] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    overrides: list[dict] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    facts: dict = field(default_factory=dict)
    sql: dict[str, Sent] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    waits: list[dict] = field(default_factory=list)
    batches: int = 0
    phases: list[dict] = field(default_factory=list)
    place: str = ""  # Number and hash of its record, once it has them.

    def step(self, name: str, action: Callable):
        """Return what ``action`` returns, and record how long it took and whether it succeeded."""
        self.begin(name)
        outlook.begins(name)
        began, outcome = time.monotonic(), FAILED
        try:
            result = action()
            outcome = OK
            return result
        finally:
            progress.finished()
            self.steps.append(Step(name, round(time.monotonic() - began, 3), outcome))

    def decide(self, what: str):
        """Record a decision in a sentence: what was decided, by whom or what, and why."""
        self.decisions.append(what)
        logger.info(what)

    def override(self, option: str, what: str):
        """Record that an operator has opened a gate: which, by typing what, and who it was."""
        self.overrides.append({"option": option, "accepted": what, "by": operator()})
        self.decide(f"{what} Accepted by {operator()}: {option}.")

    def report(self, report: Report) -> Report:
        self.reports.append(report)
        logger.info("%s", report.summary)
        return report


def operator() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"


@contextmanager
def witnessed(run: Run, alias: str) -> Iterator[None]:
    """Record what is logged, what is sent to the database ``alias``, and which phases run there."""
    connection, witness, level = connections[alias], _Witness(run), logger.level
    before = newest(connection)
    logger.addHandler(witness)
    logger.setLevel(logging.DEBUG)
    with ExitStack() as stack:
        stack.enter_context(connection.execute_wrapper(_statements(run)))
        try:
            yield
        finally:
            logger.removeHandler(witness)
            logger.setLevel(level)
            run.phases += _phases(connection, before)


def _phases(connection, after):
    """The runs of the phases in the order they happened, as plain data."""
    try:
        found = attempts(connection, after=after)
    except Error:  # the connection is gone, and with it the answer
        return []
    return [
        {
            "phase": one.phase,
            "direction": one.direction,
            "seconds": round(one.seconds, 3) if one.finished_at else None,
            "rows": one.rows,
            "error": one.error,
        }
        for one in found
    ]


class _Witness(logging.Handler):
    def __init__(self, run):
        super().__init__(logging.DEBUG)
        self.run = run

    def emit(self, record):
        self.run.batches += getattr(record, "batches", 0)
        if blockers := getattr(record, "blockers", None):
            self.run.waits.append({"at": _moment(record), "what": record.what, "blockers": blockers})
        if record.levelno >= logging.INFO:
            self.run.log.append(f"{_moment(record)} {record.getMessage()}")


def _moment(record):
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _statements(run):
    def note(execute, sql, params, many, context):
        began = time.monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            text = sql if isinstance(sql, str) else str(sql)
            if not text.startswith(HOUSEKEEPING):
                sent = run.sql.setdefault(text, Sent())
                sent.times, sent.seconds = sent.times + 1, sent.seconds + time.monotonic() - began

    return note
