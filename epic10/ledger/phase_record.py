"""What the ledger says of one phase."""

import time
from contextlib import contextmanager, suppress

from django.db import Error

from epic10.postgres.catalog import literal
from epic10.postgres.migration_lock import has_begun_a_phase
from epic10.postgres.session import execute, out_of_a_broken_commit
from epic10.terminal import progress, signals
from epic10.terminal.progress import logger

FORWARDS, BACKWARDS = "forwards", "backwards"


@contextmanager
def recorded(connection, phase: str, direction: str):
    """A ledger row from the phase's first moment, and a line at either end."""
    began = time.monotonic()
    for statement in started(phase, direction):
        execute(connection, statement)
    has_begun_a_phase(connection)
    try:
        yield
    except BaseException as error:
        progress.over()
        _record_failure(connection, phase, direction, error)
        raise
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
    """As far as the server still listens. The class only: a message may quote a row."""
    with suppress(Error):
        out_of_a_broken_commit(connection)
        name = KeyboardInterrupt.__name__ if signals.is_one(error) else type(error).__name__
        execute(connection, finished(phase, direction, name))
