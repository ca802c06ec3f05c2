"""An application that has read a row and then writes it is never a deadlock's victim, there and back."""

import threading
import time

import psycopg
import pytest
from django.db import connections

from epic10.postgres import locks

from .disturbances import LONG_ENOUGH, OURS
from .test_two_routes import SCRIPTS

# For what: a table, or a transaction that has locked a row or began before an index build.
SOMEBODY_WAITS = """
SELECT locktype FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE NOT granted AND datname = current_database() AND application_name <> %s"""
HISTORY = """
INSERT INTO nda_status_history (id, nda_id, status, changed_by_id)
SELECT gen_random_uuid(), id, status, created_by_id FROM ndas ORDER BY id LIMIT 1"""
AUDIT = "INSERT INTO audit_log (id, action, entity_type) VALUES (gen_random_uuid(), 'noted', 'nda')"
WRITE = "UPDATE {0} SET updated_at = updated_at WHERE id = (SELECT min(id) FROM {0})"

# What it does before somebody waits for it, and after. However long we waited, it would not be in our way.
IN_OUR_ORDER = {
    "locks an NDA and writes it": (["SELECT FROM ndas ORDER BY id LIMIT 1 FOR UPDATE"], [WRITE.format("ndas")]),
    "reads a contact and writes it": (["SELECT FROM contacts ORDER BY id LIMIT 1"], [WRITE.format("contacts")]),
    "goes from the contact to the audit": (
        ["SELECT FROM contacts LIMIT 1", "SELECT FROM ndas ORDER BY id LIMIT 1 FOR UPDATE"],
        [WRITE.format("ndas"), HISTORY, AUDIT],
    ),
}
# These are, crosswise: whoever gives up first is no victim, and it is us.
CROSSWISE = {
    "reads a history and adds to it": (["SELECT FROM nda_status_history LIMIT 1"], [HISTORY]),
    "locks an NDA and writes its author": (
        ["SELECT FROM ndas ORDER BY id LIMIT 1 FOR UPDATE"],
        [WRITE.format("contacts")],
    ),
}


def by_psql(script):
    # As patient as the other route is made here.
    text = (SCRIPTS / script).read_text().replace(f"lock_timeout = '{locks.TIMEOUT}'", "lock_timeout = '60s'")
    return lambda database: database.psql(text)


ROUTES = {
    "migrate": [lambda database: database.migrate(None), lambda database: database.migrate("0001")],
    "psql": [by_psql("migration.sql"), by_psql("rollback.sql")],
}


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("reads, writes", IN_OUR_ORDER.values(), ids=IN_OUR_ORDER)
def test_it_only_waits_for_a_moment(legacy_database, monkeypatch, route, reads, writes):
    """Also where we never give up: a deadlock would find its victim."""
    monkeypatch.setattr(locks, "TIMEOUT", "60s")
    insist_that_nobody_is_refused(legacy_database, ROUTES[route], reads, writes)


@pytest.mark.parametrize("reads, writes", CROSSWISE.values(), ids=CROSSWISE)
def test_crosswise_we_give_up_before_it_does(legacy_database, reads, writes):
    insist_that_nobody_is_refused(legacy_database, ROUTES["migrate"], reads, writes, at_most=3)


def insist_that_nobody_is_refused(database, route, reads, writes, **at_most):
    found = [beside(database, go, reads, writes, **at_most) for go in route]
    assert [refused for _, refused in found] == [[], []]
    assert sum(waited for waited, _ in found)


def beside(database, go, reads, writes, *, at_most=1000):
    """How often somebody waited for the application while ``go`` ran, and the errors that it got."""
    ended, failures, waited, refused = threading.Event(), [], 0, []

    def carry_out():
        try:
            go(database)
        except BaseException as error:
            failures.append(error)
        finally:
            connections[database.alias].close()
            ended.set()

    url = database.url
    database.close()
    migrator = threading.Thread(target=carry_out)
    with (
        psycopg.connect(url, application_name=OURS) as application,
        psycopg.connect(url, application_name=OURS, autocommit=True) as eyes,
    ):
        # Looked for at once, where a lock is upgraded; otherwise not before we have given up, on a busy machine too.
        application.execute("SET deadlock_timeout = '60s'")
        application.execute(reads[0])
        migrator.start()
        while not ended.is_set() and waited + len(refused) < at_most:
            try:
                for statement in reads:
                    application.execute(statement)
                for_what = _until(eyes, ended, waits=True)
                # A batch passes over a row that changes all the time, and comes back to it four times only.
                for statement in writes if for_what == "relation" else ():
                    application.execute(statement)
                waited += for_what == "relation"
                application.commit()
                _until(eyes, ended, waits=False)
            except psycopg.Error as error:
                application.rollback()
                refused.append(f"{error.sqlstate}: {error}".splitlines()[0])
        application.commit()
        migrator.join()
    assert failures == []
    return waited, refused


def _until(eyes, ended, *, waits) -> str | None:
    deadline = time.monotonic() + LONG_ENOUGH
    while not ended.is_set():
        found = eyes.execute(SOMEBODY_WAITS, [OURS]).fetchone()
        if waits == bool(found):
            return found and found[0]
        assert time.monotonic() < deadline, "nobody waits, and it does not end"
        time.sleep(0.005)
    return None
