"""Every run leaves a record, and no record can be changed, removed or slipped in unnoticed."""

import io
import json
import os
import signal
import stat
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import ProgrammingError

from epic10 import private_files, run_chain, run_record
from epic10.management.commands.epic10_records import HINT
from epic10.models import RunRecord
from epic10.progress import logger
from epic10.run import Run, witnessed

FINE = "Every record is as it was written, and follows the one before it."


@pytest.fixture
def directory(tmp_path, settings):
    settings.EPIC10_RECORDS = tmp_path / "records"
    return settings.EPIC10_RECORDS


@pytest.fixture
def record(empty_database, directory):
    """A run of a command that does ``action`` in one step: what is in its file."""

    def run(action=lambda run: None, command="epic10_rehearse"):
        before = set(directory.glob("*.json"))
        with run_record.recorded(command, empty_database.alias, begin=lambda step: None, arguments={"rows": 3}) as run:
            run.step("only step", lambda: action(run))
        [path] = set(directory.glob("*.json")) - before
        return json.loads(path.read_text())

    return run


@pytest.fixture
def epic10_records(empty_database):
    def run():
        output = io.StringIO()
        call_command("epic10_records", database=empty_database.alias, stdout=output)
        return output.getvalue()

    return run


def test_it_says_who_did_what_when_with_which_code(record, empty_database, directory):
    found = record(lambda run: run.decide("Rehearsed because nobody trusts it."))
    assert found["record"]["steps"] == [
        {"name": "only step", "seconds": found["record"]["steps"][0]["seconds"], "outcome": "OK"}
    ]
    assert found["record"]["decisions"] == ["Rehearsed because nobody trusts it."]
    assert (found["record"]["verdict"], found["record"]["arguments"]) == ("OK", {"rows": 3})
    assert "@" in found["record"]["operator"]
    assert len(found["record"]["release"]["digest"]) == 64
    [page] = directory.glob("*.html")
    assert "Rehearsed because nobody trusts it." in page.read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()} == {0o600}
    kept = RunRecord.objects.using(empty_database.alias).get()
    assert (kept.hash, kept.body) == (found["hash"], found["record"])


def test_a_failure_is_recorded_with_its_message_but_without_a_row(record, empty_database):
    def fail(run):
        raise CommandError("It has failed.")

    def quote_a_row(run):
        raise ValueError("Key (email)=(secret@example.com)")

    with pytest.raises(CommandError):
        record(fail)
    with pytest.raises(ValueError):
        record(quote_a_row)
    kept = [row.body for row in RunRecord.objects.using(empty_database.alias).order_by("id")]
    assert [(body["verdict"], body["error"]) for body in kept] == [
        ("FAILED", "It has failed."),
        ("FAILED", "ValueError"),
    ]
    assert [body["steps"][0]["outcome"] for body in kept] == ["FAILED", "FAILED"]


def test_statements_waits_and_batches_are_kept_and_no_parameter(empty_database):
    run = Run("epic10_deploy", empty_database.alias, begin=lambda step: None)
    with witnessed(run, empty_database.alias):
        for _ in range(3):
            empty_database.execute("SELECT %s", ["secret"])
        waits = {"what": "switch", "blockers": "pid 7, ndas"}
        logger.warning("%s waits for a lock: %s. Trying again.", *waits.values(), extra=waits)
        logger.debug("batch 1", extra={"batches": 1})
        logger.debug("batch 2", extra={"batches": 1})
    assert run.sql["SELECT %s"].times == 3
    assert "secret" not in str(run)
    assert [(wait["what"], wait["blockers"]) for wait in run.waits] == [("switch", "pid 7, ndas")]
    assert run.batches == 2
    [line] = run.log
    assert line.endswith(" switch waits for a lock: pid 7, ndas. Trying again.")


def test_each_carries_the_hash_of_the_one_before(record, epic10_records):
    first, second = record(), record(command="epic10_deploy")
    assert (first["record"]["previous"], second["record"]["previous"]) == ("", first["hash"])
    said = epic10_records().splitlines()
    assert [line.split()[-2:] for line in said[:2]] == [["OK", "epic10_rehearse"], ["OK", "epic10_deploy"]]
    assert said[2] == FINE


def test_the_ledger_refuses_to_forget(record, empty_database):
    record()
    for statement in ("DELETE FROM epic10_run_record", "UPDATE epic10_run_record SET verdict = 'OK'"):
        with pytest.raises(ProgrammingError, match="epic10_run_record is append-only"):
            empty_database.execute(statement)


CHANGES = {
    "a verdict": "UPDATE epic10_run_record SET verdict = 'FAILED' WHERE id = 2",
    "a body": "UPDATE epic10_run_record SET body = body || '{\"rows\": 4}' WHERE id = 2",
    "one gone": "DELETE FROM epic10_run_record WHERE id = 2",
    "the last one gone": "DELETE FROM epic10_run_record WHERE id = 3",
}


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_forces_it_is_found_out(record, empty_database, directory, epic10_records, change):
    files = []
    for _ in range(3):
        record()
    files = sorted(directory.glob("*.json"))
    empty_database.execute("ALTER TABLE epic10_run_record DISABLE TRIGGER USER")
    empty_database.execute(CHANGES[change])
    with pytest.raises(CommandError) as complaint:
        epic10_records()
    named = {number: f"record {number} (epic10_rehearse, {moment(files[number - 1])} UTC)" for number in (2, 3)}
    found = {
        "a verdict": [f"{named[2]} is not what was written"],
        "a body": [f"{named[2]} is not what was written"],
        "one gone": [
            f"{named[3]} does not follow the one before it: there was another one in between",
            f"{files[1]} is not in the ledger",
        ],
        "the last one gone": [f"{files[2]} is not in the ledger"],
    }
    assert str(complaint.value) == "\n".join(["The records are not what they were:", *found[change], HINT])


def test_a_file_that_was_changed_is_found_out(record, directory, epic10_records):
    record()
    [path] = directory.glob("*.json")
    path.write_text(path.read_text().replace('"OK"', '"GO"'))
    with pytest.raises(CommandError) as complaint:
        epic10_records()
    assert str(complaint.value) == f"The records are not what they were:\n{path} is not what was written\n{HINT}"


def test_where_the_ledger_cannot_be_written_the_file_is_kept_and_follows_the_last(record, empty_database, directory):
    first = record()
    empty_database.execute(f"ALTER DATABASE {empty_database.name} SET default_transaction_read_only = on")
    empty_database.close()
    second = record()
    assert second["record"]["previous"] == first["hash"]
    assert second["hash"] == run_chain.hash_of(second["record"])


KILLED = """
import django, os, signal
django.setup()
from epic10 import run_record
with run_record.recorded("epic10_deploy", "default", begin=print, arguments={}) as run:
    run.decide("Deployed on a Friday.")
    run.step("migrate", lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_what_a_killed_command_has_left_is_sealed_by_the_next(record, empty_database, directory, epic10_records):
    environment = os.environ | {
        "DATABASE_URL": empty_database.url,
        "EPIC10_RECORDS": str(directory),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    killed = subprocess.run([sys.executable, "-c", KILLED], env=environment, cwd=settings.BASE_DIR)
    assert killed.returncode == -signal.SIGKILL
    [path] = directory.glob("*.json")
    left = json.loads(path.read_text())
    assert (left["record"]["verdict"], left["record"]["running"]) == ("RUNNING", "migrate")
    following = record()
    sealed = json.loads(path.read_text())
    assert (sealed["record"]["verdict"], sealed["record"]["error"]) == ("INTERRUPTED", "It was killed.")
    assert sealed["record"]["decisions"] == ["Deployed on a Friday."]
    assert following["record"]["previous"] == sealed["hash"]
    assert not list(directory.glob("*.lock"))
    assert epic10_records().splitlines()[-1] == FINE


def moment(path):
    started = json.loads(path.read_text())["record"]["started"]
    return started[:19].replace("T", " ")


def test_a_full_disk_in_the_middle_ends_no_run_and_the_ledger_has_it(empty_database, directory, monkeypatch):
    with run_record.recorded("epic10_deploy", empty_database.alias, begin=lambda step: None, arguments={}) as run:
        monkeypatch.setattr(run_record, "render_to_string", full)
        assert run.step("migrate", lambda: "done") == "done"
    assert RunRecord.objects.using(empty_database.alias).get().verdict == "OK"


def full(*arguments):
    raise private_files.CannotWrite("No space left on device.")
