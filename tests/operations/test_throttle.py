"""The backfill makes room for others, and says for whom."""

import threading

import psycopg

from epic10.postgres import throttle
from epic10.postgres.throttle import Throttle
from tests.migration.disturbances import somebody, wait_until

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'ndas'::regclass"


def said(caplog):
    return [record.getMessage() for record in caplog.records]


def test_it_waits_while_the_pause_file_is_there(baseline_database, settings, tmp_path, caplog):
    caplog.set_level("INFO")
    pause, naps = tmp_path / "pause", []
    pause.touch()
    settings.EPIC10_PAUSE_FILE = str(pause)

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            pause.unlink()

    Throttle(baseline_database.connection, "ndas", nap=nap, clock=lambda: 0.0).wait()
    assert naps == [throttle.LOOK_EVERY] * 3
    assert said(caplog) == [
        f"The backfill of ndas waits: the file {pause} is there.\nHINT: Remove it, and it goes on.",
        "The backfill of ndas goes on.",
    ]


def test_it_pauses_for_a_moment_when_somebody_queues_for_a_lock_on_the_table(baseline_database, caplog):
    lock = "LOCK TABLE ndas IN EXCLUSIVE MODE"
    with psycopg.connect(baseline_database.url) as second:
        with somebody(baseline_database, lock):
            queueing = threading.Thread(target=lambda: second.execute(lock))
            queueing.start()
            wait_until(lambda: baseline_database.rows(WAITING) == [(1,)], "the second waiting")
            naps = []
            Throttle(baseline_database.connection, "ndas", nap=naps.append).wait()
            assert naps == [throttle.SHORT_PAUSE]
        queueing.join()
    assert said(caplog) == ["The backfill of ndas lets 1 session pass that waits for a lock on it."]


def test_without_a_standby_it_looks_once_a_second_at_most(baseline_database):
    clock, asked = [], []

    def ask(execute, *question):
        asked.append(clock[-1])
        return execute(*question)

    quiet = Throttle(baseline_database.connection, "ndas", clock=lambda: clock[-1])
    baseline_database.connection.ensure_connection()  # which asks something too
    with baseline_database.connection.execute_wrapper(ask):
        for moment in (0.0, 0.1, 0.9, 1.0, 1.1, 1.9, 2.0):
            clock.append(moment)
            quiet.wait()
    assert asked == [0.0, 1.0, 2.0]
