"""A command that fails, or is interrupted, says so in the form that was asked for, and never by a traceback."""

import io
import json
import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command

from epic10.terminal.next_command import naming
from tests.migration.disturbances import somebody, wait_for

WAITS = (
    "SELECT EXISTS (SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database() AND application_name <> 'disturbance')"
)

FAILING = {
    "epic10_deploy, nobody to ask": ("epic10_deploy", {}),
    "epic10_deploy, no such snapshot": ("epic10_deploy", {"yes": True, "snapshot": "none"}),
    "epic10_rollback, nobody to ask": ("epic10_rollback", {}),
    "epic10_rehearse, no such snapshot": ("epic10_rehearse", {"snapshot": "none"}),
    "epic10_snapshot verify": ("epic10_snapshot", {"action": "verify", "name": "none"}),
    "epic10_snapshot restore": ("epic10_snapshot", {"action": "restore", "name": "none", "into": "nowhere"}),
    "epic10_validate": ("epic10_validate", {}),
    "epic10_precheck": ("epic10_precheck", {}),
    "epic10_records": ("epic10_records", {}),
    "epic10_monitor, no webhook": ("epic10_monitor", {"webhook": "nonsense", "once": True}),
    "epic10_monitor report": ("epic10_monitor", {"action": "report"}),
}
WITHOUT_DIRECTORY = ("epic10_records", "epic10_validate", "epic10_precheck", "epic10_monitor")


@pytest.mark.parametrize("kind", FAILING)
def test_a_script_that_asked_for_json_gets_it_also_when_the_command_fails(
    kind, empty_database, tmp_path, settings, monkeypatch
):
    command, options = FAILING[kind]
    settings.EPIC10_RECORDS = settings.EPIC10_SNAPSHOTS = tmp_path

    def nobody(question):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    if command == "epic10_records":
        (tmp_path / "x.json").write_text("nonsense")
    out, positional = io.StringIO(), [options[name] for name in ("action", "name") if name in options]
    more = {name: value for name, value in options.items() if name not in ("action", "name")}
    if command not in WITHOUT_DIRECTORY:
        more["directory"] = tmp_path
    with pytest.raises(CommandError) as failure:
        call_command(
            command, *positional, database=empty_database.alias, format="json", stdout=out, stderr=io.StringIO(), **more
        )
    found = json.loads(out.getvalue())
    if command == "epic10_records":
        assert found["wrong"] == [f"{tmp_path / 'x.json'} is not a whole record"]
    else:
        assert found["error"] == naming(str(failure.value), empty_database.alias)
        assert found["verdict"] == "FAILED"


def test_the_record_of_a_run_that_failed_is_what_a_script_reads(legacy_database, tmp_path, settings):
    settings.EPIC10_RECORDS = settings.EPIC10_SNAPSHOTS = tmp_path
    out = io.StringIO()
    options = {"database": legacy_database.alias, "directory": tmp_path, "format": "json", "yes": True}
    options["without_schema_rehearsal"] = True
    with pytest.raises(CommandError, match=r"^Nothing was changed: no rehearsal"):
        call_command("epic10_deploy", stdout=out, stderr=io.StringIO(), **options)
    found = json.loads(out.getvalue())
    assert (found["command"], found["verdict"]) == ("epic10_deploy", "FAILED")
    assert found["error"].startswith("Nothing was changed: no rehearsal")
    assert [step["name"] for step in found["steps"]] == ["stopped", "precheck"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["epic10_precheck"], "CommandError: Interrupted. Nothing was changed.\n"),
        (["epic10_review"], "CommandError: Interrupted. Nothing was changed.\n"),
        (["epic10_seed", "--rows", "10"], "\nInterrupted.\n"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_ctrl_c_is_a_sentence(legacy_database, command, said):
    with somebody(legacy_database, "LOCK TABLE ndas, contacts IN ACCESS EXCLUSIVE MODE"):
        process = legacy_database.start(*command)
        wait_for(legacy_database, WAITS, process)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    # On standard output there is a CSV file.
    announced = legacy_database.announced if command == ["epic10_review"] else ""
    assert (process.returncode, complaint) == (130, announced + said)


@pytest.mark.slow
def test_ctrl_c_in_a_validation_is_a_sentence(migrated_database):
    with somebody(migrated_database, "LOCK TABLE ndas IN ACCESS EXCLUSIVE MODE"):
        process = migrated_database.start("epic10_validate")
        wait_for(migrated_database, WAITS, process)
        process.send_signal(signal.SIGINT)
        _, complaint = process.communicate()
    assert (process.returncode, complaint) == (130, "CommandError: Interrupted. Nothing was changed.\n")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["epic10_deploy", "epic10_rollback", "epic10_finalize"])
def test_ctrl_c_at_a_question_is_a_sentence(migrated_database, command, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "manage.py", command],
        cwd=configured.BASE_DIR,
        env=os.environ | {"DATABASE_URL": migrated_database.url, "EPIC10_RECORDS": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    read = b""
    while not read.endswith(b"to go on: "):
        read += (byte := process.stdout.read(1))
        assert byte, read
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate()
    assert (process.returncode, complaint) == (130, b"NotConfirmed: Interrupted. Nothing was changed.\n")
