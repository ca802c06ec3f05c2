"""A backfill meets a table in use: rows that are locked, triggers of others, rows that need nothing."""

import pytest
from django.db import Error

from epic10.operations.backfill import passes
from epic10.postgres.locks import LockNotGranted
from tests.migration.disturbances import somebody, when_logged

from .pony import ENFORCE, FILL, INDEX, RELEASE

SHADOWS = "SELECT id, mood_epic10::text FROM pony WHERE mood_epic10 <> 'SAD' ORDER BY id"
RIGHT = [("Ajax", "HAPPY"), ("Cobb", "HAPPY")]


@pytest.fixture
def bench(make_bench):
    bench = make_bench(RELEASE)
    bench.run_before(FILL[-1])
    return bench


def the_rest_until_the_proof(bench):
    for life in [*INDEX, *ENFORCE]:
        bench.forwards(life)


def test_a_row_in_use_is_waited_for_not_forgotten(bench):
    waits = "backfill of pony waits for a lock: pid "
    with (
        somebody(bench.scratch, "SELECT FROM pony WHERE id = 'Ajax' FOR UPDATE") as session,
        when_logged(waits, session.rollback) as logged,
    ):
        bench.forwards(FILL[-1])
    assert logged
    assert bench.scratch.rows(SHADOWS) == RIGHT


def test_it_steps_around_a_row_in_use_before_it_waits(bench, settings):
    """So that one open transaction holds up one row, not all that come after it."""
    settings.EPIC10_BATCH_SIZE = 1
    settings.EPIC10_LOCK_PATIENCE = 0.2
    with (
        somebody(bench.scratch, "SELECT FROM pony WHERE id = 'Ajax' FOR UPDATE"),
        pytest.raises(LockNotGranted, match="backfill of pony could not get its locks on pony: pid "),
    ):
        bench.forwards(FILL[-1])
    assert bench.scratch.rows(SHADOWS) == [("Cobb", "HAPPY")]


def test_rows_that_read_right_at_once_are_never_written(bench):
    """The shadow's default is the commonest label; those ponies have no other column to fill."""
    places = "SELECT id, ctid::text FROM pony WHERE id IN ('Elf', 'Fay') ORDER BY id"
    before = bench.scratch.rows(places)
    bench.forwards(FILL[-1])
    assert bench.scratch.rows(places) == before


def test_a_row_that_somebodys_trigger_keeps_wrong_ends_in_a_refusal_not_in_a_loop(bench):
    bench.scratch.psql("""
        CREATE FUNCTION stubborn() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN NEW.mood_epic10 := 'ASLEEP'; RETURN NEW; END $$;
        CREATE TRIGGER zzz_stubborn BEFORE UPDATE ON pony FOR EACH ROW WHEN (NEW.id = 'Ajax')
          EXECUTE FUNCTION stubborn()
    """)
    with pytest.raises(Error) as refusal:
        bench.forwards(FILL[-1])
    assert refusal.value.__cause__.diag.message_primary == (
        "A trigger on pony changes what the backfill writes there, in the columns mood_epic10. "
        "Triggers that can: zzz_stubborn."
    )
    assert refusal.value.__cause__.diag.message_hint == (
        'ALTER TABLE "pony" DISABLE TRIGGER zzz_stubborn; then run the same command again. '
        'Afterwards: ALTER TABLE "pony" ENABLE TRIGGER zzz_stubborn;'
    )


def test_an_update_that_touches_no_source_column_costs_no_trigger(bench):
    """What the old application does most must not pay for what it does seldom."""
    bench.scratch.execute("CREATE TABLE seen (id text)")
    bench.scratch.psql("""
        CREATE OR REPLACE FUNCTION zz_epic10_sync_pony() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN INSERT INTO seen VALUES (NEW.id); RETURN NEW; END $$;
        UPDATE pony SET shod = true;
        UPDATE pony SET mood = mood;
        UPDATE pony SET mood = 'CROSS' WHERE id = 'Ajax'
    """)
    assert bench.scratch.rows("SELECT id FROM seen") == [("Ajax",)]


DIRECTLY = "SELECT count(*) FROM pg_prepared_statements WHERE name = 'epic10_backfill_pony' AND generic_plans > 0"
TRIGGER = """
CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} RETURN NEW; END $$;
CREATE TRIGGER theirs BEFORE UPDATE ON pony FOR EACH ROW EXECUTE FUNCTION theirs()"""


@pytest.fixture
def alone(bench):
    """Nobody else has a trigger."""
    bench.scratch.execute("DROP TRIGGER moody ON pony")
    return bench


def test_without_triggers_of_others_each_row_is_found_and_locked_once(alone):
    alone.forwards(FILL[-1])
    assert alone.scratch.rows(DIRECTLY) == [(1,)]
    assert alone.scratch.rows(SHADOWS) == RIGHT


def test_what_somebodys_trigger_does_is_seen_also_if_it_came_after_the_first_look(alone, monkeypatch):
    monkeypatch.setattr(passes, "is_alone", lambda table: "true")
    alone.scratch.psql(TRIGGER.format("NEW.mood_epic10 := 'ASLEEP';"))
    with pytest.raises(Error, match="A trigger on pony changes what the backfill writes there"):
        alone.forwards(FILL[-1])


def test_a_trigger_for_statements_is_not_told_of_columns_that_keep_their_values(alone):
    """The direct statement names columns that are indexed, and leaves them as they are."""
    alone.scratch.psql("""
        CREATE TABLE told (id int);
        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$
          BEGIN INSERT INTO told VALUES (1); RETURN NULL; END $$;
        CREATE TRIGGER told AFTER UPDATE OF mood ON pony EXECUTE FUNCTION tell()
    """)
    alone.forwards(FILL[-1])
    assert alone.scratch.rows("SELECT FROM told") == []
    assert alone.scratch.rows(SHADOWS) == RIGHT


def test_a_row_in_use_keeps_the_others_waiting_for_a_moment_only(alone, settings):
    """The direct statement gives up after a few milliseconds, not after the 100 of any other lock."""
    settings.EPIC10_LOCK_PATIENCE = 0.0
    refused = []

    def look(execute, sql, params, many, context):
        try:
            return execute(sql, params, many, context)
        except Error:
            refused.append(sql)
            raise

    with (
        somebody(alone.scratch, "SELECT FROM pony WHERE id = 'Ajax' FOR UPDATE"),
        alone.scratch.connection.execute_wrapper(look),
        pytest.raises(LockNotGranted),
    ):
        alone.forwards(FILL[-1])
    assert "; SET LOCAL lock_timeout = '5ms'; " in refused[0] and "; EXECUTE " in refused[0]
    assert alone.scratch.rows(SHADOWS) == [("Cobb", "HAPPY")]
