"""Template filters that write numbers, times, labels and commands on the dashboard."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from django import template

from epic10.checks import FAILED, OK, SKIPPED, WARNING
from epic10.terminal.units import milliseconds, seconds

register = template.Library()
register.filter(milliseconds)

PASSED = {OK: "passed", WARNING: "to be read", SKIPPED: "not asked", FAILED: "failed"}
BECAME = {
    "restored": "as the new application left them",
    "changed": "changed by the old application since, and left so",
    "gone": "deleted by the old application since",
}
# A command ends at a semicolon, a comma, or the words that follow.
TYPED = re.compile(r"(python manage\.py(?: (?!goes\b|makes\b|finishes\b)[\w.-]+)+)")
ZERO_WIDTH = "\u200b"


@register.filter
def thousands(number: int) -> str:
    return f"{number:,}" if isinstance(number, int) else number


@register.filter
def lasted(number: float | None) -> str:
    """A duration of a record."""
    return seconds(round(number, 1) if number >= 0.1 else number) if isinstance(number, int | float) else ""


@register.filter
def moment(written: str) -> str:
    """A time of a record, which has it as ISO 8601 in UTC, to the second."""
    try:
        return f"{datetime.fromisoformat(written).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (TypeError, ValueError):
        return written


@register.filter
def share_of(part: int, whole: int) -> str:
    """The percentage, for a drawing; never so small that it cannot be seen, except for 0."""
    return f"{max(100 * part / whole, 0.4):.2f}" if part and whole else "0"


@register.filter
def breakable(label: str) -> str:
    """Allow a line break after each underscore."""
    return label.replace("_", f"_{ZERO_WIDTH}")


@register.filter
def ago(age: float) -> str:
    return f"{seconds(round(age))} ago" if age >= 1 else "just now"


@register.filter
def since(moment: datetime) -> str:
    return ago((datetime.now(UTC) - moment).total_seconds())


@register.filter
def typed(sentence: str) -> Iterator[tuple[str, bool]]:
    """The parts of a sentence, each with whether it is a command to type."""
    for place, part in enumerate(TYPED.split(sentence)):
        if part:
            yield part, place % 2 == 1


@register.filter
def as_passed(verdict: str) -> str:
    return PASSED.get(verdict, verdict.lower())


@register.filter
def as_became(event: str) -> str:
    return BECAME.get(event, event)
