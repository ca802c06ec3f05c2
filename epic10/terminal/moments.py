"""Moments for people: in UTC, as in the records, and in the operator's own time zone."""

from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

OF_THE_MACHINE = "/etc/localtime"


def moment(when: datetime, *, precise: bool = False) -> str:
    """2026-11-22 15:10 UTC (10:10 EST); ``precise`` to the second."""
    utc, clock = when.astimezone(UTC), "%H:%M:%S" if precise else "%H:%M"
    local, text = utc.astimezone(_zone(settings.EPIC10_OPERATOR_ZONE)), f"{utc:%Y-%m-%d {clock}} UTC"
    if not local.utcoffset():
        return text
    day = "" if local.date() == utc.date() else "%Y-%m-%d "
    return f"{text} ({local:{day}{clock} %Z})"


@cache
def _zone(name: str) -> tzinfo:
    """The zone that TZ names, or the machine's; UTC where there is neither."""
    name = name.removeprefix(":") or OF_THE_MACHINE
    try:
        if name.startswith("/"):
            with Path(name).open("rb") as file:
                return ZoneInfo.from_file(file)
        return ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return UTC
