"""The estimate has every part of the night in it, from a few batches of each kind."""

from dataclasses import replace

import pytest

from epic10.release.estimate import estimate
from epic10.release.samples import SAMPLE
from tests.migration.disturbances import look_at

PHASES = ["expand", "backfill", "index", "enforce", "switch", "guard", "search", "filters"]
AROUND = ["snapshot", "verification", "validation", "smoke", "vacuum", "back"]
TOUCHED = """
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
    CREATE TRIGGER touch BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION touch()"""


def test_every_phase_and_every_step_around_it_takes_its_time(legacy_database):
    before = look_at(legacy_database)
    found = estimate(legacy_database.connection)
    assert (found.problem, list(found.phases), list(found.around)) == ("", PHASES, AROUND)
    assert all(took > 0 for took in (found.phases | found.around).values())
    assert found.seconds == pytest.approx(sum(found.phases.values()))
    assert legacy_database.rows(f"SELECT to_regclass('{SAMPLE}') IS NULL") == [(True,)]
    assert look_at(legacy_database) == before


def test_the_indexes_that_are_to_be_built_are_timed_those_of_later_migrations_too(legacy_database):
    ndas, history = estimate(legacy_database.connection).samples.values()
    assert (ndas.rows, ndas.indexes.keys(), history.indexes) == (300, {"index", "search"}, {})
    assert ndas.copied > 0 and ndas.dumped > 0 and ndas.hashed > 0


def test_what_is_done_takes_no_time_any_more(legacy_database):
    first = estimate(legacy_database.connection)
    legacy_database.migrate(None, prepare=True)
    prepared = estimate(legacy_database.connection)
    assert [work.to_change for work in prepared.tables] == [0, 0]
    assert prepared.samples["ndas"].indexes == {}
    assert prepared.phases["search"] < first.phases["search"]


def test_twice_as_many_rows_take_twice_as_long_but_for_what_is_fixed(legacy_database):
    found = estimate(legacy_database.connection)
    [work, *_] = found.tables
    assert found._of_all(work, 1.0) == 1.0  # The sample is the table.
    larger = type(work)(**vars(work) | {"rows": 2 * work.rows})
    assert found._of_all(larger, 1.0) == 2.0


@pytest.mark.parametrize(("only_prepare", "takes_snapshot"), [(True, True), (False, True), (False, False)])
def test_a_run_expects_what_it_will_do(legacy_database, only_prepare, takes_snapshot):
    parts = estimate(legacy_database.connection).parts(only_prepare=only_prepare, takes_snapshot=takes_snapshot)
    snapshot = ["snapshot", "verify"] if takes_snapshot else []
    if only_prepare:
        assert list(parts) == [*snapshot, "expand", "backfill", "index", "enforce", "search"]
    else:
        assert list(parts) == [*snapshot, *PHASES, "validate", "smoke", "vacuum"]


@pytest.mark.parametrize(("theirs", "directly"), [("", True), (TOUCHED, False)], ids=["alone", "a trigger of others"])
def test_the_statement_is_timed_that_will_fill_the_table(legacy_database, theirs, directly):
    legacy_database.execute(theirs or "SELECT 1")
    sent = []

    def listen(execute, sql, params, many, context):
        sent.append(sql)
        return execute(sql, params, many, context)

    with legacy_database.connection.execute_wrapper(listen):
        found = estimate(legacy_database.connection)
    assert found.problem == "" and 0 < found.rates["ndas"] < float("inf")
    # The history has no trigger of others either way.
    timed = sum(f'; EXECUTE "epic10_backfill_{SAMPLE}"' in statement for statement in sent)
    around = sum("FOR NO KEY UPDATE SKIP LOCKED" in statement for statement in sent)
    assert (timed > 0, around > 0) == (True, not directly)
    assert legacy_database.rows("SELECT count(*) FROM pg_prepared_statements") == [(0,)]


def test_a_table_that_is_not_in_memory_takes_longer(legacy_database):
    found = estimate(legacy_database.connection)
    assert [work.large for work in found.tables] == [False, False]
    [work, _] = found.tables
    assert found.seconds_to_fill(replace(work, large=True)) == pytest.approx(1.5 * found.seconds_to_fill(work))


THEIRS = """
    ALTER TABLE ndas ADD expiration_date date, ADD is_non_usmax boolean;
    UPDATE ndas SET expiration_date = '2030-01-01' WHERE display_id % 3 = 0;
    UPDATE ndas SET is_non_usmax = display_id % 5 = 0"""


def test_columns_that_were_there_before_are_counted_until_they_are_carried_over(legacy_database):
    assert [work.to_carry_over for work in estimate(legacy_database.connection).tables] == [0, 0]
    legacy_database.execute(THEIRS)
    [[wanted]] = legacy_database.rows("""
        SELECT count(*) FILTER (WHERE expiration_date IS NOT NULL OR fully_executed_date IS NOT NULL)
             + count(*) FILTER (WHERE is_non_usmax) FROM ndas""")
    found = estimate(legacy_database.connection)
    assert ([work.to_carry_over for work in found.tables], found.problem) == ([wanted, 0], "")
    nobody = replace(found, tables=[replace(work, to_carry_over=0) for work in found.tables])
    assert found.phases["backfill"] > nobody.phases["backfill"] and found.log > nobody.log
    legacy_database.migrate(None, prepare=True)
    assert [work.to_carry_over for work in estimate(legacy_database.connection).tables] == [0, 0]
