"""The time left of a whole run, said as its parts begin, end and go on."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from epic10.terminal.progress import logger
from epic10.terminal.units import seconds

# As often as somebody looks who waits for it.
SECONDS_BETWEEN_LINES = 10.0
LEAST = 1.0
TELLING = 0.25


class Outlook(logging.Handler):
    """
    Follows a run by what is logged: a ``part`` that begins, and the ``progress`` of work within it.

    ``expected`` is the seconds of each part. What takes longer than expected is
    thought to be nearly over, unless its own progress tells.
    """

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.expected: dict[str, float] = {}
        self.part, self.began, self.eta, self.last_line = "", 0.0, None, 0.0

    def expect(self, parts: dict[str, float]):
        self.expected = dict(parts)

    @property
    def left(self) -> float:
        """Seconds left of the whole run."""
        of_this_part = self.expected.get(self.part, 0.0) - (time.monotonic() - self.began)
        if self.eta is not None:
            of_this_part = max(of_this_part, self.eta)
        return max(of_this_part, 0.0) + sum(took for part, took in self.expected.items() if part != self.part)

    def emit(self, record):
        if part := getattr(record, "part", ""):
            self._begin(part)
        elif (progress := getattr(record, "progress", None)) and self.part in self.expected:
            # The first tables of twenty, or the first batches, say little about the others.
            self.eta = progress.eta if progress.done >= TELLING * progress.total else None
            if time.monotonic() - self.last_line >= SECONDS_BETWEEN_LINES:
                self._say()

    def _begin(self, part):
        # What comes before it is over, or was left out; what comes again is not expected any more.
        expected = list(self.expected)
        over = expected[: expected.index(part)] if part in self.expected else [self.part]
        for one in over:
            self.expected.pop(one, None)
        self.part, self.began, self.eta = part, time.monotonic(), None
        if part in self.expected:
            self._say()

    def _say(self):
        self.last_line = time.monotonic()
        if self.left >= LEAST:
            logger.info("About %s left of the whole run.", seconds(round(self.left)))


def begins(part: str):
    """Tell who follows the run that this part of it begins."""
    logger.debug("%s begins.", part, extra={"part": part})


@contextmanager
def followed() -> Iterator[Outlook]:
    outlook, level = Outlook(), logger.level
    logger.addHandler(outlook)
    logger.setLevel(logging.DEBUG)
    try:
        yield outlook
    finally:
        logger.removeHandler(outlook)
        logger.setLevel(level)
