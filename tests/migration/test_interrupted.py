"""Whenever a release is stopped, both ways are open: on to the end, and back to exactly before."""

import signal
import threading

import psycopg
import pytest

from .disturbances import (
    STANDS_STILL,
    at_work,
    kill,
    kill_both_ends,
    look_at,
    somebody,
    standstill,
    steps,
    told,
    wait_for,
    wait_until,
    waiting_to,
)

OLD_SNAPSHOT = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM agency_groups")
A_CONTACT_IN_USE = "UPDATE contacts SET updated_at = now() WHERE id = (SELECT min(id) FROM contacts)"
RECORDED = "SELECT count(*) FROM django_migrations WHERE app = 'ndas' AND name LIKE '0002%%'"
IS_SWITCHED = """SELECT 'PENDING_APPROVAL' = ANY (enum_range(NULL::"NdaStatus")::text[])"""
WHAT_NOW = (
    "What is committed stays; nothing of it is visible to the application before the switch.\n"
    "HINT: python manage.py migrate ndas goes on from here, python manage.py migrate ndas 0001 goes back from here.\n"
)


def in_the_backfill(database):
    with standstill(database):
        process = database.start("migrate", "ndas", EPIC10_BATCH_SIZE="1")
        wait_for(database, STANDS_STILL, process)
        kill(process, database)
    assert database.rows(at_work("backfill")) == [(True,)]


def in_an_index_build(database):
    with somebody(database, *OLD_SNAPSHOT):
        process = database.start("migrate", "ndas")
        wait_for(database, waiting_to("CREATE INDEX CONCURRENTLY"), process)
        kill(process, database)
    assert database.rows("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(1,)]


def before_the_switch(database):
    """Killed while it waits for the switch's lock, everything before that done."""
    with somebody(database, *OLD_SNAPSHOT) as first:
        process = database.start("migrate", "ndas")
        wait_for(database, waiting_to("CREATE INDEX CONCURRENTLY"), process)
        with somebody(database, "SELECT 1 FROM ndas"):
            first.rollback()
            wait_for(database, at_work("switch"), process)
            kill(process, database)


def between_switch_and_record(database):
    with somebody(database, "LOCK TABLE django_migrations IN SHARE MODE"):
        process = database.start("migrate", "ndas")
        wait_for(database, waiting_to('INSERT INTO "django_migrations"'), process)
        kill_both_ends(process, database)
    assert database.rows(IS_SWITCHED) == [(True,)]


def half_way_back(database):
    """The old labels are back, the rest is still there, and Django's record too."""
    database.migrate()
    with somebody(database, A_CONTACT_IN_USE):
        process = database.start("migrate", "ndas", "0001")
        wait_for(database, at_work("expand", "backwards"), process)
        kill(process, database)
    assert database.rows(IS_SWITCHED) == [(False,)]


def between_back_and_record(database):
    database.migrate()
    with somebody(database, "LOCK TABLE django_migrations IN SHARE MODE"):
        process = database.start("migrate", "ndas", "0001")
        wait_for(database, waiting_to('DELETE FROM "django_migrations"'), process)
        kill_both_ends(process, database)


KILLED = [
    pytest.param(in_the_backfill, marks=pytest.mark.slow),
    pytest.param(in_an_index_build, marks=pytest.mark.slow),
    pytest.param(before_the_switch, marks=pytest.mark.slow),
    pytest.param(between_switch_and_record, marks=pytest.mark.slow),
    half_way_back,
    pytest.param(between_back_and_record, marks=pytest.mark.slow),
]


@pytest.fixture(params=KILLED, ids=lambda stop: stop.__name__)
def killed_database(request, legacy_database):
    request.param(legacy_database)
    legacy_database.close()
    return legacy_database


def test_killed_it_goes_on_to_the_end_and_back_to_exactly_before(killed_database, scratch, before, after, look_before):
    other = scratch(killed_database.name)
    killed_database.migrate()
    assert look_at(killed_database) == after
    assert killed_database.rows(RECORDED) == [(1,)]
    other.migrate("0001")
    assert look_before(other) == before
    assert other.rows(RECORDED) == [(0,)]


AFTER = [
    pytest.param(done, id=f"after-{step.name}", marks=[] if step.name in ("backfill", "switch") else pytest.mark.slow)
    for done, step in enumerate(steps(), 1)
]


@pytest.mark.parametrize("done", AFTER)
def test_between_two_phases_both_ways_are_open(legacy_database, scratch, done, before, after, look_before):
    """There, as if the next phase never came, without Django's record."""
    for step in steps()[:done]:
        step.forwards(legacy_database)
    legacy_database.close()
    other = scratch(legacy_database.name)
    legacy_database.migrate()
    assert look_at(legacy_database) == after
    other.migrate("0001")
    assert look_before(other) == before


@pytest.mark.slow
@pytest.mark.parametrize("undone", range(1, 6), ids=lambda undone: f"after-{steps()[-undone].name}")
def test_half_way_back_both_ways_are_open(migrated_database, scratch, undone, before, after, look_before):
    """Back, with Django's record still there."""
    for step in steps()[::-1][:undone]:
        step.backwards(migrated_database)
    migrated_database.close()
    other = scratch(migrated_database.name)
    migrated_database.migrate()
    assert look_at(migrated_database) == after
    other.migrate("0001")
    assert look_before(other) == before


@pytest.mark.slow
def test_ctrl_c_says_what_to_type_and_can_be_resumed(legacy_database, after):
    with standstill(legacy_database):
        process = legacy_database.start("migrate", "ndas", EPIC10_BATCH_SIZE="1")
        wait_for(legacy_database, STANDS_STILL, process)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert (process.returncode, complaint) == (130, f"CommandError: Interrupted. {WHAT_NOW}")
    assert legacy_database.rows("SELECT error FROM epic10_phase_run WHERE phase = 'backfill'") == [
        ("KeyboardInterrupt",)
    ]
    legacy_database.migrate()
    assert look_at(legacy_database) == after


@pytest.mark.slow
def test_of_two_at_once_the_second_leaves_and_says_who_the_first_is(legacy_database, after):
    with somebody(legacy_database, A_CONTACT_IN_USE):
        first = legacy_database.start("migrate", "ndas", "0002")
        wait_for(legacy_database, at_work("expand"), first)
        second = legacy_database.manage("migrate", "ndas", EPIC10_LOCK_PATIENCE="1")
        assert second.returncode == 1
        assert f'The database "{legacy_database.name}" is being migrated already: migrate by ' in second.stderr
        assert f", process {first.pid}, user " in second.stderr
        assert "HINT: Wait until it is done, then run the same command again" in second.stderr
    first.communicate()
    assert first.returncode == 0
    assert look_at(legacy_database) == after


@pytest.mark.slow
def test_a_lock_not_to_be_had_is_given_up_naming_the_session_in_the_way(legacy_database, before, look_before):
    with somebody(legacy_database, "SELECT 1 FROM ndas") as idle:
        finished = legacy_database.manage("migrate", "ndas", EPIC10_LOCK_PATIENCE="1")
        pid = idle.info.backend_pid
    assert finished.returncode == 1
    complaint, hint = finished.stderr.splitlines()
    assert complaint.startswith(
        "CommandError: expand could not get its locks on contacts, ndas, nda_status_history: "
        f"pid {pid}, ndas (disturbance), idle in transaction, in its transaction for "
    )
    assert hint == (
        "HINT: Wait for these sessions, or end them with SELECT pg_terminate_backend(pid); "
        "then run the same command again."
    )
    assert look_before(legacy_database) == before
    assert legacy_database.rows("SELECT count(*) FROM epic10_created_object") == [(0,)]


@pytest.mark.slow
def test_while_it_waits_for_an_idle_reader_the_application_goes_on(legacy_database):
    """Between two short waits, that is, and not when the reader is done: it does not go before that was seen."""
    with Application(legacy_database) as application, somebody(legacy_database, "SELECT 1 FROM ndas") as reader:
        process = legacy_database.start("migrate", "ndas")
        pid = reader.info.backend_pid
        for _ in range(3):
            told(process, f"expand waits for a lock: pid {pid}, ")
            application.writes_on()
        reader.rollback()
        process.communicate()
    assert process.returncode == 0


class Application:
    """The running application: it writes an NDA, all the time, and counts its answers."""

    def __init__(self, database):
        self.database, self.writes = database, 0
        self.leaving = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.leaving.set()
        self.thread.join()

    def writes_on(self):
        enough = self.writes + 20
        wait_until(lambda: self.writes >= enough, "the application writing on")

    def _work(self):
        with psycopg.connect(self.database.url, autocommit=True) as session:
            while not self.leaving.wait(0.01):
                session.execute("UPDATE ndas SET updated_at = now() WHERE id = (SELECT max(id) FROM ndas)")
                self.writes += 1
