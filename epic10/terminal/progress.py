"""Progress messages of long work.

Operations only log; the handler decides what it looks like. A log record that
carries a Progress can be drawn as a bar, any other is a line.
"""

import logging
import time
from dataclasses import dataclass

logger = logging.getLogger("epic10")

# Without a terminal, one line for every batch would bury the lines that matter.
SECONDS_BETWEEN_LINES = 1.0


@dataclass(frozen=True)
class Progress:
    """``done`` of ``total`` ``unit``, ``seconds`` after it was at ``since``, where the measurement began."""

    what: str
    done: int
    total: int
    unit: str
    seconds: float
    since: int = 0

    @property
    def rate(self) -> float:
        return max(self.done - self.since, 0) / self.seconds if self.seconds else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds left, estimated from the rate so far."""
        return max(self.total - self.done, 0) / self.rate if self.rate else None

    def __str__(self):
        share = f"{self.done / self.total:.0%}" if self.total else "100%"
        eta = f", about {self.eta:.0f} s left" if self.eta and self.eta >= 1 else ""
        rate = f", {self.rate:,.0f} {self.unit}/s" if self.done > self.since else ""
        return f"{share}{rate}{eta}"


def finished():
    """The work has ended, perhaps with an error: its bar is removed before the next line is written."""
    logger.debug("Over.", extra={"is_over": True})


class Meter:
    """Logs the progress of one piece of work: at its first step, then about once a second, then at its end."""

    def __init__(self, what: str, total: int, unit: str, *, since: int = 0):
        self.what, self.total, self.unit, self.since = what, total, unit, since
        self.started = time.monotonic()
        self.last_line = 0.0

    def now_at(self, done: int, message: str, **extra):
        """``message`` is the line's own text; rate and time left are added to it. ``extra`` goes with the record."""
        now = time.monotonic()
        progress = Progress(self.what, done, self.total, self.unit, now - self.started, self.since)
        is_line = now - self.last_line >= SECONDS_BETWEEN_LINES or done >= self.total
        if is_line:
            self.last_line = now
        logger.log(
            logging.INFO if is_line else logging.DEBUG,
            "%s: %s",
            message,
            progress,
            extra={"progress": progress} | extra,
        )
