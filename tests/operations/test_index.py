"""An index on a table in use: how far it is, and for whom it waits."""

import logging

import psycopg
import pytest
from django.test import override_settings

from epic10.operations import concurrently
from epic10.postgres.locks import LockNotGranted
from tests.migration.disturbances import somebody, when_logged

from . import pony

MANY = "INSERT INTO pony (id, born) SELECT 'pony ' || n, timestamp '2020-01-01' FROM generate_series(1, 200000) n"


@pytest.fixture
def index(make_bench, monkeypatch):
    """Builds the shadow's index of the pony release, looked at often."""
    monkeypatch.setattr(concurrently, "LOOK_EVERY", 0.005)
    life = next(life for life in pony.RELEASE if type(life.operation).__name__ == "AddShadowIndex")
    bench = make_bench(pony.RELEASE)
    bench.run_before(life)
    return lambda: bench.forwards(life), bench


@pytest.mark.slow
def test_a_build_says_how_many_blocks_are_done(index, caplog):
    build, bench = index
    bench.scratch.execute(MANY)
    steps = []
    # On a busy machine a build may be over between two looks; not each of so many.
    for _ in range(50):
        with caplog.at_level(logging.DEBUG, "epic10"):
            build()
        steps = [record.progress for record in caplog.records if hasattr(record, "progress")]
        if any(step.done for step in steps):
            break
        bench.scratch.execute("DROP INDEX pony_mood_epic10_idx")
    # Each of its stages goes over the blocks anew, and some count none.
    assert {step.what.split(":")[0] for step in steps} <= {
        f"index pony_mood_epic10_idx, {stage}" for stage in ("building index", "index validation")
    }
    assert all(0 <= step.since <= step.done <= step.total and step.unit == "blocks" for step in steps)
    assert max(step.done for step in steps) > 0


def test_a_build_says_for_whom_it_waits(index, stable):
    build, _ = index
    with somebody(stable, "LOCK TABLE pony IN ROW EXCLUSIVE MODE") as writer:
        waits = f"waits for an older transaction: pid {writer.info.backend_pid}, "
        with when_logged(waits, writer.rollback) as said:
            build()
    assert said


@pytest.mark.parametrize("looks_every", [0.01, 3600], ids=["seen waiting", "before anybody looks"])
def test_a_build_that_waits_too_long_gives_up_and_names_the_older_transaction(index, stable, looks_every, monkeypatch):
    monkeypatch.setattr(concurrently, "LOOK_EVERY", looks_every)
    build, _ = index
    with psycopg.connect(stable.url) as writer:
        writer.execute("LOCK TABLE pony IN ROW EXCLUSIVE MODE")
        with override_settings(EPIC10_LOCK_PATIENCE=1), pytest.raises(LockNotGranted) as given_up:
            build()
        message = str(given_up.value)
        assert message.startswith(
            f"The index pony_mood_epic10_idx could not be finished: pid {writer.info.backend_pid}, "
        )
        assert "HINT: It waits for every older transaction in the database." in message
    build()
    assert stable.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'pony_mood_epic10_idx'::regclass") == [
        (True,)
    ]
