"""What README shows is what is printed, on a small register."""

import pytest

from tests.documents import first_steps
from tests.servers import programs
from tests.servers.server import account, running

NDAS = 300


@pytest.mark.slow
def test_every_line_of_the_first_steps_is_printed(django_db_blocker):
    with django_db_blocker.unblock(), running(programs.complete(account())) as server:
        played = first_steps.played_out(server, NDAS)
    broken = {typed.line: typed.broken_promises(ended.said) for typed, ended in played}
    assert {line: promises for line, promises in broken.items() if promises} == {}
