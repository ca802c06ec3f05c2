"""Latency of the application under load: response times, failures, stalls."""

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

THOUSAND = 1000  # milliseconds


class Response(NamedTuple):
    """Times are those of ``time.monotonic()``, which is one clock for all processes of a machine."""

    due: float
    answered: float
    operation: str
    application: str


class Failure(NamedTuple):
    """``sqlstate`` is empty if the server's answer was wrong, or if the connection was lost."""

    due: float
    application: str
    operation: str
    sqlstate: str
    message: str

    def __str__(self):
        return f"{self.application} application, {self.operation}: {self.sqlstate} {self.message}".replace(":  ", ": ")


@dataclass(frozen=True)
class Figures:
    """Milliseconds from the moment a request was due; None if there was no request."""

    requests: int
    p50: float | None
    p99: float | None
    p999: float | None
    max: float | None
    stall: float
    errors: int
    handed_over: int


@dataclass(frozen=True)
class Outcome:
    """
    ``handed_over`` has the moments when a request of one application met the switch and was
    done by the other. ``written`` has the acknowledged writes by table, key and column;
    ``lost`` and ``mislabelled`` name those that the database does not have, or has differently.
    """

    began: float
    ended: float
    answers: list[Response]
    errors: list[Failure]
    handed_over: list[float]
    written: dict[str, dict[str, dict]]
    lost: list[str]
    mislabelled: list[str]

    @property
    def failures(self) -> list[str]:
        return [*map(str, self.errors), *self.lost, *self.mislabelled]

    def figures(self, since: float | None = None, until: float | None = None) -> Figures:
        """The figures of all requests, or of those in progress at some moment between ``since`` and ``until``."""
        since, until = self.began if since is None else since, self.ended if until is None else until
        answers = [answer for answer in self.answers if answer.answered >= since and answer.due <= until]
        took = sorted((answer.answered - answer.due) * THOUSAND for answer in answers)
        within = sum(since <= failure.due <= until for failure in self.errors)
        return Figures(
            len(took),
            *(quantile(took, share) for share in (0.5, 0.99, 0.999, 1.0)),
            stall=longest_stall(answers) * THOUSAND,
            errors=within,
            handed_over=sum(since <= due <= until for due in self.handed_over),
        )


def quantile(values: list[float], share: float) -> float | None:
    """The quantile of sorted values: the smallest value that at least that share of them does not exceed."""
    return values[max(0, -int(-len(values) * share // 1) - 1)] if values else None


def longest_stall(answers: list[Response]) -> float:
    """The longest time, in seconds, in which a request waited and none was answered."""
    ordered = sorted(answers, key=lambda answer: answer.answered)
    # Of each answer and those that came after it: since when the first of them was due.
    due = [*accumulate((answer.due for answer in reversed(ordered)), min)][::-1]
    longest, last = 0.0, float("-inf")
    for answer, waiting_since in zip(ordered, due, strict=True):
        longest, last = max(longest, answer.answered - max(last, waiting_since)), answer.answered
    return longest
