"""The register that the shapes hang on."""

import contextlib
import io

from django.core.management import call_command

from tests.databases import database

NDAS = 60


@contextlib.contextmanager
def register():
    """A database at 0001 with a few rows, to copy from."""
    with database() as template:
        template.migrate("0001")
        call_command("epic10_seed", rows=NDAS, database=template.alias, stdout=io.StringIO())
        template.close()
        yield template
