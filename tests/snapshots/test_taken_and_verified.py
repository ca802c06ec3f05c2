"""A snapshot is whole or is none, and whatever is wrong with one is found."""

import contextlib
import json
import os
import re
import signal
import stat
import subprocess
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from epic10.ledger.models import Snapshot
from epic10.snapshots import files, manifest, snapshot
from tests.migration.disturbances import somebody, wait_for

USELESS = "HINT: This snapshot is of no use: python manage.py epic10_snapshot take"
PG_DUMP_WAITS = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'pg_dump' AND wait_event_type = 'Lock')"
)


@pytest.fixture
def taken(legacy_database, shelf):
    return snapshot.take(legacy_database.alias, shelf)


def test_it_says_what_it_wrote_and_the_ledger_knows(legacy_database, epic10_snapshot, shelf):
    said = epic10_snapshot("take", database=legacy_database.alias)
    [name] = files.names(shelf)
    assert re.search(r"^Saved \w+: 100%, \d+ tables/s$", said, re.M)
    assert re.match(rf"{name}: [\d,]+ rows in \d+ tables, [\d.]+ MB, in \d+\.\d s\.", said.splitlines()[-1])
    kept = Snapshot.objects.using(legacy_database.alias).get()
    assert (kept.name, kept.verified_at) == (name, None)
    assert kept.manifest["contents"]["tables"]['"public"."ndas"']["rows"] == 300


def test_only_its_owner_reads_it(taken, shelf):
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [shelf, *shelf.rglob("*")]}
    assert len(modes) > 10
    assert not {path: mode for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)}


def at_once(monkeypatch):
    """Whatever is taken is taken in the same second."""
    moment = snapshot._one_moment

    @contextlib.contextmanager
    def always_the_same(connection):
        with moment(connection) as (exported, _):
            yield exported, datetime(2026, 11, 26, 4, 28, 2, tzinfo=UTC)

    monkeypatch.setattr(snapshot, "_one_moment", always_the_same)


def test_a_second_one_of_the_same_second_has_a_name_of_its_own(legacy_database, epic10_snapshot, shelf, monkeypatch):
    """A rollback takes one, too, and may follow at once."""
    at_once(monkeypatch)
    for _ in range(3):
        epic10_snapshot("take", database=legacy_database.alias)
    names = sorted(files.names(shelf))
    assert [name.rpartition("-20261126T042802Z")[2] for name in names] == ["", "-2", "-3"]
    assert f'Snapshot "{names[2]}"\n' in epic10_snapshot("verify", names[2], database=legacy_database.alias)


def test_so_has_one_in_another_directory_and_the_ledger_keeps_both(legacy_database, shelf, tmp_path, monkeypatch):
    at_once(monkeypatch)
    names = [snapshot.take(legacy_database.alias, place).name for place in (shelf, tmp_path / "other")]
    assert names[1] == f"{names[0]}-2"
    kept = Snapshot.objects.using(legacy_database.alias).order_by("id")
    assert [(one.name, one.directory) for one in kept] == [
        (names[0], str(shelf)),
        (names[1], str(tmp_path / "other")),
    ]


def test_two_that_end_at_the_same_moment_do_not_take_each_others_name(taken, shelf, monkeypatch):
    """Each has looked, and seen the name free."""
    monkeypatch.setattr(type(shelf), "exists", lambda path, **_: False)
    with files.unfinished(shelf) as folder:
        named = files.finish(folder, taken)
    monkeypatch.undo()
    assert named.name == f"{taken.name}-2"
    assert sorted(files.names(shelf)) == [taken.name, named.name]
    assert files.read(shelf, named.name) == named


def test_two_exchanged_folders_are_no_snapshots_until_they_are_put_back(legacy_database, epic10_snapshot, shelf, taken):
    """Each is whole; what was thought to be of before the release would be of after it."""
    other = snapshot.take(legacy_database.alias, shelf)
    first, second, aside = shelf / taken.name, shelf / other.name, shelf / "aside"
    for one, name in ((first, aside), (second, first), (aside, second)):
        one.rename(name)
    for action, more in (("verify", {}), ("restore", {"into": "nowhere"})):
        with pytest.raises(CommandError) as refusal:
            epic10_snapshot(action, taken.name, database=legacy_database.alias, **more)
        assert str(refusal.value) == (
            f'The folder "{first}" holds another snapshot, "{other.name}": it was renamed, or two were exchanged.\n'
            f"HINT: mv {second} {second}.aside; mv {first} {second}"
        )
    assert epic10_snapshot("list").count("cannot be read") == 2
    for command in str(refusal.value).partition("HINT: ")[2].split("; "):
        subprocess.run(command.split(), check=True)
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("verify", f"{other.name}.aside", database=legacy_database.alias)
    subprocess.run(str(refusal.value).partition("HINT: ")[2].split(), check=True)
    assert [files.read(shelf, one.name) for one in (taken, other)] == [taken, other]


def test_what_is_no_file_in_there_is_named(legacy_database, shelf, taken):
    dump = shelf / taken.name / "dump"
    first, second = sorted(dump.iterdir())[:2]
    (dump / "folder").mkdir()
    os.mkfifo(dump / "pipe")
    first.unlink()
    first.mkdir()
    second.unlink()
    second.symlink_to("nowhere")
    report = snapshot.verify(legacy_database.alias, shelf, taken.name)
    assert report.failed[0].findings == (
        f"{first} is no file that can be read",
        f"{second} is no file that can be read",
        f"{dump / 'folder'} was not there when the snapshot was written",
        f"{dump / 'pipe'} was not there when the snapshot was written",
    )


def test_a_mark_of_another_snapshot_or_of_nonsense_verifies_nothing(legacy_database, epic10_snapshot, shelf, taken):
    other = snapshot.take(legacy_database.alias, shelf)
    files.mark(shelf / taken.name, verified=True)
    mark = shelf / taken.name / "verified.json"
    assert files.verified_at(shelf / taken.name)
    (shelf / other.name / "verified.json").write_bytes(mark.read_bytes())
    assert files.verified_at(shelf / other.name) is None
    manifest_of = json.loads(mark.read_text())["manifest"]
    for nonsense in (
        "",
        "[]",
        "1",
        '{"at": 1}',
        '{"at": "2026-11-27T00:00:00+00:00"}',
        '{"at": "x", "manifest": "' + manifest_of + '"}',
        "[" * 100_000,
    ):
        mark.write_text(nonsense)
        assert files.verified_at(shelf / taken.name) is None
    mark.write_bytes(b"\xff")
    assert epic10_snapshot("list").count("not verified") == 2


@pytest.mark.parametrize("text", ["[]", "1", '{"contents": []}', '{"contents": {"tables": []}}', "[" * 100_000])
def test_a_sealed_manifest_of_nonsense_is_no_snapshot(epic10_snapshot, legacy_database, shelf, taken, text):
    folder = shelf / taken.name
    (folder / "manifest.json").write_text(text)
    (folder / "manifest.json.sha256").write_text(files.digest(text.encode()))
    with pytest.raises(CommandError, match="is not what it was when it was written"):
        epic10_snapshot("verify", database=legacy_database.alias)


@pytest.mark.slow
def test_it_is_of_one_moment_and_verified_it_is_restored_compared_and_remembered(
    legacy_database, epic10_snapshot, shelf
):
    with somebody(legacy_database, "LOCK TABLE subagencies IN ACCESS EXCLUSIVE MODE") as other:
        process = legacy_database.start("epic10_snapshot", "take", "--directory", str(shelf))
        wait_for(legacy_database, PG_DUMP_WAITS, process)
        legacy_database.execute("UPDATE ndas SET company_name = 'Written meanwhile'")
        other.rollback()
        process.communicate()
    [name] = files.names(shelf)
    assert "not verified" in epic10_snapshot("list")
    said = epic10_snapshot("verify", database=legacy_database.alias)
    assert said.splitlines()[-4:] == [
        f'Snapshot "{name}"',
        "OK      snapshot.files                        every file is what it was when the snapshot was written",
        "OK      snapshot.copy                         a restored copy has every object, every row and their content",
        "2 checks: 2 passed",
    ]
    assert re.search(r", verified \d{4}-\d\d-\d\d \d\d:\d\d UTC\n$", epic10_snapshot("list"))
    assert Snapshot.objects.using(legacy_database.alias).get().verified_at


def test_one_byte_changed_in_any_file_fails_it_naming_the_file(legacy_database, shelf, taken):
    folder = shelf / taken.name
    files.mark(folder, verified=True)
    for path in sorted((folder / "dump").iterdir()):
        with one_byte_changed(path):
            report = snapshot.verify(legacy_database.alias, shelf, taken.name)
            assert report.failed[0].findings == (f"{path} has other content than when it was written",)
    assert files.verified_at(folder) is None


@pytest.mark.parametrize("name", ["manifest.json", "manifest.json.sha256"])
def test_one_byte_changed_in_the_manifest_fails_it(legacy_database, epic10_snapshot, shelf, taken, name):
    with one_byte_changed(shelf / taken.name / name), pytest.raises(CommandError) as refusal:
        epic10_snapshot("verify", database=legacy_database.alias)
    assert str(refusal.value) == (
        f"{shelf / taken.name / 'manifest.json'} is not what it was when it was written.\n"
        "HINT: python manage.py epic10_snapshot take"
    )


def test_a_file_too_few_or_too_many_or_too_short_is_named(legacy_database, epic10_snapshot, shelf, taken):
    dump = shelf / taken.name / "dump"
    first, second = sorted(dump.iterdir())[:2]
    first.unlink()
    os.truncate(second, 3)
    (dump / "stranger").touch()
    size = taken.files[second.name].bytes
    assert list(files.damages(shelf / taken.name, taken)) == [
        f"{first} is missing",
        f"{second} has 3 bytes, expected {size:,}",
        f"{dump / 'stranger'} was not there when the snapshot was written",
    ]
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("verify", database=legacy_database.alias)
    assert str(refusal.value) == f'The snapshot "{taken.name}" is not to be trusted.'


def test_what_a_restore_does_not_bring_back_is_found(legacy_database, shelf, monkeypatch):
    """As if pg_dump had forgotten it: the manifest is of before these changes, the dump of after."""
    before = manifest.contents(legacy_database.connection)
    legacy_database.execute("DELETE FROM audit_log WHERE id = (SELECT min(id) FROM audit_log)")
    legacy_database.execute("UPDATE contacts SET phone = '0' WHERE id = (SELECT min(id) FROM contacts)")
    legacy_database.execute("DROP INDEX ndas_status_idx")
    legacy_database.execute("DROP TABLE documents")
    ask = manifest.contents
    monkeypatch.setattr(manifest, "contents", lambda connection, like=None: ask(connection, like) if like else before)
    taken = snapshot.take(legacy_database.alias, shelf)
    report = snapshot.verify(legacy_database.alias, shelf, taken.name)
    rows = before.tables['"public"."audit_log"'].rows
    contacts = before.tables['"public"."contacts"'].rows
    assert [result.verdict for result in report.results] == ["OK", "FAILED"]
    assert report.results[1].findings == (
        f'table "public"."audit_log" has {rows - 1:,} rows, expected {rows:,}',
        f'table "public"."contacts" has its {contacts:,} rows, but not their content',
        'table "public"."documents" is missing',
        f"{before.objects['constraints'] - 3} constraints, expected {before.objects['constraints']}",
        f"{before.objects['indexes'] - 3} indexes, expected {before.objects['indexes']}",
        f"{before.objects['tables'] - 1} tables, expected {before.objects['tables']}",
    )


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "kill"])
def test_interrupted_it_leaves_nothing(legacy_database, shelf, number):
    with somebody(legacy_database, "LOCK TABLE ndas IN ACCESS EXCLUSIVE MODE"):
        process = legacy_database.start("epic10_snapshot", "take", "--directory", str(shelf))
        wait_for(legacy_database, PG_DUMP_WAITS, process)
        process.send_signal(number)
        _, complaint = process.communicate()
    assert (process.returncode, complaint) == (130, "CommandError: Interrupted. Nothing unfinished is left.\n")
    assert list(shelf.iterdir()) == []


@pytest.mark.slow
def test_killed_it_leaves_no_snapshot_and_the_next_one_clears_up(legacy_database, epic10_snapshot, shelf):
    with somebody(legacy_database, "LOCK TABLE ndas IN ACCESS EXCLUSIVE MODE"):
        process = legacy_database.start("epic10_snapshot", "take", "--directory", str(shelf))
        wait_for(legacy_database, PG_DUMP_WAITS, process)
        process.kill()
        process.communicate()
    [left] = shelf.iterdir()
    assert left.name.startswith(".unfinished-")
    assert epic10_snapshot("list") == f'There is no snapshot in "{shelf}".\n'
    epic10_snapshot("take", database=legacy_database.alias)
    assert [path.name for path in shelf.iterdir()] == files.names(shelf)


def test_a_disk_that_cannot_be_written_is_said_and_leaves_nothing(legacy_database, epic10_snapshot, shelf, monkeypatch):
    monkeypatch.setattr(files, "DUMP", "missing/dump")
    with pytest.raises(CommandError) as failure:
        epic10_snapshot("take", database=legacy_database.alias)
    assert re.fullmatch(
        r'pg_dump ended with status 1: pg_dump: error: could not create directory ".*/missing/dump": '
        r"No such file or directory\nHINT: Nothing was changed\. Where the disk is full, or not to be written to: "
        r"--directory names another place for snapshots, as EPIC10_SNAPSHOTS does\.",
        str(failure.value),
    )
    assert list(shelf.iterdir()) == []


def test_where_there_is_none_it_says_how_to_take_one(legacy_database, epic10_snapshot, shelf):
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("verify", database=legacy_database.alias)
    assert str(refusal.value) == (f'There is no snapshot in "{shelf}".\nHINT: python manage.py epic10_snapshot take')
    with pytest.raises(CommandError) as refusal:
        epic10_snapshot("verify", "elsewhere", database=legacy_database.alias)
    assert str(refusal.value) == (
        f'There is no snapshot "elsewhere" in "{shelf}".\nHINT: python manage.py epic10_snapshot list'
    )


def test_for_a_script_the_list_is_json(epic10_snapshot, taken):
    [found] = json.loads(epic10_snapshot("list", format="json"))
    assert (found["name"], found["verified_at"]) == (taken.name, None)
    assert manifest.read(json.dumps(found["manifest"])) == taken


class one_byte_changed:
    """For the time of a block, the byte in the middle of a file is another one."""

    def __init__(self, path):
        self.path, self.before = path, path.read_bytes()

    def __enter__(self):
        middle = len(self.before) // 2
        changed = bytes([self.before[middle] ^ 1])
        self.path.write_bytes(self.before[:middle] + changed + self.before[middle + 1 :])

    def __exit__(self, *error):
        self.path.write_bytes(self.before)
