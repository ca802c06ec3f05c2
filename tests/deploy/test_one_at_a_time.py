"""One command of the night at a time: the others leave, say who is there, and change nothing."""

import re
import signal
from pathlib import Path

import pytest

from epic10.ledger.models import RunRecord
from epic10.postgres.catalog import literal, quoted
from epic10.release import state
from epic10.release.status import status
from epic10.snapshots import files
from tests.deploy.pairs import DEPLOY, DID_THE_WORK, REFUSED, ended, pair_of_deploys, refused
from tests.migration.disturbances import look_at, wait_for

PREPARE = (*DEPLOY, "--prepare")
ROLLBACK = ("epic10_rollback", "--yes", "--accept-writers")
FINALIZE = ("epic10_finalize", "--yes-drop-legacy")
MIGRATE, BACK = ("migrate", "ndas"), ("migrate", "ndas", "0001")
EVERY_OTHER = [DEPLOY, PREPARE, ROLLBACK, FINALIZE, MIGRATE, BACK]
HELD = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory'"
HELD += " AND a.datname = current_database() AND a.application_name LIKE '%, step %')"
HOLDERS = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
HOLDERS += " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
LOST = "The connection that held the migration lock was cut, so somebody else may have begun to migrate."
LOCKED = "WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = {})"
MIGRATIONS = "SELECT count(*) FROM django_migrations WHERE app = 'ndas'"


def stopped_in_its_first_step(database, *command, **environment):
    """A command that is at work, and does not move: there is all the time to look at it."""
    process = database.start(*command, **environment)
    wait_for(database, HELD, process)
    process.send_signal(signal.SIGSTOP)
    return process


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "migrated"),
    [
        (DEPLOY, False),
        pytest.param(PREPARE, False, marks=pytest.mark.long),
        pytest.param(ROLLBACK, True, marks=pytest.mark.long),
        pytest.param(FINALIZE, True, marks=pytest.mark.long),
    ],
    ids=["deploy", "prepare", "rollback", "finalize"],
)
def test_beside_one_that_is_at_work_every_other_leaves_and_says_who_is_there(
    legacy_database, environment, command, migrated
):
    if migrated:
        legacy_database.migrate()
    before = look_at(legacy_database), state.mark(legacy_database.connection)
    process = stopped_in_its_first_step(legacy_database, *command, **environment)
    try:
        worker = status(legacy_database.connection).worker
        assert re.fullmatch(
            rf"{command[0]} by [^,]+, process {process.pid}, step [\w ]+, user \w+, pid \d+, for \d+ s", worker
        )
        for other in EVERY_OTHER:
            ended = legacy_database.manage(*other, **environment)
            assert (ended.returncode, ended.stdout) == (1, legacy_database.announced), other
            assert re.fullmatch(refused(legacy_database.name, process.pid, command[0]), ended.stderr), ended.stderr
        assert (look_at(legacy_database), state.mark(legacy_database.connection)) == before
    finally:
        process.send_signal(signal.SIGCONT)
    _, complaint = process.communicate()
    assert (process.returncode, complaint) == (0, "")
    assert [record.command for record in RunRecord.objects.using(legacy_database.alias).all()] == [command[0]]


@pytest.mark.slow
def test_of_two_deployments_started_together_one_does_the_work_and_the_other_leaves(legacy_database, environment):
    both = [legacy_database.start(*DEPLOY, **environment) for _ in range(2)]
    wait_for(legacy_database, HELD)
    [first] = [one for one in both if f", process {one.pid}, step " in status(legacy_database.connection).worker]
    [second] = [one for one in both if one is not first]
    # However slow the other is, they meet.
    first.send_signal(signal.SIGSTOP)
    left = ended(second)
    first.send_signal(signal.SIGCONT)
    assert left.in_words(legacy_database, first.pid) == REFUSED
    assert ended(first).in_words(legacy_database, second.pid) == DID_THE_WORK
    [record] = RunRecord.objects.using(legacy_database.alias).all()
    assert (record.command, record.verdict) == ("epic10_deploy", "OK")
    assert status(legacy_database.connection).state == "switched"


@pytest.mark.long
@pytest.mark.parametrize("turn", range(10))
def test_of_many_pairs_that_nobody_holds_up_each_ends_like_this(legacy_database, environment, turn):
    """More of them: python -m tests.deploy.pairs 50."""
    assert pair_of_deploys(legacy_database, **environment) == [DID_THE_WORK, REFUSED]
    assert status(legacy_database.connection).state == "switched"


@pytest.mark.slow
def test_who_has_lost_the_lock_takes_nothing_back_of_what_somebody_else_has_done(legacy_database, environment):
    """Cut off while it waits for a lock; meanwhile somebody else deploys; then it wakes up."""
    process = stopped_in_its_first_step(legacy_database, *DEPLOY, **environment)
    legacy_database.rows(HOLDERS)
    legacy_database.migrate()
    process.send_signal(signal.SIGCONT)
    _, complaint = process.communicate()
    assert process.returncode == 1
    assert LOST in complaint
    assert status(legacy_database.connection).state == "switched"
    assert legacy_database.rows(MIGRATIONS) == [(2,)]


@pytest.mark.slow
def test_who_has_lost_the_lock_in_the_backfill_goes_back_only_if_nobody_has_come(legacy_database, environment, scratch):
    process = legacy_database.start(*DEPLOY, **environment, EPIC10_BATCH_SIZE="1")
    wait_for(legacy_database, "SELECT to_regclass('epic10_phase_run') IS NOT NULL", process)
    rows = "SELECT coalesce(max(rows), 0) > 20 FROM epic10_phase_run WHERE phase = 'backfill'"
    wait_for(legacy_database, rows, process)
    process.send_signal(signal.SIGSTOP)
    legacy_database.rows(HOLDERS)
    legacy_database.execute("INSERT INTO epic10_phase_run (phase, direction) VALUES ('backfill', 'forwards')")
    process.send_signal(signal.SIGCONT)
    _, complaint = process.communicate()
    assert process.returncode == 1
    assert "\nNothing is taken back, as that is not for this run any more.\n" in complaint
    assert "The migration lock was lost, and somebody else has been at work since.\nHINT: " in complaint
    assert state.has_begun(legacy_database.connection)


@pytest.mark.slow
def test_beside_a_restore_in_its_place_nobody_begins(legacy_database, scratch, environment):
    assert legacy_database.manage("epic10_snapshot", "take", **environment).returncode == 0
    [name] = files.names(Path(environment["EPIC10_SNAPSHOTS"]))
    legacy_database.close()
    elsewhere = scratch()
    place = ("--into", legacy_database.name, "--overwrite", "--yes-replace", legacy_database.name)
    process = elsewhere.start("epic10_snapshot", "restore", name, *place, **environment)
    wait_for(elsewhere, f"SELECT EXISTS (SELECT FROM pg_locks {LOCKED.format(literal(legacy_database.name))})", process)
    process.send_signal(signal.SIGSTOP)
    try:
        ended = legacy_database.manage(*DEPLOY, **environment)
    finally:
        process.send_signal(signal.SIGCONT)
    assert (ended.returncode, ended.stdout) == (1, legacy_database.announced)
    assert re.fullmatch(refused(legacy_database.name, process.pid, "epic10_snapshot restore"), ended.stderr)
    said, complaint = process.communicate()
    assert (process.returncode, complaint) == (0, "")
    kept = elsewhere.rows("SELECT datname FROM pg_database WHERE datname ~ '_replaced_'")
    for [database] in kept:
        if database in said:
            elsewhere.execute(f"DROP DATABASE {quoted(database)}")
