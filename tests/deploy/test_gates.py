"""A rehearsal and a snapshot count for this database, this revision, and a week; a copy is no original."""

import json
import re
import secrets
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from epic10.deploy import gates
from epic10.ledger import tables
from epic10.ledger.models import RunRecord
from epic10.postgres.identity import Identity, identity_of
from epic10.release import revision
from epic10.snapshots import files

REFUSED = (
    "Nothing was changed: no rehearsal of this release, at this revision, on a snapshot of this database has passed in "
    "the last 7 d.{}\n"
    "HINT: python manage.py epic10_snapshot take, then epic10_rehearse --from newest; or --without-rehearsal, which is "
    "recorded as your decision."
)


def rehearsed(database, *, command="epic10_rehearse", verdict="OK", identity=None, days=1, **release):
    """A record as epic10_rehearse leaves it, but for what is said."""
    moment = datetime.now(UTC) - timedelta(days=days)
    source = {"snapshot": "one", "database": database.name}
    source["identity"] = identity or asdict(identity_of(database.connection))
    return RunRecord.objects.using(database.alias).create(
        command=command,
        verdict=verdict,
        started_at=moment,
        finished_at=moment,
        previous="",
        hash=secrets.token_hex(),
        body={"release": revision.identity() | release, "facts": {"source": source}},
    )


@pytest.fixture
def register(legacy_database):
    tables.create(legacy_database.connection)
    return legacy_database


def test_without_a_rehearsal_it_refuses(night, register, is_untouched):
    rehearsed(register, verdict="FAILED")
    rehearsed(register, command="epic10_deploy")
    refused = night("epic10_deploy", without_rehearsal=False)
    assert (refused.status, refused.complaint) == (1, REFUSED.format(""))
    assert is_untouched(register)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"identity": {"server": "1", "database": 2}}, "of another database"),
        ({"digest": "of other SQL"}, "of a release with other SQL"),
        ({"revision": "0123456789ab"}, "of revision 0123456789ab, and this is {}"),
        ({"days": 8}, "8 d old"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_one_that_does_not_count_is_named_with_what_it_lacks(night, register, other, why):
    newest = rehearsed(register, **other)
    refused = night("epic10_deploy", without_rehearsal=False).complaint
    lacks = why.format(revision.identity()["revision"])
    assert refused == REFUSED.format(f" The newest is {lacks}: record {newest.id}.")


def test_where_the_role_may_not_know_the_cluster_the_name_has_to_do(night, register, monkeypatch):
    rehearsed(register, identity={"server": "1", "database": 2})
    monkeypatch.setattr(gates, "identity_of", lambda connection: Identity("", 2))
    assert "rehearsed: not on" not in night("epic10_deploy", dry_run=True).said


def test_an_older_one_counts_beside_a_newer_one_that_does_not(night, register):
    counts = rehearsed(register)
    rehearsed(register, identity={"server": "1", "database": 2})
    said = night("epic10_deploy", dry_run=True).said
    assert f"rehearsed: {counts.finished_at:%Y-%m-%d %H:%M} UTC\n" in said


def test_how_long_it_counts_is_the_operators_to_say(night, register):
    rehearsed(register, days=8)
    nothing = "rehearsed: not on a snapshot of this one\n"
    assert nothing in night("epic10_deploy", dry_run=True).said
    assert nothing not in night("epic10_deploy", max_rehearsal_age=9 * 86400.0, dry_run=True).said


@pytest.fixture
def taken(night, legacy_database, settings):
    night("epic10_snapshot", "take")
    [name] = files.names(settings.EPIC10_SNAPSHOTS)
    return name


def _forged(directory, name, **changes):
    """The manifest of the snapshot, with something else in it."""
    path = directory / name / files.MANIFEST
    text = json.dumps(json.loads(path.read_text()) | changes)
    path.write_text(text)
    (directory / name / files.SEAL).write_text(f"{files.digest(text.encode())}  {files.MANIFEST}\n")


@pytest.mark.slow
def test_a_snapshot_of_another_database_of_that_name_is_refused(night, legacy_database, taken, settings, is_untouched):
    seen = {"server": "1", "timeline": 1, "database": 2, "oldest": 3, "next": 4}
    _forged(settings.EPIC10_SNAPSHOTS, taken, seen=seen)
    refused = night("epic10_deploy", snapshot=taken)
    assert refused.complaint.startswith(
        f'Nothing was changed: the snapshot "{taken}" is of another database of that name.\nHINT: '
    )
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_and_one_that_is_too_old(night, legacy_database, taken, settings):
    _forged(settings.EPIC10_SNAPSHOTS, taken, taken_at=(datetime.now(UTC) - timedelta(days=8)).isoformat())
    refused = night("epic10_deploy", snapshot=taken)
    assert refused.complaint.startswith(
        f'Nothing was changed: the snapshot "{taken}" is 8 d old, and 7 d is the most (--max-snapshot-age).\nHINT: '
    )


@pytest.mark.slow
def test_a_copy_is_not_taken_for_the_original(night, legacy_database, scratch, record):
    assert night("epic10_deploy", prepare=True).status == 0
    assert record()["facts"]["identity"] == asdict(identity_of(legacy_database.connection))
    legacy_database.close()
    copy = scratch(legacy_database.name)
    for command in ("epic10_deploy", "epic10_rollback"):
        refused = night(command, database=copy.alias)
        assert re.fullmatch(
            rf'Nothing was changed: database "{copy.name}" is a copy: the newest record in its ledger is of '
            rf'epic10_deploy, \S+ \S+ UTC, database "{legacy_database.name}" on \S+\.\n'
            r"HINT: Look at DATABASE_URL\. If this database has taken the place of that one: --accept-copy",
            refused.complaint,
        )
    assert night("epic10_rollback", database=copy.alias, accept_copy=True).status == 0
