"""What a walk starts from, made once."""

import contextlib

import pytest
from django.db import connection

from tests.servers import programs
from tests.servers.server import account, alias, running
from tests.walk import commands, registers
from tests.walk.walk import Walker


@pytest.fixture(scope="session")
def walker(django_db_blocker):
    with (
        django_db_blocker.unblock(),
        somewhere() as using,
        registers.made(using) as templates,
        Walker(templates, using) as walker,
    ):
        commands.get_ready()
        yield walker


@contextlib.contextmanager
def somewhere():
    """The server of DATABASE_URL; one of our own where that one would wait for its disk at every copy."""
    with contextlib.ExitStack() as stack:
        using = "default"
        with connection.cursor() as cursor, contextlib.suppress(programs.Missing):
            cursor.execute("SHOW fsync")
            if cursor.fetchone() == ("on",):
                server = stack.enter_context(running(programs.complete(account())))
                using = "walk"
                stack.enter_context(alias(using, server.url()))
        yield using


@pytest.fixture(autouse=True)
def small_steps(settings):
    settings.EPIC10_BATCH_SIZE = registers.BATCH
