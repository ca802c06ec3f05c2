"""What epic10_precheck finds of other sessions: each of them is really there."""

import re
import subprocess

import pytest

from epic10.checks import sessions
from epic10.postgres import client_programs
from tests.checks.conftest import asked
from tests.migration.disturbances import somebody, wait_for

OLD_SNAPSHOT = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM agency_groups")
A_DUMP = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pg_dump'"


@pytest.fixture(autouse=True)
def everything_is_old(monkeypatch):
    """So that no test has to wait for a minute."""
    monkeypatch.setattr(sessions, "LONG_FOR_A_LOCK", 0)
    monkeypatch.setattr(sessions, "LONG_FOR_A_TRANSACTION", 0)


@pytest.fixture(autouse=True)
def database(register, django_db_blocker):
    with django_db_blocker.unblock():
        yield register


def test_a_session_that_holds_a_lock_is_named(database):
    with somebody(database, "SELECT 1 FROM ndas") as session:
        [finding] = asked(database, "traffic.locks").findings
        pid = session.info.backend_pid
    who = rf"pid {pid}, ndas \(disturbance\), idle in transaction, in its transaction for \d+ s, holds ndas"
    assert re.match(who, finding), finding
    assert asked(database, "traffic.locks").verdict == "OK"


def test_a_lock_held_for_a_moment_is_nothing(database, monkeypatch):
    monkeypatch.setattr(sessions, "LONG_FOR_A_LOCK", 3600)
    with somebody(database, "SELECT 1 FROM ndas"):
        assert asked(database, "traffic.locks").verdict == "OK"


def test_an_old_snapshot_here_would_hold_up_the_index(database):
    with somebody(database, *OLD_SNAPSHOT) as session:
        [finding] = asked(database, "traffic.snapshots").findings
        pid = session.info.backend_pid
        elsewhere = asked(database, "traffic.old_rows").findings
    assert finding.startswith(f"pid {pid}, ndas (disturbance), idle in transaction, in its transaction for ")
    assert not [line for line in elsewhere if line.startswith(f"pid {pid}, ")]


def test_a_transaction_in_another_database_keeps_old_row_versions_too(database, scratch):
    other = scratch()
    with somebody(other, "SELECT pg_current_xact_id()") as session:
        result = asked(database, "traffic.old_rows")
        pid = session.info.backend_pid
    found = [line for line in result.findings if line.startswith(f"pid {pid}, ")]
    assert re.fullmatch(
        rf"pid {pid}, ndas in database \"{other.name}\", in its transaction for \d\d:\d\d:\d\d", found[0]
    )
    assert result.verdict == "WARNING"


def test_a_running_pg_dump_is_waited_for(database):
    with somebody(database, "LOCK TABLE ndas") as session:
        dump = subprocess.Popen(
            [client_programs.find(database.connection, "pg_dump"), "--schema-only"],
            env=client_programs.environment(database.connection),
            stdout=subprocess.DEVNULL,
        )
        wait_for(database, A_DUMP)
        result = asked(database, "traffic.pg_dump")
        session.rollback()
    dump.wait()
    [finding] = result.findings
    assert re.fullmatch(r"pid \d+, user ndas, for \d\d:\d\d:\d\d", finding)
    assert result.verdict == "FAILED"


def test_a_session_that_took_every_column_is_named_without_its_statement(database):
    with somebody(database, "SELECT * FROM ndas WHERE company_name = 'Secret Inc.'") as session:
        found = asked(database, "traffic.every_column")
        assert found.findings == (f"pid {session.info.backend_pid}, ndas (disturbance)",)
    with somebody(database, "SELECT * FROM agency_groups"):
        assert asked(database, "traffic.every_column").verdict == "OK"
