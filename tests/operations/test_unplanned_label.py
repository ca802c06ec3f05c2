"""A label nobody planned for is refused until the release says what it becomes."""

from dataclasses import replace

import pytest

from epic10.operations import AddShadow, Backfill, CommonestLabel, CreateEnum
from epic10.operations.schemas.schema import AddSchema

from .life import Life
from .pony import MOOD, MOOD_TYPE

GRUMPY = """ALTER TYPE "Mood" ADD VALUE 'GRUMPY'; UPDATE pony SET mood = 'GRUMPY' WHERE id IN ('Dot', 'Elf')"""


@pytest.fixture
def grumpy(make_bench):
    """Makes a bench for a release with this mapping more, and ponies of that mood."""

    def with_more(**up):
        relabel = replace(MOOD_TYPE, up=MOOD_TYPE.up | up)
        shadow = replace(MOOD, relabel=relabel)
        operations = [
            CommonestLabel("pony", shadow),
            AddSchema("epic10", whose="new"),
            CreateEnum(relabel.working_type, relabel.labels, becomes="Mood"),
            AddShadow("pony", shadow),
            Backfill("pony", [shadow], unit="ponies"),
        ]
        bench = make_bench([Life(operation, "true") for operation in operations])
        for statement in GRUMPY.split(";"):
            bench.scratch.execute(statement)
        return bench

    return with_more


def test_without_a_mapping_it_is_named_and_counted(grumpy):
    found = grumpy().findings("preconditions")["column.pony.mood.labels"]
    assert found == ("2 rows have the label GRUMPY",)


def test_with_a_mapping_it_becomes_what_that_says(grumpy):
    bench = grumpy(GRUMPY="SAD")
    assert not any(bench.findings("preconditions").values())
    bench.run_before(None)
    moods = bench.scratch.rows("SELECT mood_epic10::text FROM pony WHERE mood = 'GRUMPY'")
    assert moods == [("SAD",), ("SAD",)]
