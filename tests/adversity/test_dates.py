"""Dates that no calendar of ours can hold: nothing fails, nothing is computed from them, and they come back."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests.adversity.test_settings import content
from tests.migration.disturbances import look_at
from tests.migration.test_two_routes import BACK, SCRIPTS, THERE

# The date of execution, and the expiration date it leads to.
DATES = {
    "infinity": None,
    "-infinity": None,
    "0044-03-15 BC": None,
    "0001-01-01": "0002-01-01",
    "9998-12-31 23:59:59.999": "9999-12-31 23:59:59.999",
    "9999-01-01": None,
    "294276-12-31 23:59:59.999": None,
    "2024-02-29": "2025-02-28",
}
ODD = """
UPDATE ndas SET fully_executed_date = %s, effective_date = %s, updated_at = %s
 WHERE id = (SELECT id FROM ndas ORDER BY id OFFSET %s LIMIT 1)"""
FOUND = """
SELECT odd, expiration_date IS NOT DISTINCT FROM expected::timestamp
  FROM unnest(%s::text[], %s::text[]) AS t (odd, expected)
  JOIN ndas ON fully_executed_date = odd::timestamp"""


def test_dates_out_of_any_range_expire_never_and_come_back(legacy_database, baseline_columns):
    for place, odd in enumerate(DATES, 1):  # Django could not read the first of them back
        legacy_database.execute(ODD, [odd, odd, odd, place])
    before = content(legacy_database)
    legacy_database.migrate("0002")
    assert dict(legacy_database.rows(FOUND, [list(DATES), list(DATES.values())])) == dict.fromkeys(DATES, True)
    call_command("epic10_validate", database=legacy_database.alias, stdout=StringIO())
    legacy_database.migrate("0001")
    assert content(legacy_database, baseline_columns) == before


ZONED = """
ALTER TABLE ndas ALTER fully_executed_date TYPE timestamptz(3) USING fully_executed_date AT TIME ZONE 'UTC';
ALTER DATABASE "{}" SET timezone = 'America/New_York'"""
WRONG = """
SELECT count(*) FROM ndas
 WHERE isfinite(fully_executed_date)
   AND expiration_date <> (fully_executed_date AT TIME ZONE 'UTC') + interval '1 year'"""
# In the evening of New York it is the next day in UTC, and of a leap year that makes a difference.
EVENING = """
SET timezone = 'America/New_York';
UPDATE ndas SET status = 'FULLY_EXECUTED', fully_executed_date = '2024-02-29 02:00+00'
 WHERE id = (SELECT min(id) FROM ndas WHERE fully_executed_date IS NULL);
RESET timezone;
SELECT expiration_date::text FROM ndas WHERE fully_executed_date = '2024-02-29 02:00+00'"""

GUARD_ASIDE = "DROP TRIGGER IF EXISTS pgtrigger_transitions_868c9 ON ndas;"


@pytest.mark.slow
@pytest.mark.parametrize("there, back", list(zip(THERE.values(), BACK.values(), strict=True)), ids=THERE)
def test_a_date_with_a_time_zone_is_reckoned_in_utc(legacy_database, there, back):
    legacy_database.execute(ZONED.format(legacy_database.name))
    legacy_database.close()
    before = look_at(legacy_database)
    there(legacy_database)
    assert legacy_database.rows(WRONG) == [(0,)]
    call_command("epic10_validate", database=legacy_database.alias, stdout=StringIO())
    legacy_database.psql(SCRIPTS / "verify.sql")
    back(legacy_database)
    assert look_at(legacy_database) == before


@pytest.mark.slow
def test_so_is_one_that_somebody_writes_at_any_time_of_the_release(legacy_database):
    legacy_database.execute(ZONED.format(legacy_database.name))
    legacy_database.close()
    written = []
    for step in (
        lambda: legacy_database.migrate(prepare=True),
        lambda: legacy_database.migrate(),
        lambda: legacy_database.migrate(None),
        # As epic10_finalize leaves it: only the guard of 0003 is there.
        lambda: legacy_database.execute("DROP FUNCTION zz_epic10_sync_ndas() CASCADE"),
    ):
        step()
        written += legacy_database.psql(f"BEGIN;\n{GUARD_ASIDE}{EVENING};\nROLLBACK;", "-At").split()
    assert written == ["2025-02-28", "02:00:00"] * 4
