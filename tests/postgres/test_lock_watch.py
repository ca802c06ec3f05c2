"""What a LockWatch says of a statement that waits, and of one that others wait for."""

import threading

import psycopg
import pytest

from epic10.ledger.models import PhaseRun
from epic10.operations.backfill.batches import FOR_DJANGO
from epic10.operations.backfill.routes import Keys, Named, Places
from epic10.postgres.lock_watch import LockWatch
from epic10.rehearsal import lock_report
from epic10.release.plan import load
from tests.migration.disturbances import wait_until

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


def clock(session):
    """Of the server, in milliseconds."""
    [now] = session.execute("SELECT extract(epoch FROM clock_timestamp())::float8 * 1000").fetchone()
    return now


def in_a_phase(db, watch, action):
    """What was found, and the milliseconds that no time in it can be longer than."""
    with psycopg.connect(db.url, autocommit=True) as beside:
        db.execute(PHASE)
        began = clock(beside)
        watch.around(action)()
        ended = clock(beside)
        db.execute(DONE)
    # From the last look without to the first look without.
    return {one.table: one for one in lock_report.found(watch)}, ended - began + 4 * max(watch.looks)


def looked_at(db, watch, what):
    """Until a look sees it, and for a while longer: the milliseconds that it has certainly been there."""
    with psycopg.connect(db.url, autocommit=True) as beside:
        wait_until(lambda: any(map(what, watch.pieces)), "a look that sees it")
        began, ended = clock(beside), clock(beside)
        enough = len(watch.looks) + 3
        wait_until(lambda: len(watch.looks) >= enough, "three more looks")
        return ended - began


def test_it_says_for_whom_and_how_long_a_statement_waits(migrated_database, watch, holder):
    holder.execute("SELECT FROM ndas LIMIT 1")
    pid, least = holder.info.backend_pid, []

    def leave():
        least.append(looked_at(migrated_database, watch, lambda piece: not piece.granted))
        holder.rollback()

    leaving = threading.Thread(target=leave)
    leaving.start()
    found, most = in_a_phase(migrated_database, watch, lambda: migrated_database.execute(CHANGE))
    leaving.join()
    [found] = found.values()
    assert (found.phase, found.statement, found.table) == ("switch", "ALTER TABLE ndas ALTER company_city", "ndas")
    assert found.mode == "ACCESS EXCLUSIVE"
    assert found.waited_for == [{"pid": pid, "application": "the reports"}]
    assert least[0] < found.waited < most
    assert f"    waited for: pid {pid} (the reports)" in lock_report.lines(lock_report.as_data(watch))


def test_it_says_whom_a_statement_keeps_waiting(migrated_database, watch, holder):
    least = []

    def hold_the_lock():
        migrated_database.execute(f"BEGIN; {LOCK}")
        reader.start()
        least.append(looked_at(migrated_database, watch, lambda piece: piece.kept_waiting))
        migrated_database.execute("COMMIT")
        reader.join()

    reader = threading.Thread(target=lambda: holder.execute("SELECT count(*) FROM ndas"))
    found, most = in_a_phase(migrated_database, watch, hold_the_lock)
    [found] = found.values()
    [waiting] = found.kept_waiting
    assert (waiting["pid"], waiting["application"]) == (holder.info.backend_pid, "the reports")
    assert least[0] < waiting["milliseconds"] <= found.held < most


def test_it_says_who_waits_for_a_row(migrated_database, watch, holder):
    def change_a_row():
        migrated_database.execute("BEGIN; " + UPDATE.format("Tampa"))
        writer.start()
        wait_until(lambda: any(piece.kept_waiting for piece in watch.pieces), "a look that sees who waits")
        migrated_database.execute("COMMIT")
        writer.join()

    writer = threading.Thread(target=lambda: holder.execute(UPDATE.format("Miami")))
    found, _ = in_a_phase(migrated_database, watch, change_a_row)
    assert found["ndas"].mode == "ROW EXCLUSIVE"
    assert [one["application"] for one in found["ndas"].kept_waiting] == ["the reports"]


def test_what_happens_outside_of_a_phase_or_only_reads_is_not_told(migrated_database, watch):
    watch.around(lambda: migrated_database.execute(f"BEGIN; {LOCK}; COMMIT"))()
    found, _ = in_a_phase(migrated_database, watch, lambda: migrated_database.rows("SELECT count(*) FROM ndas"))
    assert found == {}


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("BEGIN; LOCK TABLE ndas", "all of it, sent as one message"),
        ("UPDATE ndas SET company_name = 'Jo''s; Bar' WHERE true", "UPDATE ndas SET company_name ="),
        ("WITH a AS (SELECT FOR UPDATE),\n b AS (UPDATE ndas SET x = 1)", "UPDATE ndas SET x ="),
        ("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON ndas (id)", "CREATE INDEX CONCURRENTLY i ON"),
        ("SELECT 'secret", "SELECT '…'"),
        ("BEGIN; LOCK TABLE ONLY ndas; EXECUTE \"epic10_backfill_ndas\" ('(0,0)', '(500,0)', 14, 0)", "a batch"),
    ],
)
def test_a_statement_has_a_title_without_values(query, title):
    assert lock_report.title(query) == title


@pytest.mark.parametrize("route", [Keys, Places, Named])
def test_a_batch_is_called_one_on_every_route(route):
    """The server keeps but the beginning of a statement."""
    for backfill in load().backfills():
        assert lock_report.title(backfill.batch(route, skip_locked=True, **FOR_DJANGO)[:1000]) == "a batch"
