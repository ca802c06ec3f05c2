"""Every run leaves a record, and what happens to one honestly heals itself; what does not is in test_record_check."""

import contextlib
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
from django.db import ProgrammingError, connections

from epic10.deploy import record_chain, record_files, run_record
from epic10.deploy.run import Run, witnessed
from epic10.ledger.models import RunRecord
from epic10.management.commands.epic10_records import FINE
from epic10.terminal import private_files
from epic10.terminal.progress import logger
from tests.migration.disturbances import somebody, wait_for
from tests.servers import in_memory
from tests.servers.server import alias


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
    def run(**options):
        output = io.StringIO()
        call_command("epic10_records", database=empty_database.alias, stdout=output, **options)
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
    said, operator = epic10_records().splitlines(), first["record"]["operator"]
    assert [line.split()[-3:] for line in said[:2]] == [
        ["OK", "epic10_rehearse", operator],
        ["OK", "epic10_deploy", operator],
    ]
    assert said[2:] == [FINE, f"The newest is record 2: {second['hash']}"]
    found = json.loads(epic10_records(format="json"))
    assert [(each["number"], each["operator"]) for each in found["records"]] == [(1, operator), (2, operator)]
    assert (found["head"], found["wrong"]) == (second["hash"], [])


def test_the_ledger_refuses_to_forget(record, empty_database):
    record()
    for statement in ("DELETE FROM epic10_run_record", "UPDATE epic10_run_record SET verdict = 'OK'"):
        with pytest.raises(ProgrammingError, match="epic10_run_record is append-only"):
            empty_database.execute(statement)


def test_the_newest_is_said_when_the_run_ends(record, empty_database, caplog):
    with caplog.at_level("INFO", logger.name):
        first = record()
    assert caplog.messages[-1] == f"Record 1 of this database: {first['hash']}"


@contextlib.contextmanager
def cannot_be_written(database):
    """As a standby, or a server that is away, to whoever wants to write."""
    database.execute(f'ALTER DATABASE "{database.name}" SET default_transaction_read_only = on')
    database.close()
    try:
        yield
    finally:
        database.execute("SET default_transaction_read_only = off")
        database.execute(f'ALTER DATABASE "{database.name}" RESET default_transaction_read_only')
        database.close()


def test_where_the_ledger_cannot_be_written_the_file_waits_and_the_next_command_enters_it(
    record, empty_database, directory, epic10_records, caplog
):
    first = record()
    with cannot_be_written(empty_database):
        second, third = record(), record(command="epic10_deploy")
        assert [found["record"]["previous"] for found in (second, third)] == [first["hash"], second["hash"]]
        assert [found["hash"] for found in (second, third)] == [
            record_chain.hash_of(found["record"]) for found in (second, third)
        ]
    with caplog.at_level("INFO", logger.name):
        said = epic10_records()
    paths = sorted(directory.glob("*.json"))[1:]
    late = "The record {}, which could not be entered at its time, is in the ledger now."
    assert [line for line in said.splitlines() if "at its time" in line] == [late.format(path) for path in paths]
    assert [line.split()[0] for line in said.splitlines() if "epic10_" in line and "UTC" in line] == ["1", "2", "3"]
    assert FINE in said
    entered = [json.loads(path.read_text()) for path in paths]
    assert [found["record"]["waited"]["hash"] for found in entered] == [second["hash"], third["hash"]]
    assert [found["record"]["previous"] for found in entered] == [first["hash"], entered[0]["hash"]]
    assert FINE in epic10_records()


def test_one_that_waited_and_is_removed_is_missed_by_the_one_after_it(
    record, empty_database, directory, epic10_records
):
    with cannot_be_written(empty_database):
        record()
        [gone] = directory.glob("*.json")
        record(command="epic10_deploy")
    gone.unlink()
    gone.with_suffix(".html").unlink()
    with pytest.raises(CommandError, match=r"record 1 \(epic10_deploy, .*\) waited in a file for the ledger, after"):
        epic10_records()


def test_a_server_that_stops_while_a_command_is_at_work_leaves_nothing_wrong(directory, django_db_blocker):
    """Its end cannot be entered; as soon as the server is back, it is."""
    with django_db_blocker.unblock(), in_memory.server() as server, alias("stopped", server.url("postgres")):
        with run_record.recorded("epic10_deploy", "stopped", begin=lambda step: None, arguments={}) as run:
            run.step("first", lambda: connections["stopped"].ensure_connection())
            server.stop()
        [path] = directory.glob("*.json")
        assert json.loads(path.read_text())["record"]["number"] is None
        server.start()
        output = io.StringIO()
        call_command("epic10_records", database="stopped", stdout=output)
        assert FINE in output.getvalue()


KILLED = """
import django, os, signal
django.setup()
from epic10.deploy import run_record
with run_record.recorded("epic10_deploy", "default", begin=print, arguments={}) as run:
    run.decide("Deployed on a Friday.")
    run.step("migrate", lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


ENDED = """
import django
django.setup()
from epic10.deploy import run_record
with run_record.recorded("epic10_deploy", "default", begin=print, arguments={}) as run:
    run.step("migrate", lambda: None)
"""
WAITS_FOR_THE_HEAD = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'epic10_run_record_head'::regclass)"""


@pytest.fixture
def killed(empty_database, directory):
    """A process that is to be killed, or kills itself."""

    def start(program=KILLED):
        environment = {
            "DATABASE_URL": empty_database.url,
            "EPIC10_RECORDS": str(directory),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        return subprocess.Popen([sys.executable, "-c", program], env=os.environ | environment, cwd=settings.BASE_DIR)

    return start


@pytest.mark.slow
def test_what_a_killed_command_has_left_is_sealed_by_the_next(
    record, empty_database, killed, directory, epic10_records
):
    assert killed().wait() == -signal.SIGKILL
    [path] = directory.glob("*.json")
    left = json.loads(path.read_text())
    assert (left["record"]["verdict"], left["record"]["running"]) == ("RUNNING", "migrate")
    following = record()
    sealed = json.loads(path.read_text())
    assert (sealed["record"]["verdict"], sealed["record"]["error"]) == ("INTERRUPTED", "It was killed.")
    assert sealed["record"]["decisions"] == ["Deployed on a Friday."]
    assert following["record"]["previous"] == sealed["hash"]
    assert not list(directory.glob("*.lock"))
    assert FINE in epic10_records()


@pytest.mark.slow
def test_half_a_file_is_kept_aside_and_sealed_with_what_its_name_says(record, killed, directory, epic10_records):
    killed().wait()
    [path] = directory.glob("*.json")
    os.truncate(path, path.stat().st_size // 2)
    half = path.read_text()
    following = record()
    sealed = json.loads(path.read_text())["record"]
    assert (sealed["command"], sealed["verdict"]) == ("epic10_deploy", "INTERRUPTED")
    assert sealed["error"] == "It was killed, and its file was cut short."
    assert following["record"]["number"] == 2
    assert path.with_name(path.name + ".cut-short").read_text() == half
    assert FINE in epic10_records()


@pytest.mark.slow
def test_killed_between_its_files_and_the_commit_it_is_entered_by_the_next(
    record, empty_database, killed, directory, epic10_records
):
    record()
    with somebody(empty_database, "LOCK TABLE epic10_run_record_head IN SHARE MODE"):
        process = killed(ENDED)
        wait_for(empty_database, WAITS_FOR_THE_HEAD, process)
        process.kill()
        process.communicate()
    [_, path] = sorted(directory.glob("*.json"))
    assert json.loads(path.read_text())["record"]["number"] == 2
    said = epic10_records()
    assert f"The record {path}, which could not be entered at its time, is in the ledger now." in said
    assert FINE in said


def test_a_full_disk_in_the_middle_ends_no_run_and_the_next_command_writes_the_files(
    record, empty_database, directory, monkeypatch, epic10_records
):
    begun = run_record.recorded("epic10_deploy", empty_database.alias, begin=lambda step: None, arguments={})
    with monkeypatch.context() as patch, begun as run:
        patch.setattr(record_files, "write", full)
        assert run.step("migrate", lambda: "done") == "done"
    kept = RunRecord.objects.using(empty_database.alias).get()
    assert (kept.verdict, kept.body["file"]) == ("OK", False)
    assert not list(directory.glob("*.json"))
    said = epic10_records()
    [path] = directory.glob("*.json")
    assert f"The record {path}, which was in the ledger already, is in its files again." in said
    assert FINE in said
    assert json.loads(path.read_text())["hash"] == kept.hash
    assert path.with_suffix(".html").exists()
    assert not list(directory.glob("*.lock"))


def full(*arguments, **more):
    raise private_files.CannotWrite("No space left on device.")
