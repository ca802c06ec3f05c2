"""Names that SQL would stumble over: of the schema, of the roles, of the database."""

import contextlib
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests.adversity.people import give_away, run
from tests.adversity.test_settings import content
from tests.migration.test_two_routes import SCRIPTS

WEIRD = 'we"ird; drop'
SEARCH_PATH = '-c search_path="we""ird;\\ drop"'


@contextlib.contextmanager
def renamed(database, name):
    """The database by another name, for the time being."""
    database.close()
    run("ALTER DATABASE {} RENAME TO {}", database.name, name)
    connections[database.alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        database.close()
        run("ALTER DATABASE {} RENAME TO {}", name, database.name)
        connections[database.alias].settings_dict["NAME"] = database.name


@pytest.fixture
def weird_database(people, legacy_database):
    owner, migrator = people.create(f"{WEIRD} owner", "NOLOGIN CREATEDB"), people.create(f"{WEIRD} migrator")
    give_away(legacy_database, owner)
    membership = sql.SQL("GRANT {owner} TO {migrator}; ALTER ROLE {migrator} SET role = {owner}")
    legacy_database.execute(membership.format(owner=sql.Identifier(owner), migrator=sql.Identifier(migrator)))
    legacy_database.execute(sql.SQL("ALTER SCHEMA public RENAME TO {}").format(sql.Identifier(WEIRD)))
    with renamed(legacy_database, f"{legacy_database.name}_{WEIRD}"):
        reached = people.reaching(legacy_database, migrator)
        reached.name = legacy_database.connection.settings_dict["NAME"]
        reached.connection.settings_dict["OPTIONS"] = {"options": SEARCH_PATH}
        yield reached
        reached.close()


def test_whatever_the_names_both_routes_go_there_and_back(weird_database):
    before = content(weird_database)
    weird_database.migrate()
    call_command("epic10_validate", database=weird_database.alias, stdout=StringIO())
    weird_database.migrate("0001")
    assert content(weird_database) == before
    for script in ("migration.sql", "verify.sql", "rollback.sql"):
        weird_database.psql(SCRIPTS / script)
    assert content(weird_database) == before


@pytest.mark.long
def test_whatever_the_names_one_can_rehearse(weird_database):
    weird_database.connection.settings_dict["OPTIONS"] = {}
    call_command("epic10_rehearse", rows=20, database=weird_database.alias, stdout=StringIO())
