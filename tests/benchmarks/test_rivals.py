"""The rivals do the same work, and are measured with what they need."""

import argparse

import pytest

from tests.benchmarks import measure, passes, results
from tests.benchmarks.databases import copy, multiply
from tests.benchmarks.rivals import RIVALS, has_workers
from tests.sampling import sampled

NDAS = "SELECT id, status::text, usmax_position::text, nda_type::text, expiration_date FROM ndas ORDER BY id"
HISTORY = "SELECT id, status::text FROM nda_status_history ORDER BY id"
SHARES = "SELECT status::text, usmax_position::text, count(*) FROM ndas GROUP BY 1, 2 ORDER BY 1, 2"
ALONE = "SELECT count(*) FROM nda_status_history AS entry WHERE NOT EXISTS (SELECT FROM ndas WHERE id = entry.nda_id)"


@pytest.mark.slow
@pytest.mark.parametrize("name", sampled({name: name for name in RIVALS}, "loop"))
def test_every_rival_comes_to_the_same_labels_and_dates(name, legacy_database, migrated_database):
    if name == "two-workers" and not has_workers():
        pytest.skip("this migrate has no --workers")
    took = passes.run(legacy_database, name, passes.FORWARDS)
    assert legacy_database.rows(NDAS) == migrated_database.rows(NDAS)
    assert legacy_database.rows(HISTORY) == migrated_database.rows(HISTORY)
    assert took.seconds > 0
    assert 10_000_000 < took.memory < 1_000_000_000


def test_a_rival_that_fails_is_not_a_measurement(baseline_database):
    baseline_database.execute("DROP TABLE nda_status_history")
    with pytest.raises(AssertionError, match=r"^using forwards has failed$"):
        passes.run(baseline_database, "using", passes.FORWARDS)


def test_what_is_multiplied_is_the_same_register_and_larger(legacy_database):
    before, schema = legacy_database.rows(SHARES), legacy_database.dump_schema()
    multiply(legacy_database, 3)
    assert legacy_database.rows(SHARES) == [(*labels, 3 * count) for *labels, count in before]
    assert legacy_database.rows(ALONE) == [(0,)]
    assert legacy_database.rows("SELECT count(DISTINCT display_id) FROM ndas") == [(900,)]
    assert legacy_database.dump_schema() == schema


def test_a_copy_of_files_is_a_copy(legacy_template, django_db_blocker):
    with django_db_blocker.unblock(), copy(legacy_template, 1_000_000) as db:
        assert db.rows("SELECT count(*) FROM ndas") == [(300,)]


@pytest.mark.long
def test_each_pass_leaves_a_line_with_the_machine(tmp_path, django_db_blocker, capsys, monkeypatch):
    monkeypatch.setattr(passes, "IDLE", 10.0)
    out = tmp_path / "results.jsonl"
    options = argparse.Namespace(
        rows=[2000], rounds=2, rivals=["ours", "update"], passes=["timed", "locks"], rate=50.0, out=out
    )
    with django_db_blocker.unblock():
        measure.rivals(options)
    lines = results.read([out])
    assert [(line["kind"], line["rival"], line["round"]) for line in lines] == [
        ("timed", "ours", 0),
        ("timed", "update", 0),
        ("timed", "ours", 1),
        ("timed", "update", 1),
        ("locks", "ours", 0),
        ("locks", "update", 0),
        ("load", "ours", 0),
        ("load", "update", 0),
        ("blocked", "ours", 0),
        ("blocked", "update", 0),
    ]
    assert {line["rows"] for line in lines} == {2000}
    assert all(line["machine"]["cores"] and line["machine"]["settings"]["shared_buffers"] for line in lines)
    ours, ours_blocked, update_blocked = lines[6], *lines[8:]
    assert [one["name"] for one in ours["stretches"]] == [
        "before",
        "forwards",
        "after",
        "backwards",
        "after the way back",
    ]
    assert (ours["lost"], ours["mislabelled"], ours["errors"]) == (0, 0, [])
    # The update waits as long as the reader idles, and the application behind it; ours gives way at once.
    assert max(one["stall"] for one in update_blocked["stretches"]) > 1500
    assert max(one["stall"] for one in ours_blocked["stretches"]) < 1500
    assert "| one UPDATE per table" in capsys.readouterr().out
