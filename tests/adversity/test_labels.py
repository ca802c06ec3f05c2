"""A label nobody planned for that turns up while the release runs: named, and nothing is lost."""

import pytest
from django.core.management import CommandError
from django.db import DataError

from tests.adversity.test_settings import content
from tests.adversity.test_triggers import WHAT_NOW
from tests.migration.disturbances import at_work, somebody, steps, wait_for

ADD = "ALTER TYPE \"NdaStatus\" ADD VALUE 'ON_HOLD'"
WRITE = (
    "UPDATE ndas SET status = 'ON_HOLD' WHERE id IN (SELECT id FROM ndas WHERE status = 'CREATED' ORDER BY id LIMIT 2)"
)

REFUSED = "Expected that every label in ndas.status has a place in Epic 10; found: 2 rows have the label ON_HOLD."


@pytest.mark.slow
def test_written_just_before_the_expansion_it_is_refused_with_label_and_count(legacy_database):
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        process = legacy_database.start("migrate", "ndas")
        wait_for(legacy_database, at_work("expand"), process)
        # What comes first has been asked when a lock is waited for.
        wait_for(legacy_database, "SELECT EXISTS (SELECT FROM epic10_row_count)", process)
        legacy_database.execute(ADD)
        legacy_database.execute(WRITE)
    _, complaint = process.communicate()
    assert (process.returncode, complaint) == (
        1,
        f"CommandError: {REFUSED}\n"
        "HINT: Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.\n"
        f"{WHAT_NOW}\n",
    )
    assert legacy_database.rows("SELECT count(*) FROM ndas WHERE status = 'ON_HOLD'") == [(2,)]
    legacy_database.execute("UPDATE ndas SET status = 'CREATED' WHERE status = 'ON_HOLD'")
    legacy_database.migrate()
    assert legacy_database.rows("SELECT count(*) FROM ndas WHERE status_legacy = 'ON_HOLD'") == [(0,)]


def test_written_later_the_write_is_refused_and_the_release_goes_on(legacy_database, after):
    steps()[0].forwards(legacy_database)
    legacy_database.execute(ADD)
    with pytest.raises(DataError) as refusal:
        legacy_database.execute(WRITE)
    assert str(refusal.value).splitlines()[0] == 'invalid input value for enum epic10."NdaStatus": "ON_HOLD"'
    legacy_database.migrate()
    assert content(legacy_database) == after.content


def test_there_from_the_start_and_not_in_use_it_is_no_obstacle(legacy_database, after):
    legacy_database.execute(ADD)
    legacy_database.migrate()
    assert content(legacy_database) == after.content


def test_a_label_that_is_missing_behind_a_constraint_nobody_validated_is_found(legacy_database):
    if legacy_database.connection.pg_version < 18_00_00:
        pytest.skip("before PostgreSQL 18 every NOT NULL is validated")
    legacy_database.execute("""
        ALTER TABLE nda_status_history ALTER status DROP NOT NULL;
        UPDATE nda_status_history SET status = NULL WHERE id = (SELECT min(id) FROM nda_status_history);
        ALTER TABLE nda_status_history ADD CONSTRAINT has_a_status NOT NULL status NOT VALID
    """)
    with pytest.raises(CommandError, match=r"history\.status has a place in Epic 10; found: 1 rows have no label"):
        legacy_database.migrate()
