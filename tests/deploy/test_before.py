"""What goes back is compared with a snapshot from before the release, and with no other."""

import pytest

from epic10 import checks
from epic10.deploy import way_back
from epic10.postgres.errors import NotAllowed
from epic10.snapshots import snapshot
from tests.migration.disturbances import steps as phases


def half_way(database, directory):
    """A snapshot of an attempt that was given up: newer than the one from before, and with the release's columns."""
    before = snapshot.take(database.alias, directory)
    phases()[0].forwards(database)
    return before, snapshot.take(database.alias, directory)


@pytest.mark.slow
def test_one_of_a_half_way_state_is_refused_before_anything_is_changed(night, legacy_database, settings, is_untouched):
    _, other = half_way(legacy_database, settings.EPIC10_SNAPSHOTS)
    assert night("epic10_rollback", without_snapshot=True).status == 0
    ended = night("epic10_deploy", snapshot=other.name)
    assert (ended.status, ended.complaint) == (
        1,
        f'Nothing was changed: the snapshot "{other.name}" is of a half-way state: it has columns that the release '
        "adds.\nHINT: --snapshot with one from before the release, or without: then a new one is taken.",
    )
    assert is_untouched(legacy_database)


def test_one_of_another_database_is_refused(night, legacy_database, scratch, settings, is_untouched):
    other = snapshot.take(scratch().alias, settings.EPIC10_SNAPSHOTS)
    ended = night("epic10_deploy", snapshot=other.name)
    assert ended.complaint == (
        f'Nothing was changed: the snapshot "{other.name}" is of the database "{other.database}".\n'
        "HINT: --snapshot with one from before the release, or without: then a new one is taken."
    )
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_one_of_an_attempt_that_was_given_up_is_passed_over(night, legacy_database, settings, record):
    """It is newer than the one from before; its columns are not there any more, and to compare them was an error."""
    before, _ = half_way(legacy_database, settings.EPIC10_SNAPSHOTS)
    assert night("epic10_rollback", without_snapshot=True).status == 0
    legacy_database.migrate()
    ended = night("epic10_rollback")
    assert (ended.status, ended.complaint) == (0, "")
    assert "        300 rows, the same\n" in ended.said
    assert record()["facts"]["before"]["ndas"]["checksum"] == before.contents.tables['"public"."ndas"'].checksum


@pytest.mark.slow
def test_when_only_the_comparison_fails_it_does_not_say_that_going_back_failed(
    night, legacy_database, is_untouched, monkeypatch
):
    def refused(*arguments, **more):
        raise NotAllowed("This role may not make a scratch database.")

    broken = checks.Check("broken", "the application works", lambda db: ["it does not"], when=checks.SMOKE)
    monkeypatch.setitem(checks._registry, broken.id, broken)
    monkeypatch.setattr(way_back.comparison, "compare", refused)
    ended = night("epic10_deploy")
    assert (ended.status, ended.complaint) == (
        1,
        "smoke failed: broken.\n"
        "Epic 10 is undone, but whether everything is what it was could not be asked: This role may not make a scratch "
        "database.\nHINT: Compare with the snapshot before the application starts: epic10_snapshot restore … --into …",
    )
    assert is_untouched(legacy_database)
