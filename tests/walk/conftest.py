"""What a walk starts from, made once."""

import pytest

from tests.walk import commands, registers
from tests.walk.walk import Walker


@pytest.fixture(scope="session")
def walker(django_db_blocker):
    with django_db_blocker.unblock(), registers.made() as templates, Walker(templates) as walker:
        commands.get_ready()
        yield walker


@pytest.fixture(autouse=True)
def small_steps(settings):
    settings.EPIC10_BATCH_SIZE = registers.BATCH
