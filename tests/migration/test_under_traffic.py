"""The applications go on working, there and back; nothing they were told is written is lost or mislabelled."""

import io
import time

import pytest
from django.core.management import call_command

from epic10 import traffic, validation

from .disturbances import begun, idling

RATE, PROCESSES = 200, 2
MORE_NDAS = 20_000
# Behind a lock that is asked for 100 ms at a time, and what has piled up meanwhile.
LONGEST_STALL = 250  # milliseconds
IDLES = 2.5  # seconds
# The migration of a few hundred rows is over in a tenth of a second.
SOME_REQUESTS = 0.5  # seconds


def running(database, *, rate=RATE, processes=PROCESSES):
    return traffic.running(database.alias, rate=rate, processes=processes, seed="a night")


def test_neither_application_notices_anything_there_and_back(legacy_database):
    with running(legacy_database) as load:
        legacy_database.migrate(None)
        legacy_database.migrate("0001")
    assert_nothing_was_noticed(load.outcome, turns=2)


def test_every_acknowledged_write_is_there_in_both_vocabularies(legacy_database):
    with running(legacy_database) as load:
        time.sleep(SOME_REQUESTS)
        legacy_database.migrate(None)
        time.sleep(SOME_REQUESTS)
    assert_nothing_was_noticed(load.outcome)
    assert validation.validate(legacy_database.alias).failed == []


@pytest.mark.long
def test_what_was_parked_and_put_back_is_what_was_acknowledged(migrated_database):
    """The new application's last word before the way back, unless the old one has had a later one."""
    with running(migrated_database) as load:
        migrated_database.migrate("0001")
        migrated_database.migrate(None)
    assert_nothing_was_noticed(load.outcome, turns=2)


@pytest.mark.long
def test_there_and_back_with_more_rows_at_the_full_rate(baseline_database):
    database = baseline_database
    call_command("epic10_seed", rows=MORE_NDAS, database=database.alias, stdout=io.StringIO())
    with running(database, rate=traffic.RATE, processes=traffic.PROCESSES) as load:
        database.migrate(None)
        database.migrate("0001")
    assert_nothing_was_noticed(load.outcome, turns=2, processes=traffic.PROCESSES)
    assert len(load.outcome.written["ndas"]) > 100


@pytest.mark.long
@pytest.mark.parametrize("phase", ["expand", "switch"])
def test_a_reader_that_forgets_to_go_costs_the_application_a_moment_only(legacy_database, phase):
    """The migration waits for it, a moment at a time, and completes when it is gone."""
    before = {"expand": begun("expand"), "switch": begun("enforce")}[phase]
    with running(legacy_database) as load, idling(legacy_database, before, seconds=IDLES):
        legacy_database.migrate(None)
    assert_nothing_was_noticed(load.outcome)
    assert_it_was_waited_for(legacy_database, phase, "forwards", load.outcome)


@pytest.mark.long
def test_so_does_one_on_the_way_back(legacy_database):
    legacy_database.migrate(None)
    before = begun("guard", "backwards", done=True)
    with running(legacy_database) as load, idling(legacy_database, before, seconds=IDLES):
        legacy_database.migrate("0001")
    assert_nothing_was_noticed(load.outcome)
    assert_it_was_waited_for(legacy_database, "switch", "backwards", load.outcome)


def assert_it_was_waited_for(database, phase, direction, outcome):
    took = (
        "SELECT extract(epoch FROM finished_at - started_at) FROM epic10_phase_run WHERE phase = %s AND direction = %s"
    )
    [[seconds]] = database.rows(took, [phase, direction])
    assert seconds > IDLES - 1
    assert outcome.figures().stall < LONGEST_STALL


def assert_nothing_was_noticed(outcome, *, turns=1, processes=PROCESSES):
    assert outcome.failures == []
    assert {answer.application for answer in outcome.answers} == {"old", "new"}
    assert 0 < len(outcome.handed_over) <= turns * processes
    assert len(outcome.written["ndas"]) > 10
