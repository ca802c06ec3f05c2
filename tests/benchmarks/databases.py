"""A database of the size asked for, and fresh copies of it."""

import contextlib
import io

from django.core.management import call_command

from tests.databases import database


@contextlib.contextmanager
def seeded(rows):
    """The name of a vacuumed baseline database with that many NDAs, to copy from."""
    with database() as template:
        template.migrate("0001")
        call_command("epic10_seed", rows=rows, database=template.alias, stdout=io.StringIO())
        template.execute("VACUUM (ANALYZE, FREEZE)")
        template.execute("CHECKPOINT")
        template.close()
        yield template.name
