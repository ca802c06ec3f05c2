"""What somebody has done to a record is named; what else lies among them stops nobody; a cause can be stated."""

import io
import json
import os
import re
import shutil

import pytest
from django.core.management import CommandError, call_command

from epic10.deploy import record_chain, record_files, run_record
from epic10.management.commands.epic10_records import FINE, HINT

RUNS = ("epic10_rehearse", "epic10_deploy", "epic10_rollback")


class Chain:
    """Three records of a database, their files, and what epic10_records says of them."""

    def __init__(self, database, directory):
        self.database, self.directory = database, directory
        for command in RUNS:
            self.run(command)
        self.files = record_files.every(directory)
        self.head = record_files.head_path(directory, database.alias)
        self.moments = [json.loads(path.read_text())["record"]["started"][:19].replace("T", " ") for path in self.files]

    def run(self, command):
        with run_record.recorded(command, self.database.alias, begin=lambda step: None, arguments={}) as run:
            run.step("only step", lambda: None)

    def named(self, number):
        return f"record {number} ({RUNS[number - 1]}, {self.moments[number - 1]} UTC)"

    def forced(self, statement):
        self.database.execute("ALTER TABLE epic10_run_record DISABLE TRIGGER USER")
        self.database.execute(statement)

    def remove(self, number):
        for path in (self.files[number - 1], self.files[number - 1].with_suffix(".html")):
            path.unlink()

    def records(self, **options):
        output = io.StringIO()
        call_command("epic10_records", database=self.database.alias, stdout=output, **options)
        return output.getvalue()

    def wrong(self):
        with pytest.raises(CommandError) as complaint:
            self.records()
        first, *lines, hint = str(complaint.value).splitlines()
        assert (first, hint) == ("The records are not what they were:", HINT)
        return lines


@pytest.fixture
def chain(empty_database, tmp_path, settings):
    settings.EPIC10_RECORDS = tmp_path / "records"
    made = Chain(empty_database, settings.EPIC10_RECORDS)
    assert FINE in made.records()
    return made


EDITED = {
    "a verdict": ("SET verdict = 'FAILED'", "verdict"),
    "a command": ("SET command = 'epic10_finalize'", None),
    "when it started": ("SET started_at = started_at - interval '1 hour'", None),
    "when it finished": ("SET finished_at = finished_at + interval '1 microsecond'", "finished"),
    "when it finished, to never": ("SET finished_at = 'infinity'", "finished"),
    "the body": ("""SET body = body || '{"rows": 4}'""", "its content"),
    "the body, to nonsense": ("""SET body = '{"hash": 1, "lost": 5}'""", "its content"),
    "the body, to no object": ("SET body = '[]'", "its content"),
}


@pytest.mark.parametrize("what", EDITED)
def test_a_row_that_was_edited_is_named_and_what_of_it(chain, what):
    change, found = EDITED[what]
    chain.forced(f"UPDATE epic10_run_record {change} WHERE body ->> 'number' = '2'")
    [line] = chain.wrong()
    if found:
        assert line == f"{chain.named(2)} is not what was written: {found}"
    else:
        assert re.fullmatch(r"record 2 \(epic10_\w+, .* UTC\) is not what was written: (command|started)", line)


def test_one_that_is_gone_from_the_middle_is_named_with_its_file(chain):
    chain.forced("DELETE FROM epic10_run_record WHERE body ->> 'number' = '2'")
    path = chain.files[1]
    assert chain.wrong() == [
        f"record 2 is missing from the ledger; its file is {path}",
        f"{path} is not in the ledger",
    ]


def lost(chain, hash):
    return f"the ledger had record 3, {chain.files[2].name}, hash {hash[:12]}…"


def test_the_newest_gone_with_its_files_is_missed_by_both_heads_and_by_the_next_run_for_ever(chain):
    hash = json.loads(chain.files[2].read_text())["hash"]
    chain.forced("DELETE FROM epic10_run_record WHERE body ->> 'number' = '3'")
    chain.remove(3)
    gone = lost(chain, hash)
    assert chain.wrong() == [f"epic10_run_record_head: {gone}", f"{chain.head}: {gone}"]
    chain.run("epic10_deploy")
    assert chain.wrong() == ["record 3 is missing from the ledger"]


def test_the_newest_replaced_by_another_one_is_noted_by_the_next_run(chain):
    hash = json.loads(chain.files[2].read_text())["hash"]
    chain.forced("DELETE FROM epic10_run_record WHERE body ->> 'number' = '3'")
    chain.database.execute("DELETE FROM epic10_run_record_head")
    head = chain.head.read_text()
    chain.head.unlink()
    chain.remove(3)
    chain.run("epic10_rollback")
    chain.head.write_text(head)
    chain.run("epic10_deploy")
    [line] = chain.wrong()
    assert line.startswith("record 4 (epic10_deploy, ")
    assert line.endswith(f" noted that {lost(chain, hash)}")


@pytest.mark.parametrize("how", ["TRUNCATE epic10_run_record", "DROP TABLE epic10_run_record"])
def test_everything_gone_is_missed_by_what_is_left(chain, how):
    hash = json.loads(chain.files[2].read_text())["hash"]
    chain.forced(how)
    for number in (1, 2, 3):
        chain.remove(number)
    gone = lost(chain, hash)
    assert chain.wrong() == [f"epic10_run_record_head: {gone}", f"{chain.head}: {gone}"]
    chain.database.execute("DROP TABLE epic10_run_record_head")
    assert chain.wrong() == [f"{chain.head}: {gone}"]
    chain.run("epic10_deploy")
    assert chain.wrong() == [f"record {number} is missing from the ledger" for number in (1, 2, 3)]


def test_the_head_emptied_or_moved_is_named(chain):
    chain.database.execute("DELETE FROM epic10_run_record_head")
    assert chain.wrong() == ["epic10_run_record_head is not there, or empty"]
    hash = json.loads(chain.files[0].read_text())["hash"]
    chain.database.execute("INSERT INTO epic10_run_record_head (number, hash, run) VALUES (1, %s, 'x')", [hash])
    assert chain.wrong() == ["epic10_run_record_head: another record is the newest"]


def test_files_that_are_gone_swapped_or_edited_are_named(chain):
    first, second, third = chain.files
    first.unlink()
    assert chain.wrong() == [f"{chain.named(1)}: its file {first} is missing"]
    shutil.copy(second, first)
    assert chain.wrong() == [f"{first} holds the record of another run, {second.name}"]
    first.write_text(third.read_text())
    third.write_text(second.read_text())
    second.write_text(second.read_text().replace('"OK"', '"GO"'))
    assert chain.wrong() == [
        f"{first} holds the record of another run, {third.name}",
        f"{second} is not what was written",
        f"{third} holds the record of another run, {second.name}",
    ]


def test_a_page_that_is_edited_or_gone_is_named(chain):
    page, other = (path.with_suffix(".html") for path in chain.files[:2])
    page.write_text(page.read_text().replace("OK", "FAILED"))
    other.unlink()
    assert chain.wrong() == [f"{page} is not what was written", f"{other} is missing"]


def test_a_file_that_lost_its_hash_does_not_pass_for_a_run_at_work(chain):
    path = chain.files[0]
    path.write_text(json.dumps({"record": json.loads(path.read_text())["record"]}))
    assert chain.wrong() == [f"{path} says OK, and has no hash"]


def test_a_run_at_work_is_a_note(chain):
    with run_record.recorded("epic10_deploy", chain.database.alias, begin=lambda step: None, arguments={}) as run:
        said = run.step("look", lambda: chain.records())
    assert re.search(r"epic10_deploy-.*\.json is being written: epic10_deploy is at work\.\n", said)
    assert FINE in said


NONSENSE = {
    "empty": (b"", "is not a whole record"),
    "half": (b'{"hash": "a", "record": {"comm', "is not a whole record"),
    "no UTF-8": (b"\xff\xfe\x00", "is not a whole record"),
    "only a hash": (b'{"hash": 1}', "is no record of a run"),
    "a hash of another kind": (b'{"hash": [], "record": {}}', "is no record of a run"),
    "a list": (b"[1, 2]", "is no record of a run"),
    "a record of nothing": (b'{"hash": "a", "record": {"command": "c"}}', "is no record of a run"),
    "times that are none": (
        b'{"record": {"command": "c", "verdict": "OK", "database": "d", "started": "x", "finished": "y"}}',
        "is no record of a run",
    ),
    "brackets without end": (b"[" * 200_000, "is not a whole record"),
}


@pytest.mark.parametrize("kind", NONSENSE)
def test_whatever_lies_among_them_is_named_and_stops_nobody(chain, kind):
    content, reason = NONSENSE[kind]
    path = chain.directory / "x.json"
    path.write_bytes(content)
    chain.run("epic10_deploy")
    assert chain.wrong() == [f"{path} {reason}"]


def test_what_is_no_file_is_named_and_stops_nobody(chain):
    folder, pipe, nowhere = (chain.directory / name for name in ("x.json", "y.json", "z.json"))
    folder.mkdir()
    os.mkfifo(pipe)
    nowhere.symlink_to("nowhere")
    (chain.directory / "x.json.lock").touch()
    chain.run("epic10_deploy")
    assert chain.wrong() == [f"{folder} is no file", f"{pipe} is no file", f"{nowhere} is missing"]


def test_a_head_of_nonsense_is_named_until_the_next_run_has_written_it(chain):
    for content in (b"", b"[]", b'{"number": "1", "hash": 2, "run": []}', b"\xff"):
        chain.head.write_bytes(content)
        assert chain.wrong() == [f"{chain.head} is not what was written"]
    chain.run("epic10_deploy")
    assert FINE in chain.records()


def test_a_record_of_another_database_or_server_is_not_ours(chain):
    path = chain.files[0]
    found = json.loads(path.read_text())
    for name, value in {"database": "other", "server": "staging.example.org:5432"}.items():
        other = path.with_name(f"2026-{name}.json")
        other.write_text(json.dumps(found | {"record": found["record"] | {name: value}}))
    assert FINE in chain.records()


def test_a_known_cause_is_put_on_record_and_what_comes_later_is_named_all_the_same(chain):
    chain.remove(1)
    missing = f"{chain.named(1)}: its file {chain.files[0]} is missing"
    said = chain.records(acknowledge="Cleared up by Eva.")
    assert f"Known: {missing}" in said.splitlines()
    assert "Everything else is as it was written." in said
    assert "epic10_records" in chain.records().splitlines()[3]
    chain.remove(2)
    assert chain.wrong() == [f"{chain.named(2)}: its file {chain.files[1]} is missing"]


def test_an_older_copy_of_the_database_is_explained_once(chain):
    """As after a restore: the ledger has lost what came later, and the files still have it."""
    chain.forced("DELETE FROM epic10_run_record WHERE body ->> 'number' > '1'")
    chain.database.execute("DELETE FROM epic10_run_record_head")
    assert len(chain.wrong()) == 4
    said = chain.records(acknowledge="Restored from the snapshot of Friday.")
    assert "Everything else is as it was written." in said
    assert f"Known: record 3 is missing from the ledger; its file is {chain.files[2]}" in said.splitlines()
    chain.run("epic10_deploy")
    assert "Everything else is as it was written." in chain.records()
    chain.forced("DELETE FROM epic10_run_record WHERE body ->> 'number' = '4'")
    assert "record 4 is missing from the ledger" in "\n".join(chain.wrong())


def test_records_of_an_earlier_revision_are_checked_as_they_were(chain):
    """Without a number, without a head, and the head's table not there yet."""
    chain.database.execute("DROP TABLE epic10_run_record_head")
    chain.forced("UPDATE epic10_run_record SET body = body - 'number' - 'page' - 'kept' - 'file'")
    previous = ""
    rows = chain.database.rows("SELECT id, body FROM epic10_run_record ORDER BY id")
    for path, (id, body) in zip(chain.files, rows, strict=True):
        record = json.loads(body) | {"previous": previous}
        previous = record_chain.hash_of(record)
        chain.database.execute(
            "UPDATE epic10_run_record SET body = %s, previous = %s, hash = %s WHERE id = %s",
            [json.dumps(record), record["previous"], previous, id],
        )
        path.write_text(json.dumps({"hash": previous, "record": record}))
    chain.head.unlink()
    assert FINE in chain.records()
    chain.run("epic10_deploy")
    assert chain.records().splitlines()[3].split()[0] == "4"
