"""The switch and its way back with nobody stopped: each application at work through its schema of views."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest

from epic10.deploy.writers import ACCEPT_WRITERS
from epic10.postgres import view_users
from tests.deploy.test_deploy import steps

TABLES = ["ndas", "nda_status_history"]
EVERY_COLUMN = "SELECT * FROM ndas ORDER BY id LIMIT 5"


@pytest.fixture
def application(legacy_database):
    """Opens a session of an application, by the first schema of its search_path."""
    opened = []

    def open_one(schema):
        session = psycopg.connect(
            legacy_database.url, autocommit=True, prepare_threshold=0, application_name=f"web in {schema}"
        )
        session.execute(f"SET search_path = {schema}, public")
        opened.append(session)
        return session

    yield open_one
    for session in opened:
        session.close()


@contextmanager
def at_work(session):
    """In a transaction that has read the register."""
    with session.transaction():
        session.execute("SELECT FROM ndas LIMIT 1")
        yield


@contextmanager
def busy(session):
    """One transaction after the other, none of them for long."""
    ended = threading.Event()

    def work():
        while not ended.is_set():
            with at_work(session):
                session.execute("SELECT pg_sleep(0.1)")

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
        finally:
            ended.set()
            working.result()


def test_it_comes_after_the_preparation(night, legacy_database, is_untouched):
    ended = night("epic10_deploy", rolling=True)
    assert ended.status == 1
    assert ended.complaint.endswith("HINT: python manage.py epic10_deploy --prepare")
    assert is_untouched(legacy_database)
    assert night("epic10_deploy", rolling=True, prepare=True).complaint.startswith("--rolling comes after --prepare")


def test_who_works_where_is_seen_by_the_locks(legacy_database, application):
    legacy_database.migrate(prepare=True)
    old, new, neither = application("epic9"), application("epic10"), application("public")
    with at_work(old), at_work(new), at_work(neither):
        # A row of the history takes a lock on the NDA's table, for the foreign key, and not on its view.
        old.execute("UPDATE nda_status_history SET nda_id = nda_id WHERE id = (SELECT min(id) FROM nda_status_history)")
        found = view_users.at_work(legacy_database.connection, TABLES, looks=1)
        assert {(one.application, one.schema) for one in found} == {
            ("web in epic9", "epic9"),
            ("web in epic10", "epic10"),
            ("web in public", ""),
        }
        pid = neither.info.backend_pid
        assert list(view_users.lines(found)) == [
            "At work through epic9: 1",
            "At work through epic10: 1",
            f"At work on the tables themselves: 1: pid {pid}, {neither.info.user} (web in public)",
        ]
    assert view_users.at_work(legacy_database.connection, TABLES, looks=1) == []


def test_whoever_would_notice_the_switch_is_named_and_stops_it(night, legacy_database, application):
    legacy_database.migrate(prepare=True)
    neither = application("public")
    with busy(neither):
        ended = night("epic10_deploy", rolling=True)
    assert ended.status == 1
    assert re.fullmatch(
        r"Nothing was changed: at work on the tables themselves, where they would notice the switch, and not through "
        rf"epic9: pid {neither.info.backend_pid}, \w+ \(web in public\)\.\n"
        rf"HINT: ALTER ROLE … SET search_path = epic9, public; .* {ACCEPT_WRITERS} goes on, and they get errors\.",
        ended.complaint,
    )
    assert steps(ended.said)[-1] == "at work"


@pytest.mark.slow
def test_there_and_back_the_old_application_notices_nothing(night, legacy_database, application, record):
    old = application("epic9")
    before = old.execute(EVERY_COLUMN).fetchall()
    assert night("epic10_deploy", prepare=True).status == 0
    canary = application("epic10")
    [number] = canary.execute("SELECT min(display_id) FROM ndas WHERE status = 'CREATED'").fetchone()
    canary.execute("UPDATE ndas SET status = 'PENDING_APPROVAL' WHERE display_id = %s", [number])
    ended = night("epic10_deploy", rolling=True)
    assert (ended.status, ended.complaint) == (0, "")
    assert "stopped" not in steps(ended.said) and "at work" in steps(ended.said)
    assert record()["facts"]["at_work"][0] == "At work through epic9: 0"
    assert old.execute(EVERY_COLUMN).fetchall() == before
    assert canary.execute("SELECT status::text FROM ndas WHERE display_id = %s", [number]).fetchone() == (
        "PENDING_APPROVAL",
    )
    with busy(canary):
        ended = night("epic10_rollback", rolling=True)
    assert ended.status == 1 and "at work, and not through epic9: the way back would take" in ended.complaint
    canary.close()
    ended = night("epic10_rollback", rolling=True)
    assert (ended.status, ended.complaint) == (0, "")
    assert (
        ended.said.splitlines()[-1] == "Next: nothing, the old application is at work; python manage.py epic10_status"
    )
    assert old.execute(EVERY_COLUMN).fetchall() == before


@pytest.mark.slow
def test_the_switch_alone_goes_back_and_there_again_under_both(night, legacy_database, application):
    old, qualified = application("epic9"), application("public")
    named = """SELECT id FROM epic9_qualified.ndas WHERE status = CAST('EMAILED' AS epic9_qualified."NdaStatus")"""
    assert night("epic10_deploy", prepare=True).status == 0
    prepared, before = legacy_database.dump_schema(), old.execute(EVERY_COLUMN).fetchall()
    new, emailed = application("epic10"), sorted(qualified.execute(named).fetchall())
    assert night("epic10_deploy", rolling=True).status == 0
    new.execute(
        "UPDATE ndas SET usmax_position = 'OTHER', nda_type = 'CONSULTANT' WHERE id = (SELECT max(id) FROM ndas)"
    )
    consultants = "SELECT count(*) FROM ndas WHERE nda_type = 'CONSULTANT' AND usmax_position = 'OTHER'"
    assert new.execute(consultants).fetchone() == (1,)
    before = old.execute(EVERY_COLUMN).fetchall()
    ended = night("epic10_rollback", rolling=True, only_the_switch=True)
    assert (ended.status, ended.complaint) == (0, "")
    assert ended.said.splitlines()[-1].startswith("It is prepared: epic10_deploy --rolling switches again")
    assert legacy_database.dump_schema() == prepared
    # Nothing is parked: what the new application wrote is where it was, and both go on.
    assert legacy_database.rows("SELECT count(*) FROM epic10_archive") == [(0,)]
    assert new.execute(consultants).fetchone() == (1,)
    assert old.execute(EVERY_COLUMN).fetchall() == before
    assert sorted(qualified.execute(named).fetchall()) == emailed
    ended = night("epic10_rollback", rolling=True, only_the_switch=True)
    assert ended.status == 1 and "There is no switch to undo in this database." in ended.complaint
    assert night("epic10_deploy", rolling=True).status == 0
    assert new.execute(consultants).fetchone() == (1,)
    assert old.execute(EVERY_COLUMN).fetchall() == before
