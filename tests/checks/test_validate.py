"""epic10_validate, as its operator and as a script meet it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from epic10.ledger.models import SavedReport
from epic10.release import plan

pytestmark = pytest.mark.django_db


def execute(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def validate(**options):
    said, complained = StringIO(), StringIO()
    try:
        call_command("epic10_validate", stdout=said, stderr=complained, **options)
        error = None
    except CommandError as raised:
        error = raised
    return said.getvalue(), complained.getvalue(), error


@pytest.fixture(autouse=True)
def a_migrated_register():
    # Another test may have emptied the ledger.
    execute(
        "DELETE FROM epic10_row_count",
        *(f"INSERT INTO epic10_row_count (table_name, rows) VALUES ('{table}', 0)" for table in plan.load().tables()),
        "INSERT INTO epic10_created_object (kind, name) VALUES ('type', 'NdaType') ON CONFLICT DO NOTHING",
    )


def test_a_migrated_database_passes_and_the_report_is_saved():
    said, complained, error = validate()
    assert (error, complained) == (None, "")
    assert "OK      rows.status  " in said
    assert said.splitlines()[-1].endswith(" passed")
    saved = SavedReport.objects.latest("id")
    assert (saved.command, saved.verdict, saved.body["verdict"]) == ("epic10_validate", "OK", "OK")


def test_it_asks_what_the_migration_promises_and_what_the_domain_wants():
    said, _, _ = validate()
    assert "column.ndas.nda_type " in said
    assert "integrity.orphans " in said


def test_json_is_the_saved_report_and_nothing_else():
    said, _, error = validate(format="json")
    assert error is None
    assert json.loads(said) == SavedReport.objects.latest("id").body
    assert json.loads(said)["database"]["name"] == connection.settings_dict["NAME"]


def test_a_failed_check_is_shown_saved_and_an_error():
    execute("DROP INDEX idx_ndas_expiration_date")
    said, _, error = validate()
    assert (str(error), error.returncode) == ("Epic 10 is not as it should be.", 1)
    assert "FAILED  query.expiry  " in said
    assert SavedReport.objects.latest("id").verdict == "FAILED"


def test_a_report_that_cannot_be_saved_is_shown_all_the_same():
    execute("SET LOCAL transaction_read_only = on")
    said, complained, error = validate()
    assert said.splitlines()[-1].endswith(" passed")
    assert error is None
    assert complained == "The report is not saved: cannot execute INSERT in a read-only transaction.\n"


@pytest.mark.parametrize(
    "undone",
    ["DELETE FROM epic10_created_object", "DROP TABLE epic10_created_object"],
    ids=["rolled back", "never migrated"],
)
def test_a_database_without_epic_10_is_told_so(undone):
    execute("ALTER TABLE ndas RENAME status_legacy TO status_before", undone)
    said, _, error = validate()
    assert said == ""
    assert str(error) == (
        f'Epic 10 is not applied to database "{connection.settings_dict["NAME"]}".\nHINT: python manage.py migrate ndas'
    )


def test_an_empty_database_is_told_so():
    execute("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    _, _, error = validate()
    assert str(error).startswith("Epic 10 is not applied to database ")


def test_a_half_way_database_is_told_both_ways_out():
    execute("ALTER TABLE ndas RENAME status_legacy TO status_before")
    _, _, error = validate()
    assert str(error) == (
        f'Epic 10 is applied to database "{connection.settings_dict["NAME"]}" in part; nothing of it is visible yet.\n'
        "HINT: python manage.py migrate ndas finishes it, python manage.py migrate ndas 0001 takes it back."
    )
