"""Behind a pooler the release works where sessions are kept together, and is refused where they are not."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.management import CommandError

from epic10.checks import FAILED
from epic10.deploy import precheck
from epic10.postgres import fingerprint, server
from epic10.release import plan
from tests.databases import Scratch
from tests.migration.disturbances import LONG_ENOUGH, somebody
from tests.migration.test_interrupted import OLD_SNAPSHOT
from tests.servers.pooler import pgbouncer
from tests.servers.server import alias

REFUSAL = (
    "Expected that no pooler gives our statements to different sessions; found: a pooler in transaction or statement "
    "mode.\nHINT: Connect to PostgreSQL itself, or through a pool with pool_mode = session."
)
LOCKS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"


@pytest.fixture
def behind(primary, register):
    """The register, reached through a pooler of that mode."""

    def reached(mode, **more):
        pooler = stack.enter_context(pgbouncer(primary, mode, **more))
        return Scratch(stack.enter_context(alias("pooled", pooler(register.name))).alias)

    with contextlib.ExitStack() as stack:
        yield reached


@pytest.mark.slow
def test_without_a_pooler_it_is_direct(register):
    assert server.pooling(register.connection) == server.DIRECT


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["transaction", "statement"])
def test_a_pooler_that_does_not_keep_sessions_together_is_refused(register, behind, mode):
    pooled = behind(mode)
    assert server.pooling(pooled.connection) == server.BY_TRANSACTION
    for target in (None, "0001"):
        with pytest.raises(CommandError) as refusal:
            pooled.migrate(target)
        assert str(refusal.value) == REFUSAL
    assert register.rows("SELECT count(*) FROM epic10_phase_run") == [(0,)]
    assert register.rows(LOCKS) == [(0,)]


def test_the_precheck_says_so_too(behind):
    assert "server.direct" in failed(behind("transaction"))


def test_it_is_seen_also_while_others_use_the_pool(behind):
    """Then the two sessions are not always answered by one and the same backend."""
    pooled = behind("transaction")
    done = threading.Event()

    def work():
        with psycopg.connect(pooled.url, autocommit=True, prepare_threshold=None) as session:
            while not done.is_set():
                session.execute("SELECT pg_sleep(0.001)")

    others = [threading.Thread(target=work) for _ in range(5)]
    for other in others:
        other.start()
    try:
        assert {server.pooling(pooled.connection) for _ in range(5)} == {server.BY_TRANSACTION}
    finally:
        done.set()
        for other in others:
            other.join()


def test_it_is_seen_also_where_each_statement_goes_to_the_next_backend(behind):
    """Of four in turn: two sessions that ask in turn then never meet."""

    def meet(barrier):
        with psycopg.connect(pooled.url, prepare_threshold=None) as session:
            session.execute("SELECT 1")  # which begins a transaction, and has a backend until its end
            barrier.wait(LONG_ENOUGH)

    pooled = behind("transaction", server_round_robin=1)
    with ThreadPoolExecutor(4) as others:
        list(others.map(meet, [threading.Barrier(4)] * 4))
    assert server.pooling(pooled.connection) == server.BY_TRANSACTION


@pytest.mark.slow
def test_through_a_pooler_that_does_it_goes_there_and_back(register, behind):
    pooled = behind("session")
    assert server.pooling(pooled.connection) == server.BY_SESSION
    columns = fingerprint.columns(register.connection, plan.load().tables())
    before = register.dump_schema(), fingerprint.content(register.connection, columns)
    pooled.migrate()
    assert plan.load().is_switched(register.connection)
    pooled.migrate("0001")
    assert (register.dump_schema(), fingerprint.content(register.connection, columns)) == before


@pytest.mark.slow
def test_through_it_an_index_build_still_says_whom_it_waits_for(register, behind, settings):
    """A pooler makes up the number of the process; the one that waits is another."""
    settings.EPIC10_LOCK_PATIENCE = 2
    pooled = behind("session")
    with somebody(register, *OLD_SNAPSHOT) as idle, pytest.raises(CommandError) as given_up:
        pid = idle.info.backend_pid
        pooled.migrate()
    assert str(given_up.value).startswith(
        f"The index ndas_status_epic10_idx could not be finished: pid {pid}, ndas (disturbance), "
    )


def failed(database):
    report = precheck.precheck(database.alias, precheck.Limits())
    return [result.check.id for result in report.results if result.verdict == FAILED]
