"""The values of one observation."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

UNREACHABLE = "database.unreachable"
# The database answers, but with errors: then nothing is known, either.
FAILED_LOOK = "database.look"


class Gauge(NamedTuple):
    """A measured number, good or bad."""

    name: str
    value: float


class Finding(NamedTuple):
    """
    Something is wrong. Its name is the same for as long as it lasts.

    A finding that may pass by itself has to be found twice in a row; the others count ``at_once``.
    """

    name: str
    text: str
    at_once: bool = False


class Unknown(NamedTuple):
    """Something that cannot be determined from here, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Timing:
    """Milliseconds that a page's statements took, with their limit and their time before the release."""

    name: str
    limit: float
    milliseconds: float
    baseline: float | None = None


@dataclass
class Observation:
    """All that was measured. ``knows`` is False if the database could not be asked; then no incident is over."""

    at: datetime
    after: bool = True
    knows: bool = True
    timings: list[Timing] = field(default_factory=list)
    gauges: dict[str, float] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)

    def add(self, found: Gauge | Finding | Unknown):
        if isinstance(found, Gauge):
            self.gauges[found.name] = found.value
        elif isinstance(found, Finding):
            self.findings[found.name] = found
        else:
            self.unknown[found.name] = found.why
