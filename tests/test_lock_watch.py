"""What does a LockWatch say of a statement that waits, and of one that others wait for?"""

import threading
import time

import psycopg
import pytest

from epic10 import lock_table
from epic10.lock_watch import LockWatch
from epic10.models import PhaseRun
from epic10.operations import Backfill
from epic10.operations.batches import FOR_DJANGO
from epic10.operations.routes import Keys, Named, Places
from epic10.plan import load

BLOCKED = 0.3  # seconds
PHASE = "INSERT INTO epic10_phase_run (phase, direction) VALUES ('switch', 'forwards')"
DONE = "UPDATE epic10_phase_run SET finished_at = clock_timestamp()"
CHANGE = "ALTER TABLE ndas ALTER company_city SET DEFAULT NULL"
UPDATE = "UPDATE ndas SET company_city = '{}' WHERE display_id = 1"
LOCK = "LOCK TABLE ndas IN ACCESS EXCLUSIVE MODE"


@pytest.fixture
def holder(migrated_database):
    with psycopg.connect(migrated_database.url, application_name="the reports") as connection:
        yield connection


@pytest.fixture
def watch(migrated_database):
    PhaseRun.objects.using(migrated_database.alias).all().delete()
    return LockWatch(migrated_database.connection, ["ndas", "contacts"])


def in_a_phase(db, watch, action):
    db.execute(PHASE)
    watch.over(action)()
    db.execute(DONE)
    return {one.table: one for one in lock_table.found(watch)}


def test_it_says_for_whom_and_how_long_a_statement_waits(migrated_database, watch, holder):
    holder.execute("SELECT FROM ndas LIMIT 1")
    pid = holder.info.backend_pid
    threading.Timer(BLOCKED, holder.rollback).start()
    [found] = in_a_phase(migrated_database, watch, lambda: migrated_database.execute(CHANGE)).values()
    assert (found.phase, found.statement, found.table) == ("switch", "ALTER TABLE ndas ALTER company_city", "ndas")
    assert found.mode == "ACCESS EXCLUSIVE"
    assert found.waited_for == [{"pid": pid, "application": "the reports"}]
    assert BLOCKED * 1000 - 100 < found.waited < BLOCKED * 1000 + 2000
    assert f"    waited for: pid {pid} (the reports)" in lock_table.lines(lock_table.as_data(watch))


def test_it_says_whom_a_statement_keeps_waiting(migrated_database, watch, holder):
    def hold_the_lock():
        migrated_database.execute(f"BEGIN; {LOCK}")
        reader.start()
        time.sleep(BLOCKED)
        migrated_database.execute("COMMIT")
        reader.join()

    reader = threading.Thread(target=lambda: holder.execute("SELECT count(*) FROM ndas"))
    [found] = in_a_phase(migrated_database, watch, hold_the_lock).values()
    [waiting] = found.kept_waiting
    assert (waiting["pid"], waiting["application"]) == (holder.info.backend_pid, "the reports")
    assert BLOCKED * 1000 - 100 < waiting["milliseconds"] <= found.held < BLOCKED * 1000 + 2000


def test_it_says_who_waits_for_a_row(migrated_database, watch, holder):
    def change_a_row():
        migrated_database.execute("BEGIN; " + UPDATE.format("Tampa"))
        writer.start()
        time.sleep(BLOCKED)
        migrated_database.execute("COMMIT")
        writer.join()

    writer = threading.Thread(target=lambda: holder.execute(UPDATE.format("Miami")))
    found = in_a_phase(migrated_database, watch, change_a_row)
    assert found["ndas"].mode == "ROW EXCLUSIVE"
    assert [one["application"] for one in found["ndas"].kept_waiting] == ["the reports"]


def test_what_happens_outside_of_a_phase_or_only_reads_is_not_told(migrated_database, watch):
    watch.over(lambda: migrated_database.execute(f"BEGIN; {LOCK}; COMMIT"))()
    assert in_a_phase(migrated_database, watch, lambda: migrated_database.rows("SELECT count(*) FROM ndas")) == {}


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("BEGIN; LOCK TABLE ndas", "all of it, sent as one message"),
        ("UPDATE ndas SET company_name = 'Jo''s; Bar' WHERE true", "UPDATE ndas SET company_name ="),
        ("WITH a AS (SELECT FOR UPDATE),\n b AS (UPDATE ndas SET x = 1)", "UPDATE ndas SET x ="),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ndas (id)", "CREATE INDEX CONCURRENTLY i ON"),
        ("SELECT 'secret", "SELECT '…'"),
    ],
)
def test_a_statement_has_a_title_without_values(query, title):
    assert lock_table.title(query) == title


@pytest.mark.parametrize("route", [Keys, Places, Named])
def test_a_batch_is_called_one_on_every_route(route):
    """The server keeps but the beginning of a statement."""
    for backfill in load().all_of(Backfill):
        assert lock_table.title(backfill.batch(route, skip_locked=True, **FOR_DJANGO)[:1000]) == "a batch"
