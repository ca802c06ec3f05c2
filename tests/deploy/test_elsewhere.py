"""A snapshot by other means, such as a base backup: taken at the word of an operator, recorded, and said again."""

import io
import secrets
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from epic10.ledger import run_records, tables
from epic10.ledger.models import RunRecord, Snapshot
from epic10.release.status import status, with_snapshot

ID = "rds:ndas-2026-11-27"


def deployed(database, **facts):
    """A record as epic10_deploy leaves it, but for what is said."""
    tables.create(database.connection)
    now = datetime.now(UTC)
    facts = {"before": {}} | facts
    hashed, times = {"previous": "", "hash": secrets.token_hex()}, {"started_at": now, "finished_at": now}
    body = {"facts": facts}
    RunRecord.objects.using(database.alias).create(command="epic10_deploy", verdict="OK", body=body, **hashed, **times)


def test_that_of_the_last_deployment_counts(legacy_database):
    using, elsewhere = legacy_database.alias, {"id": ID, "by": "ann@bastion"}
    assert run_records.taken_elsewhere(using) is None
    deployed(legacy_database, snapshot_taken=elsewhere)
    assert run_records.taken_elsewhere(using) == elsewhere
    # Before the first change it is of no interest.
    found = status(legacy_database.connection)
    assert with_snapshot(found, legacy_database.connection) == found
    deployed(legacy_database)
    assert run_records.taken_elsewhere(using) is None


def test_only_one_snapshot_can_be_meant(legacy_database):
    with pytest.raises(CommandError, match="--snapshot-taken: not allowed with argument --snapshot"):
        call_command("epic10_deploy", "--snapshot=one", f"--snapshot-taken={ID}", "--yes")


@pytest.mark.slow
def test_nothing_is_dumped_and_everybody_is_told(night, legacy_database, record, caplog):
    ended = night("epic10_deploy", snapshot_taken=ID)
    assert (ended.status, ended.complaint) == (0, "")
    assert not Snapshot.objects.using(legacy_database.alias).exists()
    body = record()
    assert [step["name"] for step in body["steps"]][:4] == ["stopped", "precheck", "count", "still stopped"]
    assert body["facts"]["snapshot_taken"]["id"] == ID and body["facts"]["before"]["ndas"]["rows"] == 300
    [accepted] = [one["accepted"] for one in body["overrides"] if one["option"] == "--snapshot-taken"]
    assert accepted == (
        f'The snapshot is "{ID}", taken elsewhere. Nothing here has looked into it, no rollback compares with it, and '
        "only those who took it can restore it."
    )
    by = body["facts"]["snapshot_taken"]["by"]
    said = io.StringIO()
    call_command("epic10_status", database=legacy_database.alias, stdout=said)
    assert f'\nSnapshot: "{ID}", taken elsewhere; {by} said so, and no rollback compares with it.\n' in said.getvalue()
    ended = night("epic10_rollback", without_snapshot=True)
    assert (ended.status, ended.complaint) == (0, "")
    assert (
        f'No snapshot from before the release is here, and "{ID}" was taken elsewhere: nothing was compared.'
        in caplog.text
    )
