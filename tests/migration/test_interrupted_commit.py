"""Ctrl-C while a transaction commits stays Ctrl-C, although Django puts an error of its own in its place."""

import json
import signal

import pytest
from django.core.management import CommandError
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from epic10.postgres import deadline
from epic10.release.status import status
from epic10.terminal import signals
from tests.deploy.pairs import DEPLOY

from .disturbances import somebody, wait_for
from .test_interrupted import WHAT_NOW

# Not by waiting for the lock: a batch waits for none any longer than a tenth of a second. What the
# applications write is tried in other phases, there and back, and is not to wait.
SLOW_COMMIT = """
    CREATE FUNCTION takes_its_time() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      WHILE NOT EXISTS (SELECT FROM epic10_phase_run WHERE phase <> 'backfill' AND finished_at IS NULL)
        AND NOT pg_try_advisory_xact_lock_shared(17) LOOP PERFORM pg_sleep(0.02); END LOOP;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER takes_its_time AFTER UPDATE ON ndas DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION takes_its_time()"""
NOT_YET = "SELECT pg_advisory_xact_lock(17)"
BEGAN = "SELECT to_regclass('epic10_phase_run') IS NOT NULL"
# Of the backfill: every phase before it commits, too.
COMMITS = """
    SELECT EXISTS (SELECT FROM epic10_phase_run WHERE phase = 'backfill')
       AND EXISTS (SELECT FROM pg_stat_activity
                    WHERE datname = current_database() AND state = 'active' AND query = 'COMMIT')"""


@pytest.fixture
def slow_database(legacy_database):
    legacy_database.execute(SLOW_COMMIT)
    return legacy_database


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_while_a_batch_commits_migrate_ends_as_by_ctrl_c_and_goes_on(slow_database, number):
    with somebody(slow_database, NOT_YET):
        process = slow_database.start("migrate", "ndas")
        wait_for(slow_database, BEGAN, process)
        wait_for(slow_database, COMMITS, process)
        process.send_signal(number)
        _, complaint = process.communicate()
    assert (process.returncode, complaint) == (130, f"CommandError: Interrupted. {WHAT_NOW}")
    assert slow_database.rows("SELECT error FROM epic10_phase_run WHERE phase = 'backfill'") == [("KeyboardInterrupt",)]
    slow_database.migrate()
    assert status(slow_database.connection).state == "switched"


@pytest.mark.slow
def test_while_a_batch_commits_a_deployment_ends_so_too_and_so_does_its_record(slow_database, tmp_path):
    places = {"EPIC10_SNAPSHOTS": str(tmp_path / "snapshots"), "EPIC10_RECORDS": str(tmp_path / "records")}
    with somebody(slow_database, NOT_YET):
        process = slow_database.start(*DEPLOY, **places)
        wait_for(slow_database, BEGAN, process)
        wait_for(slow_database, COMMITS, process)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert process.returncode == 130
    assert complaint.startswith("NotDeployed: Interrupted.\nEpic 10 is undone: ")
    [path] = (tmp_path / "records").glob("*.json")
    record = json.loads(path.read_text())["record"]
    assert (record["verdict"], record["decisions"][-1]) == ("INTERRUPTED", "Going back: Interrupted.")
    assert status(slow_database.connection).state == "baseline"


def test_past_a_deadline_it_is_the_deadline_and_no_interruption(slow_database):
    connection = connections[slow_database.alias]
    with (
        somebody(slow_database, NOT_YET),
        pytest.raises(deadline.TookTooLong) as late,
        deadline.within(0.5),
        transaction.atomic(using=slow_database.alias),
    ):
        slow_database.execute("UPDATE ndas SET updated_at = updated_at")
    connection.close()
    assert str(late.value) == "It took longer than 0.5 s."
    assert not signals.is_interruption(late.value)


def test_just_before_a_commit_is_sent_it_is_an_interruption_too(legacy_database, monkeypatch):
    """Then the transaction is open, and Django, which wants to leave it, has the last word."""
    left = [signal.SIGINT]

    def commit(connection):
        if connection.alias == legacy_database.alias and left:
            signal.raise_signal(left.pop())
        return send(connection)

    send = BaseDatabaseWrapper._commit
    monkeypatch.setattr(BaseDatabaseWrapper, "_commit", commit)
    with pytest.raises(CommandError) as interrupted:
        legacy_database.migrate()
    assert interrupted.value.returncode == 130
    assert str(interrupted.value).startswith("Interrupted. ")
    legacy_database.migrate()
    assert status(legacy_database.connection).state == "switched"
