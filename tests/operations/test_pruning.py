"""A transaction that keeps old versions of rows alive is named; one that does not, is not."""

import pytest

from epic10.postgres import pruning
from epic10.postgres.pruning import Witness
from tests.migration.disturbances import somebody

A_SNAPSHOT = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM agency_groups")
A_WRITE = ("CREATE TEMPORARY TABLE something ()",)


@pytest.fixture
def watch_at_once(monkeypatch):
    """For this session only: the suite has others at work on the same server."""

    who = pruning.WHO

    def watch(session):
        young = who.replace(f"'{pruning.OLD} s'", "'0 s'")
        monkeypatch.setattr(pruning, "WHO", young.replace("WHERE", f"WHERE a.pid = {session.info.backend_pid} AND"))
        monkeypatch.setattr(pruning, "LOOK_EVERY", 0)

    return watch


def said(caplog):
    return [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("statements", [A_SNAPSHOT, A_WRITE], ids=["a snapshot", "a transaction that has written"])
def test_who_holds_old_versions_is_named_once_a_minute(baseline_database, caplog, watch_at_once, statements):
    witness = Witness("ndas")
    with somebody(baseline_database, *statements) as session:
        pid = session.info.backend_pid
        watch_at_once(session)
        for _ in range(3):
            witness.look(baseline_database.connection)
    [message] = said(caplog)
    assert message.startswith(
        "The backfill of ndas is slower than it has to be, and the tables grow: as long as this transaction is open, "
        f"the server can clear away no old version of a row: pid {pid}, "
    )
    assert message.endswith(f"or SELECT pg_terminate_backend({pid});")


def test_in_another_database_only_who_has_written_is_in_the_way(
    baseline_database, empty_database, caplog, watch_at_once
):
    with somebody(empty_database, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM pg_class") as other:
        watch_at_once(other)
        Witness("ndas").look(baseline_database.connection)
        assert said(caplog) == []
    with somebody(empty_database, *A_WRITE) as other:
        watch_at_once(other)
        Witness("ndas").look(baseline_database.connection)
        assert len(said(caplog)) == 1


def test_an_open_transaction_that_sees_nothing_is_in_nobodys_way(baseline_database, caplog, watch_at_once):
    with somebody(baseline_database, "SELECT 1 FROM agency_groups") as session:
        watch_at_once(session)
        Witness("ndas").look(baseline_database.connection)
    assert said(caplog) == []


def test_a_young_one_is_let_be(baseline_database, caplog):
    with somebody(baseline_database, *A_SNAPSHOT) as session:
        Witness("ndas").look(baseline_database.connection)
        assert f"pid {session.info.backend_pid}, " not in str(said(caplog))


def test_a_backfill_says_it_while_it_works(legacy_database, watch_at_once):
    with somebody(legacy_database, *A_WRITE) as session:
        watch_at_once(session)
        output = legacy_database.migrate()
    assert "The backfill of ndas is slower than it has to be" in output
