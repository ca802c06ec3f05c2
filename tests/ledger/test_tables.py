"""The ledger is the same, whoever made its tables."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from epic10 import migrations
from epic10.ledger import models, store, tables
from epic10.ledger.models import OF_THE_WATCH
from epic10.postgres import client_programs
from tests.migration.test_routers import OnlyInto

WRITTEN_TO = (models.CreatedObject, models.PhaseRun, models.RowCount, models.SavedReport)
MODELS = (
    *WRITTEN_TO,
    models.Snapshot,
    models.RunRecord,
    models.Rollback,
    models.ArchivedRow,
    models.OriginalRow,
    models.Orphan,
    *OF_THE_WATCH,
)


@pytest.fixture(autouse=True)
def an_empty_ledger(db):
    for model in WRITTEN_TO:
        model.objects.all().delete()


def execute(statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_it_can_be_created_twice():
    models.RowCount.objects.create(table_name="ndas", rows=3)
    execute([*tables.statements(), *tables.statements(tables.WATCH)])
    assert models.RowCount.objects.get().rows == 3


def test_a_row_written_by_a_script_reads_like_one_written_by_django():
    execute(
        [
            "INSERT INTO epic10_created_object (kind, name) VALUES ('column', 'ndas.nda_type')",
            "INSERT INTO epic10_phase_run (phase, direction) VALUES ('expand', 'forwards')",
        ]
    )
    models.CreatedObject.objects.create(kind="type", name="NdaType")
    models.PhaseRun.objects.create(phase="switch", direction="forwards")
    assert all(made.created_at for made in models.CreatedObject.objects.all())
    assert [(run.rows, run.error, run.finished_at) for run in models.PhaseRun.objects.all()] == [(0, "", None)] * 2
    assert all(run.started_at for run in models.PhaseRun.objects.all())


def test_the_models_and_the_tables_name_the_same_columns():
    for model in MODELS:
        with connection.cursor() as cursor:
            described = connection.introspection.get_table_description(cursor, model._meta.db_table)
        assert {column.name for column in described} == {field.column for field in model._meta.fields}


def test_the_models_are_the_ones_the_migration_states():
    call_command("makemigrations", "epic10", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("change", ["UPDATE epic10_archive SET event = ''", "DELETE FROM epic10_archive"])
def test_nobody_changes_the_archive(change):
    with pytest.raises(DatabaseError) as refusal:
        execute([change])
    assert refusal.value.__cause__.diag.message_primary == "epic10_archive is append-only."


# The constraints and indexes of existing databases have these names.
FIRST_REVISION = Path(__file__).with_name("first_revision.sql").read_text()
LATER = """
from django.db import migrations, models
from epic10.ledger.tables import {part}, LedgerMigration

class Migration(LedgerMigration):
    part = {part}
    dependencies = [("epic10", "{previous}")]
    operations = [
        migrations.AddField("{model}", "remark", models.TextField(default="", db_default="")),
        migrations.AddIndex("{model}", models.Index(fields=["remark"], name="{model}_remark")),
    ]
"""
HAVE_REMARKS = """
SELECT attrelid::regclass::text, pg_get_expr(adbin, adrelid)
  FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  JOIN pg_indexes ON tablename = attrelid::regclass::text AND indexname LIKE '%_remark'
 WHERE attname = 'remark' ORDER BY 1"""
RECORD = {"command": "", "verdict": "", "previous": "", "hash": "", "body": {}, "remark": "Said."}
BOTH = [("epic10_run_record", "''::text"), ("epic10_watch", "''::text")]


@pytest.fixture
def an_old_database(empty_database):
    empty_database.execute(FIRST_REVISION)
    return empty_database


@pytest.fixture
def a_later_revision(monkeypatch, settings, tmp_path):
    """Two more migrations of epic10, each of which adds a column and its index."""
    package = tmp_path / "later_revision"
    package.mkdir()
    (package / "__init__.py").write_text("from epic10 import migrations\n__path__ += migrations.__path__\n")
    (package / "0998_remark.py").write_text(LATER.format(part="LEDGER", previous=newest(), model="runrecord"))
    (package / "0999_remark.py").write_text(LATER.format(part="WATCH", previous="0998_remark", model="watch"))
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"epic10": package.name}
    tables._declared.cache_clear()
    yield
    tables._declared.cache_clear()


def newest():
    return max(path.stem for path in Path(migrations.__file__).parent.glob("0*.py"))


def schema(database):
    dumped = client_programs.run(database.connection, "pg_dump", "--schema-only", "--table=epic10_*")
    return [line for line in dumped.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def write_first(database):
    for part in (tables.LEDGER, tables.WATCH):
        tables.create(database.connection, part)


def test_the_tables_of_the_first_revision_are_the_same(scratch):
    old, new = scratch(), scratch()
    old.execute(FIRST_REVISION)
    write_first(new)
    assert schema(new) == schema(old)
    write_first(old)
    assert schema(new) == schema(old)


@pytest.mark.parametrize("reach", [write_first, lambda db: db.migrate(None, app="epic10")], ids=["write", "migrate"])
def test_a_new_column_reaches_an_existing_database(reach, an_old_database, a_later_revision):
    reach(an_old_database)
    assert an_old_database.rows(HAVE_REMARKS) == BOTH
    reach(an_old_database)
    write_first(an_old_database)
    assert an_old_database.rows(HAVE_REMARKS) == BOTH


def test_whoever_keeps_a_row_in_a_table_of_an_earlier_revision_adds_the_column(an_old_database, a_later_revision):
    later = MigrationLoader(connection=None).project_state(("epic10", "0998_remark"))
    model, now = later.apps.get_model("epic10", "RunRecord"), datetime.now(UTC)
    assert store.keep(an_old_database.alias, model, **RECORD, started_at=now, finished_at=now) == ""
    assert an_old_database.rows("SELECT remark FROM epic10_run_record") == [("Said.",)]


def test_the_migrations_drop_what_they_have_created(empty_database):
    for target in (newest(), None):  # The command refuses to go back to zero.
        MigrationExecutor(empty_database.connection).migrate([("epic10", target)])
    assert empty_database.rows("SELECT relname FROM pg_class WHERE starts_with(relname, 'epic10')") == []
    assert empty_database.rows("SELECT proname FROM pg_proc WHERE starts_with(proname, 'epic10')") == []


def test_every_migration_can_run_where_a_script_has_made_the_tables():
    for path in Path(migrations.__file__).parent.glob("0*.py"):
        assert "class Migration(LedgerMigration):" in path.read_text(), f"{path.name} has to be a LedgerMigration"


def test_the_tables_are_created_where_the_routers_want_them(empty_database, settings):
    settings.DATABASE_ROUTERS = [OnlyInto(empty_database.alias)]
    write_first(empty_database)
    assert empty_database.rows(
        "SELECT count(*) FROM pg_class WHERE relname IN ('epic10_snapshot', 'epic10_watch')"
    ) == [(2,)]
