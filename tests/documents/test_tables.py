"""The table of locks is what a small register shows, too, but for its numbers."""

import pytest

from tests.benchmarks import statements
from tests.documents import marks
from tests.documents.shape import shape

NDAS = 300


@pytest.mark.slow
def test_the_locks_of_every_change_are_those_of_the_page(django_db_blocker):
    with django_db_blocker.unblock():
        found = _rows(statements.table(NDAS))
    [block] = marks.blocks("statements")
    assert _rows(block.body) == found


def _rows(text):
    return [shape(line) for line in text.splitlines() if line.startswith("|")]
