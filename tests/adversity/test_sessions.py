"""Other sessions in the way, and our own cut off: nothing is lost, and the next run goes on."""

import threading
import time

import psycopg
import pytest

from tests.adversity.test_settings import content
from tests.adversity.test_triggers import WHAT_NOW
from tests.migration.disturbances import (
    LONG_ENOUGH,
    OTHERS_AT_WORK,
    OURS,
    STANDS_STILL,
    at_work,
    look_at,
    somebody,
    standstill,
    told,
    wait_for,
    wait_until,
)

OLD_TRANSACTION = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM agency_groups")
LOST = "The connection that held the migration lock was cut, so somebody else may have begun to migrate."
MIGRATORS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'migrate by %%'"""


@pytest.mark.slow
def test_a_transaction_from_before_is_named_when_the_patience_ends_and_the_next_run_goes_on(legacy_database, after):
    with somebody(legacy_database, *OLD_TRANSACTION) as old:
        finished = legacy_database.manage("migrate", "ndas", EPIC10_LOCK_PATIENCE="1")
        pid, user = old.info.backend_pid, old.info.user
    assert finished.returncode == 1
    complaint, hint = finished.stderr.splitlines()
    begin = f"CommandError: The index ndas_status_epic10_idx could not be finished: pid {pid}, {user} ({OURS}), "
    assert complaint.startswith(f"{begin}idle in transaction, in its transaction for ")
    assert hint == (
        "HINT: It waits for every older transaction in the database. End those, then run the same command again."
    )
    legacy_database.migrate()
    assert content(legacy_database) == after.content


@pytest.mark.slow
def test_in_a_deadlock_with_the_application_we_give_way(legacy_database):
    """It has a history and wants contacts; expand has contacts and wants the histories."""
    errors = []
    with psycopg.connect(legacy_database.url, application_name=OURS) as application:
        application.execute("LOCK nda_status_history IN ROW EXCLUSIVE MODE")
        process = legacy_database.start("migrate", "ndas")
        told(process, "expand waits for a lock: pid ")

        def writes():
            try:
                for _ in range(20):
                    application.execute("UPDATE contacts SET updated_at = updated_at")
                    application.execute("UPDATE ndas SET updated_at = updated_at")
            except psycopg.Error as error:
                errors.append(error)

        # Longer than deadlock_timeout: whoever begins to wait after this is the one that the server cancels.
        time.sleep(1.2)
        working = threading.Thread(target=writes)
        working.start()
        working.join(LONG_ENOUGH)
        assert not working.is_alive()
        application.commit()
    _, complaint = process.communicate()
    assert (process.returncode, complaint, errors) == (0, "", [])


@pytest.mark.slow
def test_the_way_back_beside_the_way_there_leaves_and_says_who_is_there(legacy_database, after):
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        there = legacy_database.start("migrate", "ndas")
        wait_for(legacy_database, at_work("expand"), there)
        back = legacy_database.manage("migrate", "ndas", "0001")
    assert back.returncode == 1
    complaint, hint = back.stderr.splitlines()
    begin = f'CommandError: The database "{legacy_database.name}" is being migrated already: migrate by '
    assert complaint.startswith(begin) and f", process {there.pid}, user " in complaint
    assert hint == "HINT: Wait until it is done, then run the same command again; what is done is not done twice."
    there.communicate()
    assert there.returncode == 0
    assert content(legacy_database) == after.content


@pytest.mark.slow
def test_a_connection_that_is_cut_is_said_and_the_next_run_goes_on(legacy_database, before, after, look_before):
    with standstill(legacy_database):
        process = legacy_database.start("migrate", "ndas", EPIC10_BATCH_SIZE="1")
        wait_for(legacy_database, STANDS_STILL, process)
        legacy_database.rows(f"SELECT pg_terminate_backend(pid) FROM ({OTHERS_AT_WORK}) AS ours", [OURS])
        _, complaint = process.communicate()
    cut = "CommandError: The connection to the server was lost."
    assert (process.returncode, complaint) == (1, f"{cut}\n{WHAT_NOW}\n")
    assert look_before(legacy_database).content == before.content
    legacy_database.migrate()
    assert content(legacy_database) == after.content


@pytest.mark.slow
def test_who_has_lost_the_migration_lock_stops_before_the_next_phase(legacy_database, after):
    """A firewall cuts what is silent for long: somebody else could begin meanwhile."""
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        process = legacy_database.start("migrate", "ndas")
        wait_for(legacy_database, at_work("expand"), process)
        legacy_database.rows(f"SELECT pg_terminate_backend(pid) FROM ({MIGRATORS}) AS holding")
        wait_until(lambda: not legacy_database.rows(MIGRATORS), "the holder of the migration lock gone")
    _, complaint = process.communicate()
    assert (process.returncode, complaint) == (1, f"CommandError: {LOST}\n{WHAT_NOW}\n")
    legacy_database.migrate()
    assert look_at(legacy_database).content == after.content
