"""A few interruptions of all that ``python -m tests.walk`` makes; others with every commit."""

import dataclasses
import random

import pytest

from tests.walk.seed import of_this_commit
from tests.walk.walk import WALKS, points
from tests.walk.wire import AFTER, CUT, Interruption

POINTS = {"migrate ndas": 8, "migrate ndas 0001": 7, "migration.sql": 5, "rollback.sql": 5}


@pytest.mark.slow
@pytest.mark.parametrize("walk", WALKS)
def test_interrupted_it_ends_as_undisturbed(walker, walk):
    expected = walker.expected(walk)
    seed = of_this_commit()
    print(f"python -m tests.walk --walks '{walk}' --sample {POINTS[walk]} --seed {seed}")
    sample = random.Random(seed).sample(points(expected), POINTS[walk])
    findings = [walker.walk(walk, expected, point) for point in sample]
    assert not [finding for finding in findings if finding.wrong or not finding.was_reached]
    assert len({finding.state for finding in findings}) > 1


@pytest.mark.slow
def test_a_difference_would_be_found(walker, monkeypatch):
    """Were the undisturbed run different by one row, for one."""
    # What the sample has found of equal states is no verdict on this.
    monkeypatch.setattr(walker, "verdicts", {})
    expected = walker.expected("rollback.sql")
    ndas = expected.same.rows["ndas"]
    other = dataclasses.replace(expected.same, rows=expected.same.rows | {"ndas": ndas[1:]})
    wrong = dataclasses.replace(expected, same=other, opposite=(other,))
    finding = walker.walk("rollback.sql", wrong, Interruption(len(expected.requests) // 2, CUT, AFTER))
    there, back = finding.wrong
    assert there == f"rollback.sql afterwards: ndas, unexpected: {ndas[0]}"
    assert back.startswith("migration.sql afterwards: schema, missing: ")
