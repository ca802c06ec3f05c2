"""
What an undisturbed release looks like, to compare a disturbed one with.

``before``             the fingerprint of the legacy database
``after``              the fingerprint of the migrated one, every column
``look_before``        looks at a database as ``before`` was looked at: at the baseline's columns
``lived_in``           Epic 10, live, with what the old schema cannot hold, and ``was``, how that looks
"""

import pytest

from epic10.postgres import fingerprint
from epic10.release import plan
from tests.databases import Scratch, prepared

from .disturbances import look_at
from .lived_in import live


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


@pytest.fixture(scope="module")
def lived_in_template(django_db_blocker, migrated_template):
    with django_db_blocker.unblock(), prepared(migrated_template, live) as found:
        yield found


@pytest.fixture
def lived_in(scratch, lived_in_template):
    """Epic 10, live, with six NDAs and a history entry that the old schema cannot hold; and their ids."""
    name, (ids, entry, _) = lived_in_template
    database = scratch(name)
    database.ids, database.entry = ids, entry
    return database


@pytest.fixture
def was(lived_in_template):
    _, (_, _, look) = lived_in_template
    return look


def _and_close(template, look):
    # A database that somebody is connected to cannot be copied.
    found = look(template)
    template.close()
    return found
