"""
The register as it is in production: owned by one role, migrated by another.

``people``    creates roles: ``people.create("owner")``
``register``  the legacy database, given to the role ``register_owner``
``migrator``  a role that may log in and nothing else
"""

import pytest

from epic10.postgres import fingerprint
from epic10.release import plan
from tests.adversity.people import People, give_away
from tests.databases import Scratch
from tests.migration.conftest import after, before, look_before  # noqa: F401


@pytest.fixture
def people(django_db_blocker):
    """Set up before any database, so that no role goes before what it owns."""
    with django_db_blocker.unblock():
        everybody = People()
        yield everybody
        everybody.leave()


@pytest.fixture
def register_owner(people):
    return people.create("owner", "NOLOGIN")


@pytest.fixture
def migrator(people):
    return people.create("migrator")


@pytest.fixture
def register(register_owner, migrator, legacy_database):
    give_away(legacy_database, register_owner)
    return legacy_database


@pytest.fixture(scope="session")
def baseline_columns(legacy_template):
    template = Scratch(legacy_template)
    columns = fingerprint.columns(template.connection, plan.load().tables())
    template.close()
    return columns
