"""Every statement of the night, where nothing in the database has an ordinary name."""

import contextlib
import io
import os

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connections

from epic10.postgres import fingerprint
from epic10.postgres.catalog import quoted
from epic10.release import plan
from epic10.snapshots import files
from tests.adversity import hostile
from tests.adversity.people import run
from tests.adversity.test_identifiers import renamed
from tests.dashboard.dashboards import client_of, with_logins
from tests.databases import Scratch, served
from tests.migration.test_two_routes import SCRIPTS
from tests.monitoring.conftest import Monitor

NAME = """ % %s %(a)s'{0}"; drop ü"""
PAGES = ("/epic10/", "/epic10/status.json")


@pytest.fixture
def hostile_database(people, legacy_database):
    for name in hostile.NAMES:
        legacy_database.execute(hostile.beside(name))
    for name in hostile.ON_IT:
        legacy_database.execute(hostile.on_the_register(name, people.create(name[:20], "NOLOGIN")))
    with renamed(legacy_database, f"{legacy_database.name[:30]}{NAME}"):
        reached = Scratch(legacy_database.connection.settings_dict["NAME"])
        reached.alias = legacy_database.alias
        yield reached


@pytest.fixture
def night(hostile_database, tmp_path, settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.EPIC10_SNAPSHOTS, settings.EPIC10_RECORDS = tmp_path / "snapshots", tmp_path / "records"

    def said(command, *arguments, **options):
        output = io.StringIO()
        if command in ("epic10_snapshot", "epic10_rehearse", "epic10_deploy", "epic10_rollback"):
            options = {"directory": settings.EPIC10_SNAPSHOTS} | options
        try:
            call_command(command, *arguments, database=hostile_database.alias, stdout=output, stderr=output, **options)
        except CommandError as error:
            pytest.fail(f"{command} {arguments}: {output.getvalue()[-3000:]}\n{error}")
        return output.getvalue()

    return said


def whole(database):
    """The register and what is beside it, but for the ledger and the tables of logging in."""
    ours = {f'"public".{quoted(table)}' for table in plan.load().tables()}
    names = fingerprint.every_table(database.connection)
    columns = fingerprint.columns(
        database.connection, [name for name in names if name in ours or not name.startswith('"public".')]
    )
    return fingerprint.schema(database.connection), fingerprint.content(database.connection, columns)


def test_the_snapshot_is_taken_verified_and_restored(hostile_database, night, tmp_path):
    night("epic10_snapshot", "take")
    assert night("epic10_snapshot", "verify").splitlines()[-1] == "2 checks: 2 passed"
    [name] = [
        line.split()[0] for line in night("epic10_snapshot", "list").splitlines() if hostile_database.name[:20] in line
    ]
    into = f"{hostile_database.name[:40]} again"
    try:
        night("epic10_snapshot", "restore", name, into=into)
    finally:
        run("DROP DATABASE IF EXISTS {} WITH (FORCE)", into)


@pytest.mark.slow
def test_there_and_back_by_every_command(hostile_database, night):
    with_logins(hostile_database)
    before = whole(hostile_database)
    night("epic10_precheck", format="json")
    night("epic10_deploy", without_rehearsal=True, yes=True)
    for command in ("epic10_status", "epic10_validate", "epic10_review", "epic10_records"):
        night(command)
    night("epic10_validate", smoke=True)
    # How long the queries take is not the question here.
    assert {name.split(".")[0] for name in Monitor(hostile_database.alias).once().found["findings"]} <= {"query"}
    night("epic10_monitor", "report")
    with served(hostile_database):
        client = client_of()
        assert [client.get(page).status_code for page in PAGES] == [200, 200]
    connections["default"].close()
    night("epic10_rollback", yes=True)
    assert whole(hostile_database) == before


def test_there_and_back_by_the_scripts(hostile_database):
    before = whole(hostile_database)
    for script in ("migration.sql", "verify.sql", "rollback.sql"):
        hostile_database.psql(SCRIPTS / script)
    assert whole(hostile_database) == before


@pytest.mark.slow
def test_to_the_end(hostile_database, night):
    hostile_database.migrate(None)
    night("epic10_validate")
    for name in hostile.ON_IT:
        # Whoever uses the old labels would keep them.
        hostile_database.execute(f"DROP VIEW {quoted(name)}; DROP INDEX {quoted(f'{name} index')}")
        hostile_database.execute(f"DROP TRIGGER {quoted(name * 2)} ON ndas; DROP POLICY {quoted(name)} ON ndas")
    night("epic10_finalize", yes_drop_legacy=True, yes_drop_indexes=True)
    night("epic10_status")


@pytest.mark.long
def test_it_can_be_rehearsed_from_a_snapshot(hostile_database, night):
    night("epic10_snapshot", "take")
    night("epic10_rehearse", snapshot="newest")


@pytest.mark.parametrize(
    "column",
    [
        'a"::text),0)) from s.t;commit;alter role {mallory} superuser;--',
        "a'),0)) from s.t;commit;alter role {mallory} superuser;--",
        'size in "" (inch)',
    ],
)
def test_a_column_is_no_statement(people, legacy_database, tmp_path, column):
    """As it was found: typed by a role with a schema of its own, run by whoever takes a snapshot."""
    # A name has 63 bytes; the statement is to fit into it.
    mallory = f"e{os.getpid()}"
    people.names.append(mallory)
    run("CREATE ROLE {} LOGIN", mallory)
    legacy_database.execute(f"CREATE SCHEMA s AUTHORIZATION {quoted(mallory)}")
    attacker = people.reaching(legacy_database, mallory)
    column = column.format(mallory=mallory)
    attacker.execute(f"CREATE TABLE s.t (a text, {quoted(column)} int); INSERT INTO s.t VALUES ('x', 1)")
    attacker.close()
    with contextlib.suppress(Error):
        call_command(
            "epic10_snapshot", "take", database=legacy_database.alias, directory=tmp_path, stdout=io.StringIO()
        )
    legacy_database.close()
    assert legacy_database.rows("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [mallory]) == [(False,)]
    [name] = files.names(tmp_path)
    assert files.read(tmp_path, name).contents.tables['"s"."t"'].columns == ["a", column]
