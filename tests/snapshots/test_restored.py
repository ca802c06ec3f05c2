"""A snapshot becomes a database again, and none that is there is harmed."""

import io
import os
import shlex
import shutil

import psycopg
import pytest
from django.core.management import CommandError

from epic10.postgres import client_programs, dump, scratch_database
from epic10.postgres.catalog import quoted
from epic10.snapshots import comparison, files, manifest, restore, snapshot
from tests.databases import Scratch, database
from tests.migration.disturbances import somebody, wait_until

SESSIONS = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"


@pytest.fixture(scope="module")
def taken_once(django_db_blocker, legacy_template, tmp_path_factory):
    directory = tmp_path_factory.mktemp("snapshots")
    with django_db_blocker.unblock(), database(legacy_template) as source:
        yield directory, snapshot.take(source.alias, directory)


@pytest.fixture
def taken(taken_once, shelf):
    """A snapshot of a legacy database, on a shelf of the test's own."""
    directory, found = taken_once
    shutil.copytree(directory, shelf)
    return found


@pytest.fixture
def other(scratch):
    """An empty database on the same server."""
    return scratch()


def holds_the_snapshot(database, taken):
    found = manifest.contents(database.connection, like=taken.contents)
    return not list(manifest.differences(taken.contents, found))


def test_an_empty_database_is_filled(epic10_snapshot, taken, other):
    said = epic10_snapshot("restore", "newest", into=other.name, database=other.alias)
    assert said.splitlines()[-1] == f'The database "{other.name}" is the snapshot "{taken.name}": every table compared.'
    assert holds_the_snapshot(other, taken)


@pytest.fixture
def precious(other):
    """What must not be lost: as production, with nobody in it."""
    other.execute("CREATE TABLE precious AS SELECT 1 AS one")
    other.close()
    yield other
    other.close()
    for [name] in other.rows("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [other.name[:35]]):
        if name != other.name:
            other.execute(f"DROP DATABASE {quoted(name)}")


@pytest.fixture
def typed(monkeypatch):
    """Somebody at the terminal, who types this."""

    def types(answer):
        asked = []

        def answers(question):
            asked.append(question)
            if isinstance(answer, BaseException):
                raise answer
            return answer

        monkeypatch.setattr("builtins.input", answers)
        return asked

    return types


def beside(database):
    """Databases of that name and a suffix, for which the name may have been cut short."""
    names = database.rows("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [database.name[:35]])
    return [name for [name] in names if name != database.name]


def test_a_database_with_something_in_it_is_left_alone_unless_told(epic10_snapshot, taken, precious):
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("restore", taken.name, into=precious.name, database=precious.alias)
    assert str(refusal.value) == (
        f'Nothing was changed: the database "{precious.name}" is not empty (1 rows in 1 tables).\n'
        "HINT: --into another name, or --overwrite to put the snapshot in its place."
    )
    assert precious.rows("SELECT * FROM precious") == [(1,)]


def test_one_that_is_in_use_is_left_alone_and_who_is_in_there_is_named(epic10_snapshot, taken, precious):
    with somebody(precious, "SELECT 1") as session, pytest.raises(CommandError) as refusal:
        somebody_is = f"pid {session.info.backend_pid}, {session.info.user} (disturbance)"
        epic10_snapshot("restore", taken.name, into=precious.name, overwrite=True, database=precious.alias)
    assert str(refusal.value) == (
        f'Nothing was changed: sessions are connected to the database "{precious.name}": {somebody_is}.\n'
        "HINT: Stop the application, then run the same command again."
    )
    assert beside(precious) == []


def test_to_replace_one_its_name_has_to_be_typed(epic10_snapshot, taken, precious, typed, legacy_database):
    def replace(**options):
        # The server may still be at the end of what the last attempt was connected with.
        wait_until(lambda: not legacy_database.rows(SESSIONS, [precious.name]), "the last session's end")
        epic10_snapshot("restore", taken.name, into=precious.name, overwrite=True, database=precious.alias, **options)

    asked = typed("yes")
    with pytest.raises(CommandError, match=rf'^Nothing was changed: the answer was not "{precious.name}"\.\nHINT: '):
        replace()
    assert asked == [
        f'The database "{precious.name}" (1 rows in 1 tables) is replaced by the snapshot "{taken.name}", and kept '
        f'beside it.\nType "{precious.name}" to go on: '
    ]
    typed(EOFError())
    with pytest.raises(CommandError) as refusal:
        replace(yes_replace="another")
    assert str(refusal.value) == (
        f"Nobody is there to be asked; nothing was changed.\nHINT: --yes-replace {precious.name}"
    )
    typed(KeyboardInterrupt())
    with pytest.raises(CommandError, match=r"^Interrupted\. Nothing was changed\.$") as refusal:
        replace()
    assert refusal.value.returncode == 130
    assert precious.rows("SELECT * FROM precious") == [(1,)] and beside(precious) == []
    precious.close()
    typed(precious.name)
    replace()
    assert holds_the_snapshot(precious, taken)


def test_the_replaced_one_is_kept_and_what_is_printed_brings_it_back(epic10_snapshot, taken, precious, legacy_database):
    precious.execute(f"ALTER DATABASE {quoted(precious.name)} SET work_mem = '5MB'")
    precious.close()
    said = epic10_snapshot(
        "restore",
        taken.name,
        into=precious.name,
        overwrite=True,
        yes_replace=precious.name,
        database=precious.alias,
    ).splitlines()[-5:]
    assert holds_the_snapshot(precious, taken)
    [kept] = beside(precious)
    precious.close()
    assert said[:3] == [
        f'The database "{precious.name}" is the snapshot "{taken.name}": every table compared.',
        f'GRANTs on the database "{precious.name}" and its ALTER DATABASE … SET are not in a snapshot.',
        f'The database that was "{precious.name}" is kept as "{kept}".',
    ]
    back = shlex.split(said[3].removeprefix("To have it back: "))
    assert back[:4] == ["psql", "-d", "postgres", "-1"]
    client_programs.run(legacy_database.connection, "psql", "-X", "-v", "ON_ERROR_STOP=1", *back[1:])
    assert precious.rows("SELECT * FROM precious") == [(1,)]
    precious.close()
    # It may be done again in the same second, and then has a name of its own.
    for _ in range(2):
        epic10_snapshot(
            "restore",
            taken.name,
            into=precious.name,
            overwrite=True,
            yes_replace=precious.name,
            database=precious.alias,
        )
        precious.close()
    assert len(beside(precious)) == 3


def test_a_failed_restore_leaves_the_original_as_it_was(epic10_snapshot, shelf, taken, precious, monkeypatch):
    monkeypatch.setattr(files, "damages", lambda *_: [])
    largest = max((shelf / taken.name / "dump").iterdir(), key=lambda path: path.stat().st_size)
    os.truncate(largest, 1000)
    with pytest.raises(CommandError, match=r"^Nothing was changed: pg_restore ended with status 1: "):
        epic10_snapshot(
            "restore",
            taken.name,
            into=precious.name,
            overwrite=True,
            yes_replace=precious.name,
            database=precious.alias,
        )
    assert precious.rows("SELECT * FROM precious") == [(1,)] and beside(precious) == []


@pytest.mark.slow
def test_somebody_who_comes_in_at_the_last_moment_is_named_and_nothing_is_changed(
    epic10_snapshot, taken, precious, monkeypatch
):
    look, sessions = restore._nobody_uses, []

    def comes_in_after_the_last_look(using, database):
        look(using, database)
        if beside(precious):  # The successor is made.
            precious.close()
            sessions.append(psycopg.connect(precious.url, application_name="ndas web"))

    monkeypatch.setattr(restore, "_nobody_uses", comes_in_after_the_last_look)
    with pytest.raises(CommandError, match=r"sessions are connected to the database .*: pid \d+, \w+ \(ndas web\)"):
        epic10_snapshot(
            "restore",
            taken.name,
            into=precious.name,
            overwrite=True,
            yes_replace=precious.name,
            database=precious.alias,
        )
    sessions[0].close()
    assert precious.rows("SELECT * FROM precious") == [(1,)] and beside(precious) == []


@pytest.mark.parametrize("name", ["postgres", "template0", "template1"])
def test_the_servers_own_databases_are_never_restored_into(epic10_snapshot, taken, other, name):
    """postgres is empty as a rule and would be filled, unasked; from template1 it would be in every new one."""
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("restore", taken.name, into=name, overwrite=True, yes_replace=name, database=other.alias)
    assert str(refusal.value) == (
        f'Nothing was changed: the database "{name}" is the server\'s own: clients connect to it, or new databases are '
        "made from it.\nHINT: --into another name."
    )


@pytest.mark.parametrize(("name", "suggested"), [("n" * 64, "n" * 63), ("ü" * 32, "ü" * 31), ("", "ndas_copy")])
def test_a_name_that_postgresql_would_cut_off_is_refused(epic10_snapshot, taken, other, name, suggested):
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("restore", taken.name, into=name, database=other.alias)
    assert str(refusal.value) == (
        f'Nothing was changed: "{name}" has {len(name.encode())} bytes, and the name of a database 1 to 63.\n'
        f"HINT: --into {suggested}"
    )


@pytest.mark.parametrize("name", ["a" * 63, "ü" * 31])
def test_a_name_as_long_as_can_be_is_replaced_and_kept_like_any(epic10_snapshot, taken, other, name):
    """The names beside it are cut where a character ends, and never meet the name itself."""
    try:
        for _ in range(2):
            epic10_snapshot("restore", taken.name, into=name, overwrite=True, yes_replace=name, database=other.alias)
        like = other.rows("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name[:10]])
        assert sorted(len(kept.encode()) for [kept] in like) == sorted(
            [len(name.encode()), 63 if len(name) == 63 else 62]
        )
    finally:
        for [kept] in other.rows("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [name[:10]]):
            other.execute(f"DROP DATABASE {quoted(kept)}")


def test_the_scratch_databases_of_a_long_name_have_names_of_their_own(epic10_snapshot, legacy_template, other, shelf):
    name = "ü" * 31
    with scratch_database.database(other.alias, name=name, template=legacy_template) as alias:
        epic10_snapshot("take", database=alias)
        [taken] = files.names(shelf)
        assert "2 checks: 2 passed" in epic10_snapshot("verify", database=alias)
        Scratch(alias).execute("UPDATE ndas SET company_name = 'Other'")
        report = comparison.compare(alias, shelf / taken, files.read(shelf, taken), jobs=1)
        assert [result.check.id for result in report.failed] == ["back.ndas"]


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
    monkeypatch.setattr(files, "damages", lambda *_: [])
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
    with pytest.raises(client_programs.ToolFailed) as failure:
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
