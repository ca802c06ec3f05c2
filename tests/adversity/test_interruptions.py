"""Each line of docs/interruptions.md is what is seen: exit status, message, state, next command."""

import pytest

from tests.adversity.interruptions import COMMANDS, WAYS, compare, interrupted, rows

# Ctrl-C in each command is tried with the slow tests, the others when there is time: pytest -m long
OFTEN = ("Ctrl-C", "Ctrl-C twice")
EVERY = [
    pytest.param(
        command, way, marks=pytest.mark.slow if way in OFTEN else pytest.mark.long, id=f"{command.typed}, {way}"
    )
    for command in COMMANDS
    for way in WAYS
]


def test_the_page_has_a_line_for_every_way_of_interrupting_every_command():
    assert list(rows()) == [(command.typed, way) for command in COMMANDS for way in WAYS]


@pytest.mark.parametrize(("command", "way"), EVERY)
def test_it_ends_as_the_page_says(request, tmp_path, command, way):
    database = request.getfixturevalue(command.kind)
    compare(command, way, interrupted(database, command, way, tmp_path))
