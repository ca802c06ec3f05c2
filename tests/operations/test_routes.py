"""Every row is on the way of one batch and of no other, whatever the order and whoever shares the work."""

from itertools import pairwise

import pytest

from epic10.operations.backfill import batches as batches_of
from epic10.operations.backfill import passes, routes
from epic10.operations.backfill.batches import fitting
from epic10.operations.backfill.routes import Keys, KeysUntil, Named, Places
from epic10.postgres.catalog import bound
from epic10.release.plan import load

IDS = "SELECT id FROM ndas ORDER BY id"
LARGE = routes.LARGE.replace("> pg_catalog", "< pg_catalog")
SHADOWS = """
SELECT (SELECT count(*) FROM ndas WHERE status_legacy = 'EMAILED' AND status <> 'SENT_PENDING_SIGNATURE'),
       (SELECT count(*) FROM nda_status_history WHERE status_legacy = 'EMAILED' AND status <> 'SENT_PENDING_SIGNATURE'),
       (SELECT count(*) FROM ndas WHERE fully_executed_date IS NOT NULL AND expiration_date IS NULL)"""


def picked(database, parts, size):
    """The keys of each batch, of each part."""
    return [[*batches(database, part, size)] for part in parts]


def batches(database, route, size):
    # With so few rows a stripe may have many more than its share; none is to be cut off here.
    size = 10 * size if isinstance(route, Places) else size
    sql = f"SELECT id FROM ndas WHERE {route.HERE} ORDER BY id LIMIT %(size)s".format(after="%(after)s")
    place = route.first()
    while place is not None:
        keys = [key for [key] in database.rows(bound(sql, place | {"size": size}))]
        yield keys
        place = route.next(place, max(keys, default=None), size)


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("large", [routes.LARGE, LARGE], ids=["in memory", "larger"])
def test_every_row_is_picked_once(legacy_database, monkeypatch, large, parts):
    monkeypatch.setattr(routes, "LARGE", large)
    expected = [key for [key] in legacy_database.rows(IDS)]
    ways = routes.routes(legacy_database.connection, "ndas", len(expected), parts=parts, size=20)
    assert len(ways) == parts
    found = picked(legacy_database, ways, 20)
    assert sorted(key for part in found for keys in part for key in keys) == expected
    assert all(part for part in found)


def test_a_small_table_is_walked_by_key_and_shared_in_equal_parts(legacy_database):
    ways = routes.routes(legacy_database.connection, "ndas", 300, parts=3, size=20)
    assert [type(way) for way in ways] == [KeysUntil, KeysUntil, Keys]
    assert [sum(map(len, part)) for part in picked(legacy_database, ways, 20)] == [101, 100, 99]


def test_a_large_one_keeps_to_a_few_neighbouring_pages(legacy_database, monkeypatch):
    monkeypatch.setattr(routes, "LARGE", LARGE)
    [way] = routes.routes(legacy_database.connection, "ndas", 300, parts=1, size=20)
    assert isinstance(way, Places)
    windows = [place for place in places(way) if place["stripe"] == 0]
    assert [place["to"] for place, _ in pairwise(windows)] == [place["from"] for _, place in pairwise(windows)]
    assert windows[0]["from"] == "(0,0)" and windows[-1]["beyond"] == way.end


def places(way):
    place = way.first()
    while place is not None:
        yield place
        place = way.next(place, None, way.size)


def test_an_empty_table_has_one_way_and_nothing_on_it(baseline_database):
    [way] = routes.routes(baseline_database.connection, "ndas", 0, parts=2, size=20)
    assert picked(baseline_database, [way], 20) == [[[]]]


def test_what_is_left_over_is_taken_a_few_at_a_time():
    way = Named(list("abcdefg"), size=3)
    first = way.first()
    second = way.next(first, None, 1000)
    third = way.next(second, None, 1000)
    assert [place["keys"] for place in (first, second, third)] == [list("abc"), list("def"), ["g"]]
    assert way.next(third, None, 1000) is None


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("large", [routes.LARGE, LARGE], ids=["in memory", "larger"])
def test_the_release_comes_out_the_same(legacy_database, monkeypatch, settings, large, workers):
    monkeypatch.setattr(routes, "LARGE", large)
    settings.EPIC10_BATCH_SIZE = 20
    said = legacy_database.migrate(workers=workers)
    assert legacy_database.rows(SHADOWS) == [(0, 0, 0)]
    changed = sum(rows for [rows] in legacy_database.rows("SELECT rows FROM epic10_phase_run WHERE phase = 'backfill'"))
    assert f"ndas: {changed_of('ndas', said)}" in said
    assert changed == changed_of("ndas", said) + changed_of("nda_status_history", said)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_so_it_does_by_the_direct_statement_a_window_in_turn_after_the_other(legacy_database, settings, workers):
    settings.EPIC10_BATCH_SIZE = batches_of.SMALLEST
    said = legacy_database.migrate(workers=workers)
    assert legacy_database.rows(SHADOWS) == [(0, 0, 0)]
    assert f"Migrated {changed_of('ndas', said)} NDAs" in said


@pytest.mark.parametrize(
    ("large", "workers", "kilobytes", "cores"),
    [(LARGE, 1, "1MB", "0"), (LARGE, 2, "0", "2"), (routes.LARGE, 1, "0", "2")],
    ids=["large", "in a hurry", "in memory"],
)
def test_on_a_large_table_one_worker_spares_the_application(
    legacy_database, monkeypatch, large, workers, kilobytes, cores
):
    """Its pages go out as they are written, and no scan takes several cores; afterwards all is as before."""
    monkeypatch.setattr(routes, "LARGE", large)
    now = "SELECT current_setting('backend_flush_after'), current_setting('max_parallel_workers_per_gather')"
    seen, fill = set(), passes._wait_for_the_rest

    def look(batches, backfill):
        seen.update(legacy_database.rows(now))
        fill(batches, backfill)

    monkeypatch.setattr(passes, "_wait_for_the_rest", look)
    before = legacy_database.rows(now)
    legacy_database.migrate(workers=workers)
    assert seen == {(kilobytes, cores)}
    assert legacy_database.rows(now) == before == [("0", "2")]


def changed_of(table, said):
    [line] = [line for line in said.splitlines() if line.startswith(f"{table}: ") and line.endswith(" to change.")]
    return int(line.split()[1].replace(",", ""))


def test_all_backfills_of_the_release_can_go_either_way():
    """A batch's statement has room for the places of every route."""
    for backfill in load().backfills():
        for route in (Keys, KeysUntil, Places, Named):
            statement = backfill.batch(route, skip_locked=True, after="''", size="1", into="")
            assert route.HERE.format(after="''") in statement


@pytest.mark.parametrize(
    ("target", "seconds", "rows"),
    [
        (0, 0.01, 1000),
        (0, 0.5, 1000),
        (0, 0.625, 800),
        (0, 9.0, 500),
        (10, 0.010, 1000),
        (10, 0.020, 500),
        (10, 1.0, 500),
        (10, 0.001, 2000),
        (10, 0.008, 1250),
    ],
)
def test_a_batch_shrinks_to_half_a_second_or_towards_its_target(settings, target, seconds, rows):
    settings.EPIC10_BATCH_TARGET = target
    assert fitting(1000, seconds) == rows


def test_it_stays_within_bounds(settings):
    settings.EPIC10_BATCH_TARGET = 10
    assert (fitting(60, 1.0), fitting(9000, 0.001)) == (50, 10_000)
    settings.EPIC10_BATCH_TARGET, settings.EPIC10_BATCH_SIZE = 0, 20
    assert (fitting(20, 9.0), fitting(20, 0.001)) == (20, 20)
