"""Several connections share a backfill: all of them stop when one has to."""

import signal
import threading

import pytest

from epic10.operations.backfill import workers
from epic10.operations.backfill.workers import Stopped, limited, number_of_workers, side_by_side
from tests.migration.disturbances import LONG_ENOUGH, at_work, look_at, standstill, told, wait_until

SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


def test_each_has_a_connection_of_its_own_that_is_gone_afterwards(baseline_database):
    [[alone]] = baseline_database.rows(SESSIONS)
    together, sessions = threading.Barrier(2), set()

    def work(connection, part, nap):
        together.wait(LONG_ENOUGH)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), current_setting('row_security')")
            sessions.add((part, *cursor.fetchone()))

    side_by_side(baseline_database.alias, ["one", "two"], work)
    assert [part for part, _, _ in sorted(sessions)] == ["one", "two"]
    assert len({pid for _, pid, _ in sessions}) == 2
    assert {row_security for _, _, row_security in sessions} == {"off"}
    # A session takes a moment to go.
    wait_until(lambda: baseline_database.rows(SESSIONS) == [(alone,)], "the sessions of the workers gone")


def test_one_that_fails_stops_the_others_and_its_failure_is_told(baseline_database):
    stopped = []

    def work(connection, part, nap):
        if part == "bad":
            raise ValueError("bad")
        with pytest.raises(Stopped):
            while True:
                nap(0.01)
        stopped.append(part)
        raise Stopped

    with pytest.raises(ValueError, match="bad"):
        side_by_side(baseline_database.alias, ["good", "bad", "good"], work)
    assert stopped == ["good", "good"]


def test_the_command_line_is_stronger_than_the_settings(settings):
    settings.EPIC10_WORKERS = 3
    assert number_of_workers() == 3
    with limited(2):
        assert number_of_workers() == 2
    with limited(None):
        assert number_of_workers() == 3


@pytest.mark.slow
def test_it_can_be_interrupted_and_goes_on_with_another_number_of_workers(legacy_database):
    """Also while one waits for a lock that is not to be had, which it would do for minutes."""
    before = look_at(legacy_database)
    with standstill(legacy_database, patience=""):
        process = legacy_database.start("migrate", "ndas", "0002", "--workers", "2", EPIC10_BATCH_SIZE="1")
        told(process, "backfill of ndas waits for a lock")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=LONG_ENOUGH)
    assert process.returncode == 130
    assert errors.startswith("CommandError: Interrupted. What is committed stays;"), errors
    assert legacy_database.rows(at_work("backfill")) == [(False,)]
    legacy_database.migrate()
    legacy_database.migrate("0001")
    assert look_at(legacy_database) == before


@pytest.mark.slow
def test_a_number_that_is_none_is_refused(legacy_database):
    finished = legacy_database.manage("migrate", "ndas", "--workers", "none")
    assert finished.returncode == 2
    assert finished.stderr.endswith(
        'error: argument --workers: "none" is not a whole number from 1 to 2,147,483,647.\n'
    )


def test_without_more_said_there_is_one():
    assert workers.number_of_workers() == 1
