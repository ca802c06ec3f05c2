"""10.4: one calendar year, the same in SQL and in Python."""

import pytest

from epic10.operations import Derived
from epic10.release.plan import load
from ndas.workflow import expiration_of

[EXPIRATION] = [rule for backfill in load().backfills() for rule in backfill.rules if isinstance(rule, Derived)]
RULE = EXPIRATION.value.format("fully_executed_date")

EVERY_DAY_OF_EIGHT_YEARS = f"""
SELECT fully_executed_date, {RULE}
  FROM generate_series(timestamp '2020-01-01 23:59:59.999', '2027-12-31 23:59:59.999', interval '1 day')
       AS days (fully_executed_date)
"""


@pytest.mark.parametrize("time_zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_every_day_of_eight_years_expires_a_calendar_year_later(empty_database, time_zone):
    empty_database.execute(f"SET TIME ZONE '{time_zone}'")
    days = empty_database.rows(EVERY_DAY_OF_EIGHT_YEARS)
    assert len(days) == 8 * 365 + 2
    assert [signed for signed, expires in days if expires != expiration_of(signed)] == []


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "9999-01-01", "294276-12-31", "0001-12-31 BC"])
def test_a_moment_that_python_cannot_read_a_year_later_never_expires(empty_database, moment):
    assert empty_database.rows(f"SELECT {RULE} FROM (VALUES (%s::timestamp)) AS v (fully_executed_date)", [moment]) == [
        (None,)
    ]
