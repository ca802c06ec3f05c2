"""Moments are printed in UTC, and in the time zone that the operator's terminal has."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.conf import settings as configured

from epic10.terminal.moments import moment

A_NIGHT = datetime(2026, 11, 22, 6, 2, 3, tzinfo=UTC)
AN_EVENING = datetime(2026, 11, 22, 3, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "when", "wanted"),
    [
        ("UTC", A_NIGHT, "2026-11-22 06:02 UTC"),
        ("Europe/London", A_NIGHT, "2026-11-22 06:02 UTC"),
        ("America/New_York", A_NIGHT, "2026-11-22 06:02 UTC (01:02 EST)"),
        (":America/New_York", AN_EVENING, "2026-11-22 03:02 UTC (2026-11-21 22:02 EST)"),
        ("/usr/share/zoneinfo/Asia/Kolkata", A_NIGHT, "2026-11-22 06:02 UTC (11:32 IST)"),
        ("Nowhere/At_All", A_NIGHT, "2026-11-22 06:02 UTC"),
        ("../../etc/passwd", A_NIGHT, "2026-11-22 06:02 UTC"),
    ],
)
def test_in_utc_and_in_the_operators_zone(settings, zone, when, wanted):
    settings.EPIC10_OPERATOR_ZONE = zone
    assert moment(when) == wanted


def test_to_the_second(settings):
    settings.EPIC10_OPERATOR_ZONE = "Europe/Berlin"
    assert moment(A_NIGHT, precise=True) == "2026-11-22 06:02:03 UTC (07:02:03 CET)"


def test_the_zone_is_that_of_the_terminal_whatever_django_makes_of_it():
    show = "from django.conf import settings; import os; print(settings.EPIC10_OPERATOR_ZONE, os.environ['TZ'])"
    finished = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", show],
        cwd=configured.BASE_DIR,
        env=os.environ | {"TZ": "America/New_York"},
        capture_output=True,
        text=True,
    )
    assert finished.stdout == "America/New_York UTC\n", finished.stderr
