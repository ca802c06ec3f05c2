"""manage.py flush: never a register's histories; but the test runner's own database, for whoever extends this."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import utils

from epic10.ledger import append_only
from epic10.ledger.models import CreatedObject, PhaseRun
from ndas.models import AuditLog, NdaStatusHistory
from tests.factories import NdaFactory

KEPT = (
    "audit_log, epic10_archive, epic10_original, epic10_orphan, epic10_rollback, epic10_run_record, nda_status_history"
)
TRIGGERS = "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"


@pytest.mark.slow
def test_a_register_is_not_emptied_and_nobody_is_asked(scratch, legacy_template):
    database = scratch(legacy_template)
    database.migrate(None)
    database.close()
    finished = database.manage("flush")
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr == (
        f'CommandError: The database "{database.name}" is not emptied, and nothing was changed: {KEPT} keep their rows '
        "for good.\nHINT: An empty register is a new database: createdb NAME, then python manage.py migrate with its "
        "DATABASE_URL.\n"
    )
    assert database.manage("flush", "--no-input").stderr == finished.stderr
    assert database.rows("SELECT count(*) FROM ndas") == [(300,)]


def test_nor_in_a_process_that_says_it_tests_under_another_name(migrated_database):
    assert hasattr(utils._TestState, "saved_data")
    with pytest.raises(CommandError, match="is not emptied, and nothing was changed"):
        call_command("flush", database=migrated_database.alias, interactive=False)


def test_nor_by_a_command_because_of_a_name(migrated_database, monkeypatch):
    monkeypatch.setitem(migrated_database.connection.settings_dict["TEST"], "NAME", migrated_database.name)
    assert append_only.is_of_the_test_runner(migrated_database.connection)
    saved = utils._TestState.saved_data
    monkeypatch.delattr(utils._TestState, "saved_data")
    with pytest.raises(CommandError, match="is not emptied, and nothing was changed"):
        call_command("flush", database=migrated_database.alias, interactive=False)
    utils._TestState.saved_data = saved


def test_a_database_without_the_register_is_djangos(empty_database):
    empty_database.migrate(None, app="sessions")
    empty_database.execute("INSERT INTO django_session VALUES ('a', '', now())")
    call_command("flush", database=empty_database.alias, interactive=False, inhibit_post_migrate=True)
    assert empty_database.rows("SELECT count(*) FROM django_session") == [(0,)]


@pytest.mark.django_db(transaction=True, reset_sequences=True)
@pytest.mark.parametrize("time", ["once", "again"])
def test_a_test_that_commits_leaves_nothing_behind(time):
    assert (NdaStatusHistory.objects.count(), AuditLog.objects.count()) == (0, 0)
    nda = NdaFactory()
    NdaStatusHistory.objects.create(nda=nda, status=nda.status, changed_by=nda.created_by)
    AuditLog.objects.create(action="x", entity_type="nda")
    assert PhaseRun.objects.count() == 0 or time == "once"
    # Which objects the schema has of ours is no row of a test's: without it no later test could go back.
    assert CreatedObject.objects.filter(kind="column").exists()


@pytest.mark.django_db(transaction=True)
def test_afterwards_every_guard_stands_again():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE nda_status_history ENABLE ALWAYS TRIGGER pgtrigger_no_truncate_3148a")
        before = cursor.execute(TRIGGERS).fetchall()
        assert ("pgtrigger_no_truncate_3148a", "A") in before
        call_command("flush", interactive=False, verbosity=0)
        assert cursor.execute(TRIGGERS).fetchall() == before
        cursor.execute("ALTER TABLE nda_status_history ENABLE TRIGGER pgtrigger_no_truncate_3148a")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("TRUNCATE nda_status_history")


SOMEBODY_ELSES = """
import django
django.setup()
from django.test import TransactionTestCase
from ndas.models import AuditLog

class Committing(TransactionTestCase):
    serialized_rollback = True

    def test_one(self):
        self.assertEqual(AuditLog.objects.count(), 0)
        AuditLog.objects.create(action="x", entity_type="nda")

    test_two = test_one

class WithFewApps(Committing):
    available_apps = ["epic10", "ndas"]
"""


@pytest.mark.slow
def test_djangos_own_runner_as_a_role_that_is_no_superuser(tmp_path, migrated_database):
    """The role may make databases, and owns what it makes."""
    role = f"extends_{migrated_database.name}"
    migrated_database.execute(f'CREATE ROLE "{role}" LOGIN CREATEDB')
    (tmp_path / "test_somebody_elses.py").write_text(SOMEBODY_ELSES)
    url = migrated_database.url
    url = "&".join([part for part in url.split("&") if not part.startswith("user=")]) + f"&user={role}"
    try:
        finished = subprocess.run(
            [sys.executable, settings.BASE_DIR / "manage.py", "test", tmp_path, "--no-input", "-v", "1"],
            cwd=settings.BASE_DIR,
            env={**os.environ, "DATABASE_URL": url},
            capture_output=True,
            text=True,
        )
        assert finished.returncode == 0, finished.stderr
        assert "Ran 4 tests" in finished.stderr
    finally:
        migrated_database.execute(f'DROP ROLE "{role}"')
