"""What a phase sees to before its operations run."""

import logging
import threading

import psycopg
import pytest
from django.db.migrations.operations import RunSQL
from django.db.migrations.state import ProjectState

from epic10.ledger import tables
from epic10.operations import Phase
from epic10.postgres import locks
from epic10.postgres.locks import ACCESS_EXCLUSIVE
from tests.migration.disturbances import LONG_ENOUGH, somebody, wait_until

HAS_WAITED = f"""
SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'pony'::regclass AND NOT granted
                  AND waitstart < now() - 2 * interval '{locks.TIMEOUT}')"""


@pytest.fixture
def carry_out(empty_database):
    for statement in (*tables.statements(), "CREATE TABLE pony (id text)"):
        empty_database.execute(statement)

    def forwards(phase):
        with empty_database.connection.schema_editor(atomic=False) as editor:
            phase.database_forwards("ndas", editor, ProjectState(), ProjectState())

    return forwards


def test_a_limit_meant_for_the_application_does_not_cut_a_phase_short(carry_out, empty_database):
    empty_database.execute(f"ALTER DATABASE {empty_database.name} SET statement_timeout = '1s'")
    empty_database.close()
    carry_out(Phase("slow", "Take longer than a web request may.", [RunSQL(["SELECT pg_sleep(1.1)"])]))
    assert empty_database.rows("SHOW statement_timeout") == [("1s",)]


def test_what_an_autovacuum_holds_is_waited_for_before_the_strong_lock_is_asked_for(
    carry_out, empty_database, caplog, monkeypatch
):
    monkeypatch.setattr(locks, "AUTOVACUUM_GIVES_WAY", f"{LONG_ENOUGH}s")  # On a busy machine, and when it is seen.

    def leave(vacuum):
        with psycopg.connect(empty_database.url, autocommit=True) as looking:
            wait_until(lambda: looking.execute(HAS_WAITED).fetchone() == (True,), "it waits longer than for others")
            vacuum.rollback()

    with somebody(empty_database, "LOCK TABLE pony IN SHARE UPDATE EXCLUSIVE MODE") as vacuum:
        leaving = threading.Thread(target=leave, args=[vacuum])
        leaving.start()
        with caplog.at_level(logging.WARNING, "epic10"):
            carry_out(Phase("lock", "Wait once.", [RunSQL(["SELECT 1"])], lock=[("pony", ACCESS_EXCLUSIVE)]))
        leaving.join()
    # With the strong lock's timeout alone it would have given up, and said so.
    assert caplog.messages == []
