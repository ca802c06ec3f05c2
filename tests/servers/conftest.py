"""Servers that tests share; without what they need, a test says what is missing and how to get it."""

import contextlib
import io

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections

from tests.databases import database
from tests.migration.disturbances import wait_until
from tests.servers import programs
from tests.servers.server import account, alias, running

# Full pages after a checkpoint would count as lag of ours.
SETTINGS = {"full_page_writes": "off", "max_wal_senders": "4", "wal_keep_size": "64MB", "autovacuum": "off"}


@pytest.fixture(scope="package")
def primary():
    """A server of our own, that can be asked for standbys."""
    with running(programs.complete(account()), **SETTINGS) as server:
        yield server


@pytest.fixture(scope="package")
def on_primary(primary, django_db_blocker):
    """Its alias."""
    with django_db_blocker.unblock(), alias("primary", primary.url()):
        yield "primary"


@pytest.fixture(scope="package")
def seeded(on_primary, django_db_blocker):
    """The name of a legacy database there, made once."""
    with django_db_blocker.unblock(), database(using=on_primary) as template:
        template.migrate("0001")
        call_command("epic10_seed", rows=3000, database=template.alias, stdout=io.StringIO())
        template.close()
        yield template.name


@pytest.fixture
def register(on_primary, seeded, django_db_blocker):
    """A database of the test's own on the primary: 3,000 NDAs as before Epic 10."""
    with django_db_blocker.unblock(), database(seeded, using=on_primary) as copy:
        yield copy


@pytest.fixture(scope="package")
def standby(primary, on_primary):
    made = Standby(primary.basebackup("standby"), connections[on_primary])
    made.server.start(hot_standby="on")
    yield made
    made.server.stop()


class Standby:
    """A streaming standby of the primary."""

    def __init__(self, server, primary):
        self.server, self.primary = server, primary

    def lag(self):
        """Bytes that it has not replayed."""
        with self.primary.cursor() as cursor:
            cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) FROM pg_stat_replication")
            return cursor.fetchone()[0]

    def caught_up(self):
        wait_until(lambda: self.lag() == 0, "the standby caught up")

    @contextlib.contextmanager
    def paused(self):
        """It goes on receiving, and replays nothing."""
        with psycopg.connect(self.server.url(), autocommit=True) as session:
            session.execute("SELECT pg_wal_replay_pause()")
            try:
                yield
            finally:
                session.execute("SELECT pg_wal_replay_resume()")
