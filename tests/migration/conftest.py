"""
What an undisturbed release looks like, to compare a disturbed one with.

``before``             the fingerprint of the legacy database
``after``              the fingerprint of the migrated one, every column
``look_before``        looks at a database as ``before`` was looked at: at the baseline's columns
"""

import pytest

from epic10.postgres import fingerprint
from epic10.release import plan
from tests.databases import Scratch

from .disturbances import look_at


@pytest.fixture(scope="session")
def look_before(legacy_template):
    template = Scratch(legacy_template)
    columns = fingerprint.columns(template.connection, plan.load().tables())
    template.close()
    return lambda database: look_at(database, columns)


@pytest.fixture(scope="session")
def before(legacy_template, look_before):
    return _and_close(Scratch(legacy_template), look_before)


@pytest.fixture(scope="session")
def after(migrated_template):
    return _and_close(Scratch(migrated_template), look_at)


def _and_close(template, look):
    # A database that somebody is connected to cannot be copied.
    found = look(template)
    template.close()
    return found
