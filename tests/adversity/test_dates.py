"""Dates that no calendar of ours can hold: nothing fails, nothing is computed from them, and they come back."""

from io import StringIO

from django.core.management import call_command

from tests.adversity.test_settings import content

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
