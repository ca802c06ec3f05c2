"""What epic10_precheck finds where a server has to be set up for it: prepared transactions, slots, old tables."""

import io
import os
import re
import signal
import subprocess

import psycopg
import pytest
from django.core.management import CommandError, call_command

from epic10.checks import replication
from epic10.operations.concurrently import run_concurrently
from epic10.postgres.locks import LockNotGranted
from tests.databases import database
from tests.migration.disturbances import wait_for
from tests.servers import programs
from tests.servers.server import account, alias, running

from .conftest import asked

SETTINGS = {
    "max_prepared_transactions": "5",
    "wal_level": "logical",
    "autovacuum_naptime": "1s",
    "max_wal_senders": "4",
    "shared_preload_libraries": "pg_stat_statements",
}

# Each block is a subtransaction with a number of its own.
GROW_OLD = """
    CREATE TABLE IF NOT EXISTS numbers (n int);
    DO $$ BEGIN
      FOR n IN 1..{} LOOP
        BEGIN INSERT INTO numbers VALUES (n); EXCEPTION WHEN division_by_zero THEN NULL; END;
      END LOOP;
    END $$"""
FROZEN_EARLY = (
    "autovacuum_freeze_max_age = 100000, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"
)


@pytest.fixture(scope="module")
def server():
    try:
        directory = programs.complete(account())
    except programs.Missing as missing:
        pytest.skip(str(missing))
    with running(directory, **SETTINGS) as server:
        yield server


@pytest.fixture(scope="module")
def own_register(server, django_db_blocker):
    with django_db_blocker.unblock(), alias("own", server.url()), database(using="own") as scratch:
        scratch.migrate("0001")
        call_command("epic10_seed", rows=300, database=scratch.alias, stdout=io.StringIO())
        yield scratch


@pytest.fixture(autouse=True)
def unblocked(django_db_blocker):
    with django_db_blocker.unblock():
        yield


@pytest.mark.slow
def test_a_prepared_transaction_is_found_here(own_register):
    with psycopg.connect(own_register.url, autocommit=True) as session:
        session.execute("BEGIN; UPDATE contacts SET phone = '1'; PREPARE TRANSACTION 'forgotten'")
        result = asked(own_register, "traffic.prepared")
        session.execute("ROLLBACK PREPARED 'forgotten'")
    [finding] = result.findings
    assert finding.startswith(f"'forgotten' by ndas in database \"{own_register.name}\", prepared 00:00:0")
    assert result.verdict == "FAILED"
    assert asked(own_register, "traffic.prepared").verdict == "OK"


def test_a_prepared_transaction_in_the_way_of_the_release_is_named_by_its_gid(own_register, settings):
    """It has no session: "the session in the way has just gone" was all there was to read."""
    settings.EPIC10_LOCK_PATIENCE = 0.5
    with psycopg.connect(own_register.url, autocommit=True) as session:
        session.execute("BEGIN; UPDATE ndas SET updated_at = updated_at WHERE false; PREPARE TRANSACTION 'it''s mine'")
        with pytest.raises(CommandError) as refusal:
            own_register.migrate()
        session.execute("ROLLBACK PREPARED 'it''s mine'")
    assert re.search(
        r"^expand could not get its locks on contacts, ndas, nda_status_history: prepared transaction 'it''s mine' of "
        r"ndas, for \d+ s, holds ndas\.\nHINT: End it with ROLLBACK PREPARED 'it''s mine'; then run the same command "
        r"again\.$",
        str(refusal.value),
        re.MULTILINE,
    )


def test_an_index_that_waits_for_a_prepared_transaction_names_it(own_register, settings):
    settings.EPIC10_LOCK_PATIENCE = 2
    with (
        psycopg.connect(own_register.url, autocommit=True) as session,
        own_register.connection.schema_editor(atomic=False) as editor,
    ):
        session.execute(
            "BEGIN; INSERT INTO contacts (id, email, first_name, last_name, updated_at) VALUES "
            "('p', 'p', 'p', 'p', now()); PREPARE TRANSACTION 'forgotten'"
        )
        with pytest.raises(LockNotGranted) as given_up:
            run_concurrently(
                editor, "CREATE INDEX CONCURRENTLY waits ON contacts (phone)", name="waits", only_if="true"
            )
        session.execute("ROLLBACK PREPARED 'forgotten'")
    own_register.execute("DROP INDEX IF EXISTS waits")
    assert "prepared transaction 'forgotten' of ndas, for " in str(given_up.value)
    assert "End it with ROLLBACK PREPARED 'forgotten', then run the same command again." in str(given_up.value)


def test_a_prepared_transaction_is_found_in_another_database(own_register, server):
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute("BEGIN; CREATE TABLE half_done (); PREPARE TRANSACTION 'forgotten'")
        result = asked(own_register, "traffic.prepared_elsewhere")
        session.execute("ROLLBACK PREPARED 'forgotten'")
    [finding] = result.findings
    assert finding.startswith("'forgotten' by ndas in database \"postgres\", prepared 00:00:0")
    assert result.verdict == "WARNING"


def test_a_slot_without_a_reader_keeps_the_log(own_register):
    own_register.execute("SELECT pg_create_physical_replication_slot('left_behind', true)")
    result = asked(own_register, "replication.slots")
    own_register.execute("SELECT pg_drop_replication_slot('left_behind')")
    [finding] = result.findings
    assert finding.startswith("slot left_behind has no reader and keeps ")
    assert finding.endswith(" of WAL")
    assert result.verdict == "WARNING"


@pytest.fixture
def reader(server, own_register, tmp_path):
    """A standby of sorts: it takes the log, until it is stopped in its tracks."""
    own_register.execute("SELECT pg_create_physical_replication_slot('reader', true)")
    where = ("-h", server.sockets, "-p", str(server.port), "-U", "ndas")
    process = subprocess.Popen(
        [server.programs / "pg_receivewal", "-D", tmp_path, "-S", "reader", "--synchronous", *where],
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PGAPPNAME": "far_away"},
    )
    wait_for(own_register, "SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'", process)
    yield process
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.wait()
    own_register.execute("SELECT pg_drop_replication_slot('reader')")


def test_a_standby_that_does_not_keep_up_is_named(own_register, reader, monkeypatch):
    assert asked(own_register, "replication.standbys").verdict == "OK"
    reader.send_signal(signal.SIGSTOP)
    monkeypatch.setattr(replication, "FAR_BEHIND", 0)
    own_register.execute("CREATE TABLE written AS SELECT generate_series(1, 1000)")
    standby, slot = asked(own_register, "replication.standbys"), asked(own_register, "replication.slots")
    [finding] = standby.findings
    assert finding.startswith("far_away is ")
    assert finding.endswith(" behind")
    assert standby.verdict == "WARNING"
    [finding] = slot.findings
    assert finding.startswith("the reader of slot reader is ")


def test_what_is_sent_and_what_is_received_by_logical_replication(own_register):
    own_register.execute("CREATE PUBLICATION all_of_it FOR TABLE ndas, contacts")
    own_register.close()
    with database(own_register.name, using="own") as subscriber:
        subscriber.execute("DROP PUBLICATION all_of_it")
        where = own_register.connection.get_connection_params()
        subscriber.execute(
            f"CREATE SUBSCRIPTION s CONNECTION 'host={where['host']} dbname={own_register.name} user=ndas'"
            " PUBLICATION all_of_it WITH (enabled = false, create_slot = false, slot_name = NONE, copy_data = false)"
        )
        received = asked(subscriber, "replication.logical")
        subscriber.execute("DROP SUBSCRIPTION s")
    sent = asked(own_register, "replication.logical")
    own_register.execute("DROP PUBLICATION all_of_it")
    assert sent.findings == ("publication all_of_it sends contacts", "publication all_of_it sends ndas")
    assert received.findings == ("a subscription writes to contacts", "a subscription writes to ndas")
    assert sent.verdict == received.verdict == "WARNING"


@pytest.mark.slow
def test_a_vacuum_to_prevent_wraparound_is_seen_coming_and_at_work(own_register):
    own_register.execute("VACUUM (FREEZE) ndas")
    own_register.execute(f"ALTER TABLE ndas SET ({FROZEN_EARLY})")
    own_register.execute(GROW_OLD.format(96_000))
    coming = asked(own_register, "traffic.wraparound_soon")
    own_register.execute(GROW_OLD.format(5_000))
    wait_for(own_register, "SELECT count(*) > 0 FROM pg_stat_progress_vacuum WHERE relid = 'ndas'::regclass")
    at_work = asked(own_register, "traffic.wraparound")
    own_register.execute("ALTER TABLE ndas RESET (autovacuum_freeze_max_age)")
    own_register.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_progress_vacuum")
    [finding] = coming.findings
    assert re.fullmatch(r"ndas is \d+ transactions old; the vacuum begins at 100000", finding)
    assert coming.verdict == "WARNING"
    [finding] = at_work.findings
    assert re.fullmatch(r"pid \d+: ndas", finding)
    assert at_work.verdict == "FAILED"


def test_statements_that_would_notice_the_release_are_shown_without_their_constants(own_register):
    own_register.execute("CREATE EXTENSION pg_stat_statements")
    own_register.execute("SELECT pg_stat_statements_reset()")
    own_register.execute("SELECT * FROM ndas WHERE company_name = 'Secret Inc.'")
    own_register.execute("SELECT * FROM agency_groups")
    own_register.execute("SELECT id FROM ndas")
    own_register.execute(
        "INSERT INTO audit_log SELECT * FROM audit_log LIMIT 0 ON CONFLICT ON CONSTRAINT audit_log_pkey DO NOTHING"
    )
    own_register.execute("EXPLAIN SELECT * FROM ndas WHERE company_name = 'Secret Inc.'")
    user = own_register.connection.settings_dict["USER"] or "ndas"
    found = asked(own_register, "traffic.every_column")
    assert (found.verdict, found.findings) == (
        "WARNING",
        (f"EXPLAIN ..., of {user}", f"SELECT * FROM ndas WHERE company_name = $1, of {user}"),
    )
    [finding] = asked(own_register, "traffic.not_through_views").findings
    assert finding.startswith("INSERT INTO audit_log SELECT * FROM audit_log LIMIT $1 ON CONFLICT ON CONSTRAINT ")
    own_register.execute("DROP EXTENSION pg_stat_statements")
    assert asked(own_register, "traffic.every_column").verdict == "OK"
