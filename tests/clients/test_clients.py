"""What either application does while the release goes there and back neither fails, nor is lost, nor reads wrongly."""

import shutil
from itertools import product

import pytest

from ndas.release.vocabulary import NEW, OLD, VOCABULARIES
from tests.clients import packages, verification
from tests.clients.expected import Labels, Nda, first, written
from tests.clients.kinds import KINDS
from tests.clients.night import Night
from tests.clients.packages import Missing
from tests.migration.test_both_applications import either

PREPARED = KINDS[:1]
RATE = 400
SCHEMAS = {OLD: "epic9", NEW: "epic10"}


def assert_nothing_was_noticed(found):
    assert found.failures == []
    assert {who: number for who, number in found.reconnects.items() if number} == {}
    for wrong in (found.lost, found.mislabelled):
        assert {kind: said for kind, said in wrong.items() if said} == {}


@pytest.mark.slow
def test_neither_application_notices_the_switch_nor_its_way_back(legacy_database):
    night = Night(legacy_database, PREPARED, rate=RATE)
    assert_nothing_was_noticed(night.there_and_back())
    done = {(one.application, one.phase) for one in night.found.samples}
    both = {(application, phase) for application in (OLD, NEW) for phase in ("switch", "switch back")}
    assert done == both | {(OLD, "before"), (OLD, "prepare")}


@pytest.mark.slow
def test_nor_a_whole_release_there_and_back_and_there_again_to_its_end(legacy_database):
    kinds = [kind for kind in KINDS if not kind.needs]
    found = Night(legacy_database, kinds, rate=RATE).whole()
    assert_nothing_was_noticed(found)
    assert {one.phase for one in found.samples if one.application == NEW} >= {"switch", "switch again", "finalize"}


@pytest.mark.long
def test_nor_do_clients_of_other_languages(legacy_database):
    kinds = []
    for kind in KINDS:
        try:
            if kind.needs:
                kind.needs.folder()
            kinds.append(kind)
        except Missing as missing:
            pytest.skip(str(missing))
    assert len(kinds) >= 8
    assert_nothing_was_noticed(Night(legacy_database, kinds, rate=RATE).whole())


def test_what_is_expected_of_a_row_is_what_the_release_is_tested_for():
    """Stated twice on purpose: here for a client's NDAs, there for the triggers."""
    for column, place in (("status", 0), ("usmax_position", 1)):
        known = VOCABULARIES[column]
        news = {known.up.get(label, label) for label in known.legacy} | set(known.down)
        for old, new in {first(column, OLD, label) for label in known.legacy} | {first(column, NEW, n) for n in news}:
            for application, label in [*product([OLD], known.legacy), *product([NEW], news)]:
                state, wanted = ["CREATED", "PRIME", "CREATED", "PRIME"], ["CREATED", "PRIME"]
                state[place], state[place + 2], wanted[place] = old, new, label
                after = either(tuple(state), SCHEMAS[application], *wanted)
                assert written(column, application, label, Labels(old, new)) == (after[place], after[place + 2])


def test_what_is_missing_or_reads_otherwise_is_found(migrated_database):
    [[key, name]] = migrated_database.rows(
        "SELECT id, company_name FROM ndas WHERE status_legacy = 'CANCELLED' LIMIT 1"
    )
    [[position]] = migrated_database.rows("SELECT usmax_position_legacy::text FROM ndas WHERE id = %s", [key])
    there = Nda(key, name, first("status", OLD, "CANCELLED"), first("usmax_position", OLD, position))
    compare = verification.lost_and_mislabelled
    assert compare(migrated_database, [there], verification.SWITCHED) == ([], [])
    there.name, there.status, there.history = (
        "Other Inc.",
        first("status", OLD, "INACTIVE"),
        {"h": first("status", OLD, "CREATED")},
    )
    gone = Nda("gone", name, there.status, there.usmax_position)
    assert compare(migrated_database, [there, gone], verification.SWITCHED) == (
        [f"{key} is called {name}, and not Other Inc.", "history h is not there", "gone is not there"],
        [f"old status of {key} is CANCELLED, and not INACTIVE"],
    )


def test_a_machine_without_npm_is_told_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(packages, "CACHE", tmp_path)
    monkeypatch.setattr(shutil, "which", lambda program, **how: None)
    with pytest.raises(Missing, match=r"^node is not on this machine\.\nHINT: apt-get install nodejs npm$"):
        packages.NODE.folder()
    assert list(tmp_path.iterdir()) == []
