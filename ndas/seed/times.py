"""Times in the invented register; in SQL, as milliseconds since 1970."""

import datetime

DAY = 86_400_000


def milliseconds(*date):
    return int(datetime.datetime(*date, tzinfo=datetime.UTC).timestamp()) * 1_000


FIRST_DAY = milliseconds(2018, 1, 2)
LAST_DAY = milliseconds(2025, 9, 30)
AUDITED_SINCE = milliseconds(2021, 7, 1)
LEAP_DAYS = [milliseconds(2020, 2, 29), milliseconds(2024, 2, 29)]


def timestamp(expression):
    return f"(timestamp 'epoch' + ({expression}) * interval '1 millisecond')"


def evenly(place, places):
    """The moment of the ``place``-th of ``places``, spread evenly from the first day to the last."""
    return f"{FIRST_DAY} + {place} * {LAST_DAY - FIRST_DAY} / {places}"


def in_office_hours(moment):
    """A moment of the same day between noon and nine, in the same order: 24 hours mapped to nine."""
    return f"{moment} / {DAY} * {DAY} + {DAY // 2} + {moment} % {DAY} * 3 / 8"


def next_leap_day(moment):
    """Three in the afternoon of the leap day, if that is one to ten weeks away."""
    cases = " ".join(
        f"WHEN {moment} BETWEEN {day - 70 * DAY} AND {day - 7 * DAY} THEN {day + DAY * 15 // 24}" for day in LEAP_DAYS
    )
    return f"CASE {cases} END"
