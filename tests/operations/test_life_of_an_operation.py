"""Every operation lives the same life: there, there again, back, there; back when it never ran; by psql."""

import inspect

import pytest
from django.db.migrations.operations.base import Operation

from epic10 import operations

from .pony import IN_PHASES, RELEASE

LIVES = [(release, life) for release in (RELEASE, IN_PHASES) for life in release]


def lives(which=lambda life: True):
    chosen = [(release, life) for release, life in LIVES if which(life)]
    names = [f"{life}-{life.operation.describe()}" for _, life in chosen]
    return pytest.mark.parametrize(("release", "life"), chosen, ids=names)


@pytest.fixture(scope="module")
def schema_after():
    """The schema as an operation leaves it, found out once: pg_dump is what these tests take their time for."""
    found = {}

    def after(life, run):
        """``run`` makes a bench on which it has just run."""
        if id(life) not in found:
            found[id(life)] = run().schema()
        return found[id(life)]

    return after


@pytest.fixture
def bench(make_bench, release, life):
    """The release as it stands when the operation's turn comes: as the one before has left it, if that has passed."""
    bench = make_bench(release, next_is=life)
    bench.run_before(life)
    return bench


@lives()
def test_back_when_it_never_ran_there_and_there_again_back_and_there(bench, life, schema_after):
    at_first = bench.known or bench.schema()
    bench.backwards(life)
    bench.backwards(life)
    assert bench.schema() == at_first

    if not life.changes_nothing:
        assert not bench.holds(life.done)
    bench.forwards(life)
    once = schema_after(life, lambda: bench)
    assert bench.holds(life.done)
    bench.forwards(life)
    assert bench.holds(life.done)
    assert bench.schema() == once

    for _ in range(2):
        bench.backwards(life)
        assert bench.holds(life.done) == life.stays
    bench.forwards(life)
    assert bench.holds(life.done)
    bench.has_run(life, once)


@pytest.mark.slow
@lives()
def test_from_here_the_whole_release_can_be_undone(make_bench, schema_at_first, release, life):
    bench = make_bench(release)
    bench.run_before(life)
    bench.forwards(life)
    bench.undo_everything()
    assert bench.schema() == schema_at_first


@pytest.mark.slow
@lives()
def test_its_script_does_the_same_in_psql(make_bench, release, life, schema_after):
    def by_django():
        bench = make_bench(release)
        bench.run_before(life)
        bench.forwards(life)
        return bench

    wanted = schema_after(life, by_django)

    bench = make_bench(release)
    bench.run_before(life)
    for _ in range(2):
        assert bench.psql(f"{bench.script(life)}\nSELECT 'done' WHERE {life.done};").endswith("done\n")
    assert bench.schema() == wanted
    for _ in range(2):
        bench.psql(bench.script(life, backwards=True))
        assert bench.holds(life.done) == (life.stays and not life.in_its_session)


@lives(lambda life: life.theirs)
def test_what_somebody_else_made_is_accepted_and_stays(bench, life):
    bench.scratch.psql(life.theirs)
    theirs = bench.schema()
    for _ in range(2):
        bench.forwards(life)
        assert bench.holds(life.done)
        bench.backwards(life)
        assert bench.schema() == theirs


def test_the_checks_of_a_release_fail_before_it_and_hold_after_it(make_bench):
    bench = make_bench(RELEASE)
    before = bench.findings("checks")
    # The index on mood is there before and, by then another one, after. Nothing was parked yet,
    # and no column is beside another.
    coat = {"column.pony.coat", "backfill.pony.coat", "trigger.pony.coat"}
    dam = {"index.pony_dam_id_idx", "backfill.pony.dam_id", "trigger.pony.dam_id"}
    # What has not been renamed has lost no grant.
    grants = {"grants.pony.mood", "grants.pony.coat", "grants.pony.dam_id"}
    assert {check for check, found in before.items() if not found} == {
        "index.pony_mood_idx", "parked.pony", *coat, *dam, *grants
    }  # fmt: skip
    for life in RELEASE:
        assert not any(bench.findings("preconditions", life).values())
        bench.forwards(life)
    after = bench.findings("checks")
    assert len(after) == len(before) > 10
    assert not any(after.values()), after


def test_every_operation_has_a_life():
    exported = {name for name, it in vars(operations).items() if is_operation(it)}
    without = exported - {str(life) for _, life in LIVES}
    assert not without, (
        f"Add a Life of {', '.join(sorted(without))} to RELEASE in tests/operations/pony.py, at its place."
    )


def is_operation(exported):
    return inspect.isclass(exported) and issubclass(exported, Operation)
