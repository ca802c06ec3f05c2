"""A register as before the release, for the clients to work on."""

import io
from contextlib import contextmanager

from django.core.management import call_command

from tests.databases import database


@contextmanager
def register(rows: int):
    with database() as scratch:
        scratch.migrate("0001")
        call_command("epic10_seed", rows=rows, database=scratch.alias, stdout=io.StringIO())
        yield scratch
