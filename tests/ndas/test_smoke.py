"""The smoke checks: pass on a database that works, fail on one that does not, and leave nothing behind."""

import json

import pytest
from django.db import connection

from epic10 import checks
from epic10.checks import SMOKE, SMOKE_PREVIOUS
from epic10.postgres import fingerprint

# What breaks each: SQL on the new schema, on the one before.
BROKEN = {
    "smoke.create": "ALTER TABLE ndas ALTER nda_type SET DEFAULT 'CONSULTANT', DROP COLUMN rejection_reason CASCADE",
    "smoke.route": "ALTER TABLE nda_status_history ADD CHECK (status <> 'PENDING_APPROVAL')",
    "smoke.approve": "ALTER TABLE ndas ADD CHECK (approved_at IS NULL)",
    "smoke.own_approval": "ALTER TABLE ndas ADD CHECK (status <> 'PENDING_APPROVAL')",
    "smoke.reject": "ALTER TABLE ndas ADD CHECK (rejection_reason IS NULL)",
    "smoke.upload": "ALTER TABLE documents ADD CHECK (NOT is_fully_executed)",
    "smoke.non_usmax": "ALTER TABLE ndas ADD CHECK (NOT is_non_usmax)",
    "smoke.expire": "ALTER TABLE nda_status_history ADD CHECK (status <> 'EXPIRED')",
    "previous.send": "ALTER TABLE ndas ADD CHECK (status <> 'EMAILED')",
    "previous.revise": "ALTER TABLE ndas ADD CHECK (status <> 'IN_REVISION')",
    "previous.execute": "ALTER TABLE nda_status_history ADD CHECK (status <> 'FULLY_EXECUTED')",
    "previous.deactivate": "ALTER TABLE ndas ADD CHECK (status <> 'INACTIVE') NOT VALID",
    "previous.cancel": "ALTER TABLE ndas ADD CHECK (status <> 'CANCELLED') NOT VALID",
    "previous.take_up_again": "ALTER TABLE ndas ADD CHECK (status <> 'INACTIVE') NOT VALID",
    "previous.positions": "ALTER TABLE ndas ALTER usmax_position SET NOT NULL",
    "previous.list": "ALTER TABLE ndas RENAME status TO state",
}


def ask(check, connection):
    return checks.ask(check, checks.Database(connection))


@pytest.mark.django_db
@pytest.mark.parametrize("check", checks.registered(SMOKE), ids=lambda check: check.id)
def test_the_application_works_and_its_smoke_finds_what_does_not(check, mailoutbox):
    assert ask(check, connection).findings == ()
    with connection.cursor() as cursor:
        cursor.execute(BROKEN[check.id])
    result = ask(check, connection)
    assert result.verdict == "FAILED" and check.hint
    assert mailoutbox == []


def test_the_previous_application_works_and_its_smoke_finds_what_does_not(baseline_database):
    for check in checks.registered(SMOKE_PREVIOUS):
        assert ask(check, baseline_database.connection).findings == ()
        baseline_database.execute(f"BEGIN; {BROKEN[check.id]}")
        assert ask(check, baseline_database.connection).verdict == "FAILED", check.id
        baseline_database.execute("ROLLBACK")


def test_every_smoke_check_has_its_example():
    assert BROKEN.keys() == {check.id for when in (SMOKE, SMOKE_PREVIOUS) for check in checks.registered(when)}


def content(database):
    tables = ["ndas", "nda_status_history", "documents", "audit_log", "contacts", "agency_groups"]
    rows = fingerprint.content(database.connection, fingerprint.columns(database.connection, tables))
    return rows, database.rows("SELECT last_value, is_called FROM ndas_display_id_seq")


@pytest.mark.slow
def test_they_leave_no_row_no_gap_no_file_and_no_mail(legacy_database, tmp_path):
    known = {"MEDIA_ROOT": str(tmp_path), "EMAIL_HOST": "mail.invalid"}
    before = content(legacy_database)
    previous = legacy_database.manage("epic10_validate", "--previous", "--format", "json", **known)
    assert (previous.returncode, previous.stderr) == (0, legacy_database.announced)
    assert json.loads(previous.stdout)["counts"]["ok"] == len(checks.registered(SMOKE_PREVIOUS))
    assert content(legacy_database) == before

    legacy_database.migrate(None)
    before = content(legacy_database)
    smoke = legacy_database.manage("epic10_validate", "--smoke", "--format", "json", **known)
    assert (smoke.returncode, smoke.stderr) == (0, legacy_database.announced)
    tried = [check for check in json.loads(smoke.stdout)["checks"] if check["id"].startswith("smoke.")]
    assert {check["verdict"] for check in tried} == {"OK"} and len(tried) == len(checks.registered(SMOKE))
    assert content(legacy_database) == before
    assert not list(tmp_path.iterdir())

    finished = legacy_database.manage("epic10_validate", "--previous")
    assert finished.returncode == 1
    assert finished.stderr == "CommandError: The previous application does not work.\n"


NUMBERED = {
    "CHECK (display_id > 0)": "ALTER TABLE ndas ADD CHECK (display_id > 0)",
    "GENERATED ALWAYS AS IDENTITY": """
        ALTER TABLE ndas ALTER display_id DROP DEFAULT; DROP SEQUENCE ndas_display_id_seq;
        ALTER TABLE ndas ALTER display_id ADD GENERATED ALWAYS AS IDENTITY (START WITH 1000000)""",
}


@pytest.mark.parametrize("numbers", NUMBERED.values(), ids=NUMBERED)
def test_however_the_ndas_are_numbered(legacy_database, numbers):
    legacy_database.execute(numbers)
    for when in (SMOKE_PREVIOUS, SMOKE):
        for check in checks.registered(when):
            assert ask(check, legacy_database.connection).findings == (), check.id
        legacy_database.migrate()
        legacy_database.close()
