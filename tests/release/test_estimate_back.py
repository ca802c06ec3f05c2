"""What the way back is said to park is what it parks."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from epic10.ledger.models import Snapshot
from epic10.release.estimate_back import FIXED, SAMPLE, estimate_back
from tests.migration.disturbances import look_at
from tests.release.test_estimate import THEIRS

NEW_APPLICATION = """
    UPDATE ndas SET nda_type = 'CONSULTANT' WHERE display_id % 3 = 0;
    UPDATE ndas SET usmax_position = 'OTHER', expiration_date = NULL WHERE display_id % 7 = 0;
    INSERT INTO nda_status_history (id, nda_id, status, changed_by_id)
    SELECT 'new-' || id, id, 'PENDING_APPROVAL', created_by_id FROM ndas WHERE display_id % 10 = 0"""
PARKED = """
    SELECT count(*) FILTER (WHERE table_name = 'ndas'), count(*) FILTER (WHERE table_name = 'nda_status_history')
      FROM epic10_archive WHERE event = 'parked'"""


@pytest.mark.parametrize("theirs", ["", THEIRS], ids=["alone", "with columns of others"])
def test_as_many_rows_are_said_as_are_parked(legacy_database, theirs):
    legacy_database.execute(theirs or "SELECT 1")
    legacy_database.migrate(None)
    legacy_database.execute(NEW_APPLICATION)
    before = look_at(legacy_database)
    said = estimate_back(legacy_database.connection)
    assert look_at(legacy_database) == before
    assert legacy_database.rows(f"SELECT to_regclass('{SAMPLE}') IS NULL") == [(True,)]
    legacy_database.migrate("0001")
    [parked] = legacy_database.rows(PARKED)
    assert (tuple(table.rows for table in said.tables), said.problem) == (parked, "") and all(parked)


def test_what_is_parked_is_named_and_every_step_has_its_time(migrated_database):
    assert "It parks" not in estimate_back(migrated_database.connection).said(takes_snapshot=True)
    migrated_database.execute(NEW_APPLICATION)
    found = estimate_back(migrated_database.connection)
    assert found.back == FIXED + sum(table.seconds for table in found.tables)
    assert all(table.seconds > 0 for table in found.tables)
    said = r"It takes about (.*): back \1\. It parks \d+ NDAs and \d+ history entries\."
    assert re.fullmatch(said, found.said(takes_snapshot=True))
    after_one = replace(found, snapshot=4.0).said(takes_snapshot=True)
    assert re.match(r"It takes about [\d.]+ s: safety snapshot 4 s, back \d.*s, compare 10 s\. It parks ", after_one)
    assert "snapshot" not in replace(found, snapshot=4.0).said(takes_snapshot=False)
    assert list(found.parts(takes_snapshot=True)) == ["safety snapshot", "back", "compare", "previous"]
    assert "safety snapshot" not in found.parts(takes_snapshot=False)


def test_of_a_preparation_it_knows_what_was_written_through_its_views(legacy_database):
    assert estimate_back(legacy_database.connection).tables == ()
    legacy_database.migrate(None, prepare=True)
    assert [table.rows for table in estimate_back(legacy_database.connection).tables] == [0, 0]
    legacy_database.execute("UPDATE epic10.ndas SET nda_type = 'CONSULTANT' WHERE display_id < 5")
    [[written]] = legacy_database.rows("SELECT count(*) FROM ndas WHERE display_id < 5")
    assert [table.rows for table in estimate_back(legacy_database.connection).tables] == [written, 0]


def test_what_takes_too_long_is_not_known_and_nothing_fails(migrated_database):
    with psycopg.connect(migrated_database.url) as session:
        session.execute("LOCK TABLE nda_status_history")
        found = estimate_back(migrated_database.connection)
    assert found.said(takes_snapshot=True) == "How long it takes is not known: canceling statement due to lock timeout"
    assert found.parts(takes_snapshot=True) == {}


@pytest.mark.parametrize("manifest", [{}, [], {"seconds": "12"}])
def test_a_ledger_that_somebody_has_damaged_keeps_nobody_from_going_back(migrated_database, manifest):
    taken = {"name": "x", "directory": "x", "taken_at": datetime(2026, 1, 2, tzinfo=UTC), "bytes": 1}
    Snapshot.objects.using(migrated_database.alias).create(**taken, manifest=manifest)
    assert estimate_back(migrated_database.connection).snapshot == 0.0


def test_nor_does_one_that_cannot_be_read(migrated_database):
    migrated_database.execute("ALTER TABLE epic10_snapshot DROP COLUMN manifest")
    assert "manifest" in estimate_back(migrated_database.connection).problem
