"""Where the project's routers keep the register out of a database, the release does nothing there, both ways."""

import contextlib
import io
import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from epic10.postgres import scratch_database
from epic10.release import plan

OURS = ("ndas", "epic10")
TABLES = "SELECT count(*) FROM pg_class WHERE relname ~ '^(ndas|epic10_)' AND relnamespace = 'public'::regnamespace"
WORKFLOW = "0003_workflow_guards"


class KeepsOutOf:
    """A router: the apps do not go into these databases, and nothing else is said."""

    def __init__(self, *aliases, apps=OURS):
        self.aliases, self.apps = aliases, apps

    def allow_migrate(self, db, app_label, **hints):
        return False if db in self.aliases and app_label in self.apps else None


class OnlyInto:
    """The usual router: the apps have a database of their own, known by its alias."""

    def __init__(self, alias):
        self.alias = alias

    def allow_migrate(self, db, app_label, **hints):
        return db == self.alias if app_label in OURS else None


@contextlib.contextmanager
def sqlite_database(path):
    configured = connections.configure_settings({"default": {}, "lite": {"ENGINE": "django.db.backends.sqlite3"}})
    connections.settings["lite"] = configured["lite"] | {"NAME": str(path)}
    try:
        yield connections["lite"]
    finally:
        connections["lite"].close()
        del connections["lite"], connections.settings["lite"]


@pytest.fixture
def lite(tmp_path, django_db_blocker):
    with django_db_blocker.unblock(), sqlite_database(tmp_path / "lite.sqlite3") as connection:
        yield connection


def migrate(alias, *arguments, **options):
    output = io.StringIO()
    call_command("migrate", *arguments, database=alias, stdout=output, stderr=output, no_color=True, **options)
    return output.getvalue()


def test_an_empty_database_gets_none_of_it_there_and_back(empty_database, settings):
    settings.DATABASE_ROUTERS = [KeepsOutOf(empty_database.alias)]
    there = migrate(empty_database.alias, "ndas")
    # Django's own words: it writes the record of a migration that its routers made empty.
    assert "Applying ndas.0002_epic_10_customer_feedback... OK\n" in there
    assert f"Applying ndas.{WORKFLOW}... OK\n" in there
    assert "expand" not in there
    assert empty_database.rows(TABLES) == [(0,)]
    assert "Unapplying ndas.0002_epic_10_customer_feedback... OK\n" in migrate(empty_database.alias, "ndas", "0001")
    assert "Unapplying ndas.0001_initial... OK\n" in migrate(empty_database.alias, "ndas", "zero")
    assert empty_database.rows(TABLES) == [(0,)]


def test_a_register_that_is_there_is_not_migrated(legacy_database, settings):
    schema = legacy_database.dump_schema()
    settings.DATABASE_ROUTERS = [KeepsOutOf(legacy_database.alias)]
    migrate(legacy_database.alias, "ndas")
    assert legacy_database.dump_schema() == schema
    assert legacy_database.rows("SELECT count(*) FROM epic10_phase_run") == [(0,)]


def test_a_release_that_is_in_place_is_not_taken_back(migrated_database, settings):
    schema = migrated_database.dump_schema()
    settings.DATABASE_ROUTERS = [KeepsOutOf(migrated_database.alias)]
    migrate(migrated_database.alias, "ndas", "0001")
    assert migrated_database.dump_schema() == schema
    assert plan.load().is_switched(migrated_database.connection)


def test_nor_by_djangos_own_executor(legacy_database, settings):
    settings.DATABASE_ROUTERS = [KeepsOutOf(legacy_database.alias)]
    schema = legacy_database.dump_schema()
    for target in (WORKFLOW, "0001_initial"):
        MigrationExecutor(legacy_database.connection).migrate([("ndas", target)])
        assert legacy_database.dump_schema() == schema
    assert legacy_database.rows("SELECT count(*) FROM epic10_phase_run") == [(0,)]


def test_sqlmigrate_prints_nothing_of_it(legacy_database, settings):
    settings.DATABASE_ROUTERS = [KeepsOutOf(legacy_database.alias)]
    output = io.StringIO()
    call_command("sqlmigrate", "ndas", "0002", database=legacy_database.alias, stdout=output, no_color=True)
    assert [line for line in output.getvalue().splitlines() if not line.startswith("--")] == []
    assert output.getvalue().count("-- (no-op)\n") == len(plan.load().phases)


@pytest.mark.slow
def test_sqlite_beside_it_gets_what_is_for_it(lite, settings):
    settings.DATABASE_ROUTERS = [KeepsOutOf("lite")]
    migrate("lite")
    tables = lite.introspection.table_names()
    assert "auth_group" in tables
    assert not [table for table in tables if table.startswith(("nda", "contacts", "epic10"))]
    with lite.cursor() as cursor:
        # Groups that could do nothing there are not made there.
        assert cursor.execute("SELECT count(*) FROM auth_group").fetchone() == (0,)
    migrate("lite", "ndas", "0001")
    migrate("lite", "epic10", "zero")
    migrate("lite", "ndas", "zero")


@pytest.mark.parametrize("arguments", [[], ["ndas"], ["ndas", "0001"], ["epic10"]], ids=" ".join)
def test_sqlite_without_such_a_router_is_refused_before_anything_is_changed(lite, arguments):
    with pytest.raises(CommandError) as refusal:
        migrate("lite", *arguments)
    assert str(refusal.value) == (
        'The database "lite" is SQLite, and the register lives in PostgreSQL.\n'
        'HINT: A router whose allow_migrate("lite", "ndas") and allow_migrate("lite", "epic10") are False keeps it out '
        "of there: DATABASE_ROUTERS."
    )
    assert lite.introspection.table_names() == []


def test_other_apps_go_to_sqlite_as_ever(lite):
    migrate("lite", "sessions")
    assert "django_session" in lite.introspection.table_names()


def test_a_router_that_separates_register_and_ledger_is_refused(legacy_database, settings):
    settings.DATABASE_ROUTERS = [KeepsOutOf(legacy_database.alias, apps=["epic10"])]
    with pytest.raises(CommandError) as refusal:
        migrate(legacy_database.alias, "ndas")
    assert str(refusal.value) == (
        f'The database routers let "ndas" into the database "{legacy_database.alias}", but not "epic10", its ledger.\n'
        'HINT: Let allow_migrate of DATABASE_ROUTERS answer "epic10" as it answers "ndas".'
    )


def kept_out(alias):
    return (
        f'The database routers keep "ndas" out of the database "{alias}".\n'
        "HINT: --database with the alias of the register, or another answer of allow_migrate in DATABASE_ROUTERS."
    )


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("migrate", {"prepare": True}),
        ("epic10_precheck", {}),
        ("epic10_deploy", {"yes": True, "without_rehearsal": True}),
        ("epic10_rollback", {"yes": True}),
        ("epic10_finalize", {"yes_drop_legacy": True}),
        ("epic10_rehearse", {"rows": 10}),
    ],
)
def test_what_is_for_the_register_alone_says_where_it_is_not(legacy_database, settings, command, options):
    settings.DATABASE_ROUTERS = [KeepsOutOf(legacy_database.alias)]
    with pytest.raises(CommandError) as refusal:
        call_command(command, database=legacy_database.alias, stdout=io.StringIO(), **options)
    assert str(refusal.value) == kept_out(legacy_database.alias)


def test_a_typed_alias_is_refused_as_an_argument(settings):
    settings.DATABASE_ROUTERS = [KeepsOutOf("default")]
    with pytest.raises(CommandError) as refusal:
        call_command("epic10_status", "--database", "default")
    assert str(refusal.value) == f"Error: argument --database: {kept_out('default')}"


def test_a_copy_is_routed_as_its_original(legacy_database, settings, django_db_blocker):
    settings.DATABASE_ROUTERS = [OnlyInto(legacy_database.alias)]
    with django_db_blocker.unblock(), scratch_database.database(legacy_database.alias, prefix="copy_") as copy:
        migrate(copy, "ndas")
        assert plan.load().is_switched(connections[copy])
        migrate(copy, "ndas", "0001")
        assert not plan.load().is_switched(connections[copy])


WITHOUT_THE_APP = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.conf import settings
settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "ndas"]
settings.ROOT_URLCONF = "without"
sys.modules["without"] = type(sys)("without")
sys.modules["without"].urlpatterns = []
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", *sys.argv[1:]])
"""


def without_the_app(database, *arguments):
    environment = {**os.environ, "DATABASE_URL": database.url}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_APP, *arguments],
        cwd=project.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_a_project_without_the_releases_app_migrates_as_django_does(empty_database):
    finished = without_the_app(empty_database, "migrate")
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "  Applying sessions.0001_initial... OK\n" in finished.stdout


def test_apps_that_are_not_installed_for_a_while_are_not_there():
    assert plan.is_installed()
    with override_settings(INSTALLED_APPS=["epic10", "django.contrib.contenttypes", "django.contrib.auth"]):
        assert not plan.is_installed()
    assert plan.is_installed()


@pytest.mark.slow
def test_and_what_is_for_the_release_says_that_there_is_none(empty_database):
    finished = without_the_app(empty_database, "epic10_validate")
    assert finished.returncode == 1
    assert finished.stderr == (
        'NotInstalled: This project has no migration "0002_epic_10_customer_feedback" of an app "ndas".\n'
        'HINT: "ndas" has to be in INSTALLED_APPS, and EPIC10_MIGRATION has to name its release.\n'
    )


@pytest.mark.slow
def test_the_keys_of_the_ledger_are_those_of_its_migrations_whatever_the_project_says(empty_database):
    changed = WITHOUT_THE_APP.replace(
        "settings.ROOT_URLCONF", 'settings.DEFAULT_AUTO_FIELD = "django.db.models.AutoField"\nsettings.ROOT_URLCONF'
    )
    finished = subprocess.run(
        [sys.executable, "-c", changed, "makemigrations", "--check", "--dry-run", "epic10"],
        cwd=project.BASE_DIR,
        env={**os.environ, "DATABASE_URL": empty_database.url},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stdout
