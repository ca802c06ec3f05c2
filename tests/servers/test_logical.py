"""A logical subscriber takes the release by the same commands: prepared before its publisher, switched after it."""

import psycopg
import pytest

from tests.databases import database
from tests.migration.disturbances import wait_until
from tests.servers import programs
from tests.servers.server import account, alias, running

pytestmark = pytest.mark.long

MISSING = 'target relation "public.ndas" is missing replicated columns'
PUBLISH = "CREATE PUBLICATION register FOR TABLE ndas, nda_status_history, contacts"
# On the same server the slot has to be there before: it would wait for the transaction that makes the subscription.
SLOT = "SELECT pg_create_logical_replication_slot('register', 'pgoutput')"
SUBSCRIBE = (
    "CREATE SUBSCRIPTION register CONNECTION '{}' PUBLICATION register "
    "WITH (create_slot = false, slot_name = 'register', copy_data = false)"
)
BEHIND = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn) FROM pg_replication_slots"
BEFORE = "SELECT id, status::text, usmax_position::text, company_city FROM ndas ORDER BY id"
PREPARED = (
    "SELECT id, status::text, status_epic10::text, usmax_position_epic10::text, expiration_date FROM ndas ORDER BY 1"
)
SWITCHED = "SELECT id, status::text, status_legacy::text, usmax_position::text, expiration_date FROM ndas ORDER BY id"
INSERT = """
INSERT INTO ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, status, opportunity_poc_id,
                  relationship_poc_id, created_by_id, updated_at)
SELECT 'in between', company_name, agency_group_id, abbreviated_name, authorized_purpose, 'INACTIVE',
       opportunity_poc_id, relationship_poc_id, created_by_id, updated_at FROM ndas ORDER BY id LIMIT 1"""
CHANGE = "UPDATE ndas SET status = '{}', company_city = 'Tampa' WHERE display_id = {}"


@pytest.fixture
def server():
    with running(programs.complete(account()), wal_level="logical") as server:
        yield server


@pytest.fixture
def pair(server, django_db_blocker):
    """Publisher and subscriber, with the same rows."""
    with django_db_blocker.unblock(), alias("logical", server.url()), database(using="logical") as template:
        template.migrate("0001")
        template.manage("epic10_seed", "--rows", "300")
        template.close()
        with database(template.name, using="logical") as publisher, database(template.name, using="logical") as other:
            ask(publisher, PUBLISH, SLOT)
            ask(other, SUBSCRIBE.format(f"host={server.sockets} port={server.port} user=ndas dbname={publisher.name}"))
            yield publisher, other
            ask(other, "ALTER SUBSCRIPTION register DISABLE", "ALTER SUBSCRIPTION register SET (slot_name = NONE)")
            ask(other, "DROP SUBSCRIPTION register")
            wait_until(lambda: not ask(publisher, "SELECT FROM pg_replication_slots WHERE active"), "the slot is free")
            ask(publisher, "SELECT pg_drop_replication_slot('register')")


def test_it_follows_there_and_back(pair, server):
    publisher, subscriber = pair
    log = server.data.with_name("data.log")
    migrate(subscriber, "0002", "--prepare")
    # No default fills the new columns of a row that comes without them, and a refused one would come again for ever.
    ask(publisher, INSERT)
    wait_until(lambda: ask(publisher, BEHIND) == [(0,)], "the subscriber has caught up")
    migrate(publisher, "0002", "--prepare")
    ask(publisher, CHANGE.format("EMAILED", 2))
    assert same(pair, PREPARED)
    migrate(publisher, "0002")
    ask(publisher, CHANGE.format("PENDING_APPROVAL", 3))
    wait_until(lambda: MISSING in log.read_text(), "the subscriber refuses")
    migrate(subscriber, "0002")
    assert same(pair, SWITCHED)
    assert ask(subscriber, "SELECT status, status_legacy FROM ndas WHERE display_id = 3") == [
        ("PENDING_APPROVAL", "CREATED")
    ]
    migrate(publisher, "0001")
    ask(publisher, CHANGE.format("EMAILED", 4))
    migrate(subscriber, "0001")
    assert same(pair, BEFORE)
    assert ask(subscriber, "SELECT status FROM ndas WHERE display_id = 4") == [("EMAILED",)]


def test_prepared_too_late_it_refuses_until_it_is(pair, server):
    publisher, subscriber = pair
    migrate(publisher, "0002", "--prepare")
    wait_until(lambda: MISSING in server.data.with_name("data.log").read_text(), "the subscriber refuses")
    migrate(subscriber, "0002", "--prepare")
    assert same(pair, PREPARED)


def migrate(db, *arguments):
    finished = db.manage("migrate", "ndas", *arguments)
    assert finished.returncode == 0, finished.stderr


def same(pair, query):
    publisher, subscriber = pair
    wait_until(lambda: ask(publisher, BEHIND) == [(0,)], "the subscriber has caught up")
    return ask(publisher, query) == ask(subscriber, query)


def ask(db, *statements):
    with psycopg.connect(db.url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
