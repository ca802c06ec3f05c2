"""A backfill meets a table in use: rows that are locked, triggers of others, rows that need nothing."""

import pytest
from django.db import Error

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
