"""The runs of the phases in the ledger: recorded as they happen, and read by everything else."""

import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import Error

from epic10.postgres.catalog import holds, literal, relation_exists
from epic10.postgres.migration_lock import has_begun_a_phase
from epic10.postgres.session import execute, fetch, out_of_a_broken_commit
from epic10.terminal import outlook, progress, signals
from epic10.terminal.progress import logger

FORWARDS, BACKWARDS = "forwards", "backwards"

IS_THERE = relation_exists("epic10_phase_run")
RUNS = """
    SELECT id, phase, direction, started_at, finished_at, rows, error,
           extract(epoch FROM coalesce(finished_at, clock_timestamp()) - started_at)::float
      FROM epic10_phase_run ORDER BY id"""


@dataclass(frozen=True)
class PhaseAttempt:
    """One run of one phase; without ``finished_at`` it is under way, or was killed; it has taken ``seconds``."""

    id: int
    phase: str
    direction: str
    started_at: datetime
    finished_at: datetime | None
    rows: int
    error: str
    seconds: float

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None and not self.error


def attempts(connection, *, after: int = 0) -> list[PhaseAttempt]:
    """Every run of every phase after the one with that number, the oldest first."""
    if not holds(connection, IS_THERE):
        return []
    found = (PhaseAttempt(*row) for row in fetch(connection, RUNS))
    return [one for one in found if one.id > after]


def newest(connection) -> int:
    """The number of the newest run of any phase, as a starting point for ``attempts``."""
    return max((one.id for one in attempts(connection)), default=0)


@contextmanager
def recorded(connection, phase: str, direction: str):
    """Record the phase in the ledger from its beginning, and log its end."""
    began = time.monotonic()
    if direction == FORWARDS:
        outlook.begins(phase)
    try:
        # Within, because Ctrl-C may come as soon as the row is there for all to see.
        for statement in started(phase, direction):
            execute(connection, statement)
        has_begun_a_phase(connection)
        yield
    except BaseException as error:
        progress.finished()
        _record_failure(connection, phase, direction, error)
        raise
    # Where somebody else has done a part of the work, its bar never gets to the end.
    progress.finished()
    execute(connection, finished(phase, direction))
    logger.info("%s %s in %.2f s.", phase, "done" if direction == FORWARDS else "undone", time.monotonic() - began)


def started(phase: str, direction: str) -> list[str]:
    return [
        "UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = 'interrupted' WHERE finished_at IS NULL",
        f"INSERT INTO epic10_phase_run (phase, direction) VALUES ({literal(phase)}, {literal(direction)})",
    ]


def finished(phase: str, direction: str, error: str = "") -> str:
    return (
        f"UPDATE epic10_phase_run SET finished_at = clock_timestamp(), error = {literal(error)}\n"
        f" WHERE phase = {literal(phase)} AND direction = {literal(direction)} AND finished_at IS NULL"
    )


def _record_failure(connection, phase, direction, error):
    """Record the failure if the server still answers; only the class of the error, as its message may quote a row."""
    with suppress(Error):
        out_of_a_broken_commit(connection)
        name = KeyboardInterrupt.__name__ if signals.is_interruption(error) else type(error).__name__
        execute(connection, finished(phase, direction, name))
