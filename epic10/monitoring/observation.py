"""The values of one observation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from epic10.checks import Database

UNREACHABLE = "database.unreachable"
# It answers, and not what it was asked: nothing is known then, either.
FAILED_LOOK = "database.look"


class Gauge(NamedTuple):
    """A number, whether it is well or not."""

    name: str
    value: float


class Finding(NamedTuple):
    """
    Something is wrong. It goes by its name for as long as it lasts.

    What may pass by itself has to be found twice in a row; the rest counts ``at_once``.
    """

    name: str
    text: str
    at_once: bool = False


class Unknown(NamedTuple):
    """What cannot be told from here, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Timing:
    """Milliseconds a page's statements took, beside what they may take and what they took before the release."""

    name: str
    limit: float
    milliseconds: float
    baseline: float | None = None


@dataclass
class Observation:
    """All of it. ``knows`` is False where there was nobody to ask: then nothing is known to be well again either."""

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


Watcher = Callable[[Database], Iterator[Gauge | Finding | Unknown]]
