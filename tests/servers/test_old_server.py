"""A server that is too old is told so before anything is changed."""

import pytest
from django.core.management import CommandError
from django.db import NotSupportedError

from epic10.postgres.client_programs import ToolFailed
from manage import explain
from tests.databases import Scratch, database
from tests.migration.test_two_routes import SCRIPTS
from tests.servers import programs
from tests.servers.server import alias, of_version

TOO_OLD = "Expected that the server is PostgreSQL 15 or newer; found: PostgreSQL 14.23."
HINT = "Upgrade the server first."
RELATIONS = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@pytest.fixture(scope="module")
def old_database(django_db_blocker):
    server = of_version(programs.TOO_OLD)
    with django_db_blocker.unblock(), server as old, alias("old", old.url()), database(using="old") as empty:
        yield empty


@pytest.mark.slow
@pytest.mark.parametrize("target", [None, "0001"], ids=["there", "back"])
def test_postgresql_14_is_refused_by_migrate(old_database: Scratch, target):
    with pytest.raises(CommandError) as refusal:
        old_database.migrate(target)
    assert str(refusal.value) == f"{TOO_OLD}\nHINT: {HINT}"
    assert old_database.rows(RELATIONS) == [(0,)]


def test_what_a_newer_django_refuses_by_itself_has_a_hint_too():
    refusal = NotSupportedError("PostgreSQL 15 or later is required (found 14.23).")
    assert explain(refusal) == f"{refusal}\nHINT: {HINT}"


@pytest.mark.slow
@pytest.mark.parametrize("script", ["migration.sql", "rollback.sql"])
def test_postgresql_14_is_refused_by_the_scripts(old_database: Scratch, script):
    with pytest.raises(ToolFailed) as refusal:
        old_database.psql(SCRIPTS / script)
    assert str(refusal.value) == f"psql ended with status 3: ERROR:  {TOO_OLD}\nHINT:  {HINT}"
    assert old_database.rows(RELATIONS) == [(0,)]
