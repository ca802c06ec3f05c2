"""A snapshot becomes a database again, and none that is there is harmed."""

import io
import os

import psycopg
import pytest
from django.core.management import CommandError

from epic10 import clients, dump, manifest, snapshot, snapshot_files
from tests.migration.disturbances import somebody


@pytest.fixture
def taken(legacy_database, shelf):
    return snapshot.take(legacy_database.alias, shelf)


@pytest.fixture
def other(scratch):
    """An empty database on the same server."""
    return scratch()


def holds_the_snapshot(database, taken):
    found = manifest.contents(database.connection, like=taken.contents)
    return not list(manifest.differences(taken.contents, found))


def test_an_empty_database_is_filled(epic10_snapshot, taken, other):
    said = epic10_snapshot("restore", taken.name, into=other.name, database=other.alias)
    assert said.splitlines()[-1] == f'The database "{other.name}" is the snapshot {taken.name}: every table compared.'
    assert holds_the_snapshot(other, taken)


def test_a_database_with_something_in_it_is_left_alone_unless_told(epic10_snapshot, taken, other):
    other.execute("CREATE TABLE precious AS SELECT 1")
    other.close()
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("restore", taken.name, into=other.name, database=other.alias)
    assert str(refusal.value) == (
        f'Nothing was changed: the database "{other.name}" is not empty (1 rows in 1 tables).\n'
        "HINT: --into another name, or --overwrite to put the snapshot in its place."
    )
    assert other.rows("SELECT * FROM precious") == [(1,)]
    with somebody(other, "SELECT 1") as session, pytest.raises(CommandError) as refusal:
        somebody_is = f"pid {session.info.backend_pid}, {session.info.user} (disturbance)"
        epic10_snapshot("restore", taken.name, into=other.name, overwrite=True, database=other.alias)
    assert str(refusal.value) == (
        f'Nothing was changed: sessions are connected to the database "{other.name}": '
        f"{somebody_is}.\n"
        "HINT: Stop the application, then run the same command again."
    )
    epic10_snapshot("restore", taken.name, into=other.name, overwrite=True, database=other.alias)
    assert holds_the_snapshot(other, taken)
    assert not other.rows("SELECT to_regclass('precious')")[0][0]
    assert not other.rows("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{other.name[:40]}_re"])


def test_a_new_database_is_made(epic10_snapshot, taken, other):
    name = f"{other.name}_new"
    try:
        epic10_snapshot("restore", taken.name, into=name, database=other.alias)
        with psycopg.connect(other.url, dbname=name) as session:
            assert session.execute("SELECT count(*) FROM ndas").fetchone() == (300,)
    finally:
        other.execute(f"DROP DATABASE {name}")


def test_what_cannot_be_restored_changes_nothing(epic10_snapshot, shelf, taken, other, monkeypatch):
    """The last file cut short, and the manifest knows no better: found by pg_restore, half-way."""
    monkeypatch.setattr(snapshot_files, "damages", lambda *_: [])
    largest = max((shelf / taken.name / "dump").iterdir(), key=lambda path: path.stat().st_size)
    os.truncate(largest, 1000)
    with pytest.raises(CommandError, match=r"^Nothing was changed: pg_restore ended with status 1: "):
        epic10_snapshot("restore", taken.name, into=other.name, database=other.alias)
    assert manifest.contents(other.connection) == manifest.Contents({}, {})


def test_a_damaged_one_is_not_restored(epic10_snapshot, shelf, taken, other):
    path = shelf / taken.name / "dump" / "toc.dat"
    path.unlink()
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("restore", taken.name, into=other.name, database=other.alias)
    assert str(refusal.value) == (
        f"Nothing was changed: {path} is missing.\n"
        "HINT: This snapshot is of no use: python manage.py epic10_snapshot take"
    )


def test_by_psql_where_pg_restore_says_what_the_server_does_not_know(epic10_snapshot, taken, other, monkeypatch):
    """As into PostgreSQL 15 and 16 with the programs of 17 and 18."""
    monkeypatch.setattr(dump, "sends_what_the_server_does_not_know", lambda tool, server: True)
    seen = []
    monkeypatch.setattr(dump, "without_the_unknown_setting", lambda script: seen.append(1) or script)
    epic10_snapshot("restore", taken.name, into=other.name, database=other.alias)
    assert seen and holds_the_snapshot(other, taken)


def test_a_failure_by_psql_leaves_nothing(shelf, taken, other, monkeypatch):
    monkeypatch.setattr(dump, "sends_what_the_server_does_not_know", lambda tool, server: True)
    other.execute("CREATE TABLE ndas (id int)")
    with pytest.raises(clients.ToolFailed) as failure:
        snapshot.restore_into(other.alias, shelf / taken.name, taken, jobs=None)
    assert str(failure.value) == 'psql ended with status 3: ERROR:  relation "ndas" already exists'
    assert list(manifest.contents(other.connection).tables) == ['"public"."ndas"']


def test_versions_that_fit_need_no_psql():
    assert not dump.sends_what_the_server_does_not_know(18, 17)
    assert not dump.sends_what_the_server_does_not_know(16, 15)
    assert dump.sends_what_the_server_does_not_know(17, 16)


def test_only_the_setting_is_left_out_never_a_row_that_looks_like_it():
    setting = b"SET transaction_timeout = 0;\n"
    script = [
        b"SET lock_timeout = 0;\n",
        setting,
        b"COPY public.notes (text) FROM stdin;\n",
        setting,
        b"\\.\n",
        b"SELECT 1;\n",
        setting,
    ]
    assert list(dump.without_the_unknown_setting(io.BytesIO(b"".join(script)))) == [script[0], *script[2:6]]
