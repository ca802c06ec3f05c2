"""The applications go on working, there and back; nothing they were told is written is lost or mislabelled."""

import io

import pytest
from django.core.management import call_command

from epic10.deploy import validate
from epic10.rehearsal import traffic

from .disturbances import begun, idling, wait_until

RATE, PROCESSES = 200, 2
MORE_NDAS = 20_000
CREATED = "SELECT count(*) FROM ndas WHERE company_name = 'Traffic Inc.'"
# While the phase that began last waits for a reader. Of the application that is held up until then there is none.
CREATED_MEANWHILE = f"""
SELECT ({CREATED} AND created_at > (SELECT max(started_at) AT TIME ZONE 'UTC' FROM epic10_phase_run)) >= 20"""


def running(database, *, rate=RATE, processes=PROCESSES):
    return traffic.running(database.alias, rate=rate, processes=processes, seed="a night")


def works_on(database, *, creates=6):
    """Until the application has made new NDAs: after the switch only the new one can, and the old one before."""
    [[there]] = database.rows(CREATED)
    wait_until(lambda: database.rows(CREATED)[0][0] >= there + creates, "new NDAs of the application")


@pytest.mark.slow
def test_neither_application_notices_anything_there_and_back(legacy_database):
    with running(legacy_database) as load:
        works_on(legacy_database)
        legacy_database.migrate(None)
        works_on(legacy_database)
        legacy_database.migrate("0001")
        works_on(legacy_database)
    assert_nothing_was_noticed(load.outcome, turns=2)


def test_every_acknowledged_write_is_there_in_both_vocabularies(legacy_database):
    with running(legacy_database) as load:
        works_on(legacy_database)
        legacy_database.migrate(None)
        works_on(legacy_database)
    assert_nothing_was_noticed(load.outcome)
    assert validate.validate(legacy_database.alias).failed == []


@pytest.mark.long
def test_what_was_parked_and_put_back_is_what_was_acknowledged(migrated_database):
    """The new application's last word before the way back, unless the old one has had a later one."""
    with running(migrated_database) as load:
        works_on(migrated_database)
        migrated_database.migrate("0001")
        works_on(migrated_database)
        migrated_database.migrate(None)
        works_on(migrated_database)
    assert_nothing_was_noticed(load.outcome, turns=2)


@pytest.mark.long
def test_there_and_back_with_more_rows_at_the_full_rate(baseline_database):
    database = baseline_database
    call_command("epic10_seed", rows=MORE_NDAS, database=database.alias, stdout=io.StringIO())
    with running(database, rate=traffic.RATE, processes=traffic.PROCESSES) as load:
        works_on(database, creates=60)
        database.migrate(None)
        works_on(database, creates=60)
        database.migrate("0001")
        works_on(database)
    assert_nothing_was_noticed(load.outcome, turns=2, processes=traffic.PROCESSES)
    assert len(load.outcome.written["ndas"]) > 100


@pytest.mark.long
@pytest.mark.parametrize("phase", ["expand", "switch"])
def test_a_reader_that_forgets_to_go_costs_the_application_a_moment_only(legacy_database, phase, caplog):
    """The migration waits for it, a moment at a time; it goes when the application was seen to work on meanwhile."""
    before = {"expand": begun("expand"), "switch": begun("enforce")}[phase]
    with running(legacy_database) as load, idling(legacy_database, before, until=CREATED_MEANWHILE):
        works_on(legacy_database)
        legacy_database.migrate(None)
        works_on(legacy_database)
    assert_nothing_was_noticed(load.outcome)
    assert f"{phase} waits for a lock: pid " in caplog.text


@pytest.mark.long
def test_so_does_one_on_the_way_back(legacy_database, caplog):
    legacy_database.migrate(None)
    before = begun("guard", "backwards", done=True)
    with running(legacy_database) as load, idling(legacy_database, before, until=CREATED_MEANWHILE):
        works_on(legacy_database)
        legacy_database.migrate("0001")
        works_on(legacy_database)
    assert_nothing_was_noticed(load.outcome)
    assert "switch waits for a lock: pid " in caplog.text


def assert_nothing_was_noticed(outcome, *, turns=1, processes=PROCESSES):
    assert outcome.failures == []
    assert {answer.application for answer in outcome.answers} == {"old", "new"}
    assert 0 < len(outcome.handed_over) <= turns * processes
    assert len(outcome.written["ndas"]) > 10
