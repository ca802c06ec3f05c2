"""Where other sessions work, as their locks and their activity tell."""

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import psycopg
import pytest

from epic10.postgres import own_name, view_users
from epic10.postgres.session import fetch
from tests.databases import database
from tests.deploy.test_rolling import applications, at_work, doing
from tests.migration.disturbances import LONG_ENOUGH, wait_until

TABLES = ["ndas", "nda_status_history"]
READS = 9
PARALLEL = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'parallel worker'"


@pytest.fixture(scope="module")
def prepared_template(django_db_blocker, legacy_template):
    with django_db_blocker.unblock(), database(legacy_template) as template:
        template.migrate(prepare=True)
        template.close()
        yield template.name


@pytest.fixture
def prepared(scratch, prepared_template):
    return scratch(prepared_template)


@pytest.fixture
def application(prepared):
    with applications(prepared) as opened:
        yield opened


def look(database):
    return view_users.look(database.connection, TABLES, seconds=0.1)


def test_who_works_where_is_seen_by_the_locks(prepared, application):
    old, new, neither = application("epic9"), application("epic10"), application("public")
    with at_work(old), at_work(new), at_work(neither):
        # A row of the history takes a lock on the NDA's table, for the foreign key, and not on its view.
        old.execute("UPDATE nda_status_history SET nda_id = nda_id WHERE id = (SELECT min(id) FROM nda_status_history)")
        seen = look(prepared)
        assert {(one.application, one.schema) for one in seen.found} == {
            ("web in epic9", "epic9"),
            ("web in epic10", "epic10"),
            ("web in public", ""),
        }
        pid = neither.info.backend_pid
        assert list(view_users.lines(seen))[:3] == [
            "At work through epic9: 1",
            "At work through epic10: 1",
            f"At work on the tables themselves: 1: pid {pid}, {neither.info.user} (web in public)",
        ]
    assert view_users.at_work(prepared.connection, TABLES, seconds=0) == []


def test_one_of_short_statements_is_seen(prepared, application):
    """A dozen a second, of 5 ms each, every one in a transaction of its own."""
    old, neither, reads, found = application("epic9"), application("public"), [], set()

    def read():
        for session in (old, neither):
            session.execute("SELECT pg_sleep(0.005) FROM (SELECT FROM ndas LIMIT 1) AS one")
        reads.append(1)
        time.sleep(0.07)

    with doing(read):
        # However slow the machine is, so many are looked at.
        while len(reads) < READS:
            seen = view_users.at_work(prepared.connection, TABLES, seconds=0.5)
            found |= {(one.application, one.schema) for one in seen}
    assert found == {("web in epic9", "epic9"), ("web in public", "")}


def test_a_vacuum_is_nobody_at_work(prepared, application):
    """Its worker may have ended before anybody can ask what it is."""
    vacuum = application("public")
    with vacuum.transaction():
        vacuum.execute("LOCK TABLE ndas IN SHARE UPDATE EXCLUSIVE MODE")
        assert look(prepared).found == []


def test_a_worker_of_a_query_is_no_session_of_its_own(prepared, application):
    old = application("epic9")
    [[number]] = prepared.rows("SELECT current_setting('server_version_num')::int / 10000")
    old.execute(f"SET {'debug_parallel_query' if number > 15 else 'force_parallel_mode'} = on")
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(old.execute, "SELECT count(*) FROM ndas WHERE pg_sleep(0.05) IS NULL OR id > ''")
        try:
            wait_until(lambda: prepared.rows(PARALLEL), "a worker of the query")
            assert [one.pid for one in look(prepared).found] == [old.info.backend_pid]
        finally:
            old.cancel_safe()
            assert isinstance(reading.exception(), psycopg.errors.QueryCanceled)


def test_it_goes_on_until_it_has_seen_where_somebody_works(prepared, application):
    old, told = application("epic9"), threading.Event()
    prepared.connection.inc_thread_sharing()

    def work():
        with at_work(old) if told.is_set() else nullcontext():
            old.execute("SELECT pg_sleep(0.1)")

    with doing(work), ThreadPoolExecutor(1) as pool:
        looking = pool.submit(view_users.look, prepared.connection, TABLES, seconds=0.1, patience=LONG_ENOUGH)
        with pytest.raises(TimeoutError):
            looking.result(timeout=0.3)
        told.set()
        seen = looking.result(timeout=LONG_ENOUGH)
    assert [(one.application, one.schema) for one in seen.found] == [("web in epic9", "epic9")]
    assert seen.unplaced == []


def test_what_nobody_saw_is_said(prepared, application):
    elsewhere, waiting = application("elsewhere"), application("epic9")
    waiting.execute("SELECT FROM ndas LIMIT 1")
    with doing(lambda: elsewhere.execute("SELECT 1")):
        seen = look(prepared)
    pid, user = elsewhere.info.backend_pid, elsewhere.info.user
    assert (seen.connected, seen.found) == (2, [])
    assert list(view_users.lines(seen))[2:] == [
        "At work on the tables themselves: 0",
        f"At work, and nobody saw where: 1: pid {pid}, {user} (web in elsewhere)",
        f"Idle, and nobody knows where they work: 1: 1 of {user}",
    ]


def test_a_role_that_may_not_look_into_sessions_says_so(prepared, application):
    application("epic9")
    role = f"{prepared.name}_onlooker"
    prepared.execute(f"CREATE ROLE {role}")
    other = prepared.connection.copy()
    try:
        other.cursor().execute(f"SET ROLE {role}")
        seen = view_users.look(other, TABLES, seconds=0)
    finally:
        other.close()
        prepared.execute(f"DROP ROLE {role}")
    assert "web in epic9" in {one.application for one in seen.hidden} and seen.idle == []
    assert "At work, and nobody saw where: 0" in view_users.lines(seen)
    assert f"Connected, and this role may not see whether they work: {len(seen.hidden)}: " in "\n".join(
        view_users.lines(seen)
    )


def test_our_own_sessions_are_not_among_them(prepared, application):
    command, dashboard = application("public"), application("public")
    command.execute(own_name.naming(own_name.own_name("epic10_status")))
    with at_work(command), dashboard.transaction():
        dashboard.execute(view_users.BY_THE_DASHBOARD)
        dashboard.execute("SELECT FROM ndas LIMIT 1")
        assert look(prepared).connected == 0
        assert fetch(prepared.connection, view_users.query(TABLES)) == []
    with at_work(dashboard):
        assert [one.pid for one in look(prepared).found] == [dashboard.info.backend_pid]


def test_the_name_is_that_of_a_command_that_only_looks(prepared):
    """Its connections of before have their own again."""
    before = fetch(prepared.connection, own_name.NOW)
    with own_name.named("epic10_precheck"):
        [[name]] = fetch(prepared.connection, own_name.NOW)
        other = prepared.connection.copy()
        assert fetch(other, own_name.NOW) == [(name,)]
        other.close()
    assert name.startswith("epic10_precheck by ") and re.match(own_name.PATTERN, name)
    assert fetch(prepared.connection, own_name.NOW) == before
