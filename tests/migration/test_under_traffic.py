"""The applications go on working, there and back; nothing they were told is written is lost or mislabelled."""

import contextlib
import io
import threading
import time

import psycopg
import pytest
from django.core.management import call_command

from epic10 import traffic, validation

RATE, PROCESSES = 200, 2
MORE_NDAS = 20_000
# Behind a lock that is asked for 100 ms at a time, and what has piled up meanwhile.
LONGEST_STALL = 250  # milliseconds


def running(database, *, rate=RATE, processes=PROCESSES):
    return traffic.running(database.alias, rate=rate, processes=processes, seed="a night")


def test_neither_application_notices_anything_there_and_back(legacy_database):
    with running(legacy_database) as load:
        legacy_database.migrate(None)
        legacy_database.migrate("0001")
    assert_nothing_was_noticed(load.outcome, turns=2)


def test_every_acknowledged_write_is_there_in_both_vocabularies(legacy_database):
    with running(legacy_database) as load:
        legacy_database.migrate(None)
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
    assert len(load.outcome.written["ndas"]) > 500


@pytest.mark.long
@pytest.mark.parametrize("way", ["there", "back"])
def test_a_reader_that_forgets_to_go_costs_the_application_a_moment_only(legacy_database, way):
    """The migration waits for it, a moment at a time, and completes when it is gone."""
    if way == "back":
        legacy_database.migrate(None)
    with running(legacy_database) as load, idle_in_transaction(legacy_database, seconds=2.5) as gone:
        legacy_database.migrate("0001" if way == "back" else None)
        assert gone.is_set()
    assert_nothing_was_noticed(load.outcome)
    assert load.outcome.figures().stall < LONGEST_STALL


def assert_nothing_was_noticed(outcome, *, turns=1, processes=PROCESSES):
    assert outcome.failures == []
    assert {answer.application for answer in outcome.answers} == {"old", "new"}
    assert 0 < len(outcome.handed_over) <= turns * processes
    assert len(outcome.written["ndas"]) > 10


@contextlib.contextmanager
def idle_in_transaction(database, *, seconds):
    """A session that has read an NDA and goes away so many seconds later, which sets the event."""
    gone = threading.Event()

    def go(session):
        time.sleep(seconds)
        gone.set()
        session.close()

    session = psycopg.connect(database.url)
    session.execute("SELECT company_name FROM ndas LIMIT 1")
    leaving = threading.Thread(target=go, args=[session])
    leaving.start()
    yield gone
    leaving.join()
