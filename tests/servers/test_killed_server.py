"""The server itself is killed: what it had committed is there again, and both ways are open."""

import contextlib
import io

import psycopg
import pytest
from django.core.management import call_command

from tests.databases import Scratch, database
from tests.migration.disturbances import MOVES_ON, STANDS_STILL, somebody, standstill, wait_for, waiting_to
from tests.migration.test_interrupted import OLD_SNAPSHOT, WHAT_NOW
from tests.servers import programs
from tests.servers.server import account, alias, running
from tests.walk import digest

NDAS = 300


@pytest.fixture(scope="module")
def server():
    with running(programs.complete(account()), autovacuum="off") as server:
        yield server


@pytest.fixture
def register(server, django_db_blocker):
    """A database of the killed server's: 300 NDAs as before Epic 10."""
    with django_db_blocker.unblock(), alias("mortal", server.url()), database(using="mortal") as register:
        register.migrate("0001")
        call_command("epic10_seed", rows=NDAS, database=register.alias, stdout=io.StringIO())
        yield register


def mid_batch(register: Scratch, server):
    with standstill(register):
        process = register.start("migrate", "ndas", EPIC10_BATCH_SIZE="1")
        wait_for(register, STANDS_STILL, process)
        server.kill()
    return process


def mid_index(register: Scratch, server):
    with contextlib.suppress(psycopg.OperationalError), somebody(register, *OLD_SNAPSHOT):
        process = register.start("migrate", "ndas")
        wait_for(register, waiting_to("CREATE INDEX CONCURRENTLY"), process)
        server.kill()
    return process


@pytest.mark.slow
@pytest.mark.parametrize("killed", [mid_batch, mid_index])
def test_after_a_kill_9_of_the_postmaster_both_ways_are_open(register, server, killed):
    before = look_at(register)
    register.close()
    with database(register.name, using="mortal") as undisturbed:
        undisturbed.migrate()
        after = look_at(undisturbed)
        undisturbed.migrate("0001")
        back = look_at(undisturbed)
    process = killed(register, server)
    _, complaint = process.communicate()
    assert process.returncode == 1
    assert complaint.startswith("CommandError: ")
    assert complaint.endswith(WHAT_NOW)
    register.close()
    server.start()
    register.execute(MOVES_ON)
    register.close()
    with database(register.name, using="mortal") as other:
        register.migrate()
        assert look_at(register) == after
        other.migrate("0001")
        assert look_at(other) in (back, before)


def look_at(register):
    with psycopg.connect(register.url) as session:
        return digest.outcome(session)
