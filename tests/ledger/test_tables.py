"""The ledger is the same, whoever made its tables."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection

from epic10.ledger import models, monitoring_tables
from epic10.ledger.monitoring_models import KEPT
from epic10.ledger.tables import CREATE_LEDGER

WRITTEN_TO = (models.CreatedObject, models.PhaseRun, models.RowCount, models.SavedReport)
MODELS = (
    *WRITTEN_TO,
    models.Snapshot,
    models.RunRecord,
    models.Rollback,
    models.ArchivedRow,
    models.OriginalRow,
    models.Orphan,
    *KEPT,
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
    execute([*CREATE_LEDGER, *monitoring_tables.CREATE])
    assert models.RowCount.objects.get().rows == 3


def test_a_row_written_by_a_script_reads_like_one_written_by_django():
    execute(
        [
            "INSERT INTO epic10_created_object (kind, name) VALUES ('column', 'ndas.nda_type')",
            "INSERT INTO epic10_phase_run (phase, direction) VALUES ('expand', 'forwards')",
        ]
    )
    models.CreatedObject.objects.create(kind="type", name="NdaType")
    models.PhaseRun.objects.create(phase="switch", direction=models.PhaseRun.Direction.FORWARDS)
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
