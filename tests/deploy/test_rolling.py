"""The switch and its way back with nobody stopped: each application at work through its schema of views."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import psycopg
import pytest

from epic10.deploy.writers import ACCEPT_WRITERS
from epic10.postgres import view_users
from tests.deploy.test_deploy import steps
from tests.migration.disturbances import LONG_ENOUGH

EVERY_COLUMN = "SELECT * FROM ndas ORDER BY id LIMIT 5"


@pytest.fixture
def application(legacy_database):
    with applications(legacy_database) as opened:
        yield opened


@contextmanager
def applications(database):
    """Opens a session of an application, by the first schema of its search_path."""
    with ExitStack() as sessions:

        def open_one(schema):
            session = psycopg.connect(
                database.url, autocommit=True, prepare_threshold=0, application_name=f"web in {schema}"
            )
            sessions.callback(session.close)
            session.execute(f"SET search_path = {schema}, public")
            return session

        yield open_one


@contextmanager
def at_work(session):
    """In a transaction that has read the register."""
    with session.transaction():
        session.execute("SELECT FROM ndas LIMIT 1")
        yield


def busy(session):
    """One transaction after the other, none of them for long."""

    def read():
        with at_work(session):
            session.execute("SELECT pg_sleep(0.1)")

    return doing(read)


@contextmanager
def doing(action):
    """The same again and again, with most of the time between."""
    ended, once = threading.Event(), threading.Event()

    def work():
        while not ended.wait(0.01):
            action()
            once.set()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            assert once.wait(LONG_ENOUGH)
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
def test_so_does_one_that_nobody_saw_at_work_on_anything(night, legacy_database, application, monkeypatch):
    monkeypatch.setattr(view_users, "PATIENCE", 0.0)
    legacy_database.migrate(prepare=True)
    elsewhere, old = application("elsewhere"), application("epic9")
    with doing(lambda: elsewhere.execute("SELECT 1")), busy(old):
        ended = night("epic10_deploy", rolling=True)
    pid = elsewhere.info.backend_pid
    assert ended.complaint.splitlines() == [
        f"Nothing was changed: at work, and nobody saw where: pid {pid}, {elsewhere.info.user} (web in elsewhere).",
        "HINT: ALTER ROLE … SET search_path = epic9, public; and new sessions for them, one after the other; "
        f"SELECT pid, query FROM pg_stat_activity WHERE pid IN ({pid}) says what they do; then run the same command "
        f"again. {ACCEPT_WRITERS} goes on, and they get errors.",
    ]


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
    with busy(new):
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
    assert steps(ended.said) == []
    assert night("epic10_deploy", rolling=True).status == 0
    assert new.execute(consultants).fetchone() == (1,)
    assert old.execute(EVERY_COLUMN).fetchall() == before
