"""Where a command of the night can do nothing, it says so before it asks anybody for a yes."""

import io

import pytest
from django.core.management import CommandError, call_command

from epic10.postgres import view_users

ASKING = ["epic10_deploy", "epic10_rollback", "epic10_finalize"]


@pytest.fixture(autouse=True)
def nobody_is_there(monkeypatch, settings, tmp_path):
    settings.EPIC10_SNAPSHOTS, settings.EPIC10_RECORDS = tmp_path / "snapshots", tmp_path / "records"
    monkeypatch.setattr(view_users, "SECONDS", 0.0)
    monkeypatch.setattr("builtins.input", lambda question: pytest.fail(f"Somebody was asked: {question}"))


def refusal(command, database):
    with pytest.raises(CommandError) as refused:
        call_command(command, database=database.alias, stdout=io.StringIO())
    return str(refused.value)


@pytest.mark.parametrize("command", ASKING)
def test_without_a_register(empty_database, command):
    assert refusal(command, empty_database) == (
        f'Database "{empty_database.name}" has no register.\n'
        "HINT: Look at DATABASE_URL; python manage.py migrate ndas 0001 makes an empty register."
    )


def test_without_a_release_to_end(legacy_database):
    assert refusal("epic10_finalize", legacy_database) == (
        f'Epic 10 is not applied to database "{legacy_database.name}".\nHINT: python manage.py migrate ndas'
    )


def test_without_a_release_to_take_back(legacy_database):
    said = io.StringIO()
    call_command("epic10_rollback", database=legacy_database.alias, stdout=said)
    assert "Nothing of Epic 10 is in this database: there is nothing to undo.\n" in said.getvalue()


def test_without_a_way_back(migrated_database):
    call_command("epic10_finalize", "--yes-drop-legacy", database=migrated_database.alias, stdout=io.StringIO())
    assert refusal("epic10_rollback", migrated_database).startswith(
        "There is no way back: Epic 10 is finalized, and the old labels are gone.\nHINT: "
    )
    said = io.StringIO()
    call_command("epic10_finalize", database=migrated_database.alias, stdout=said)
    assert "Epic 10 is finalized already: there is nothing left to do." in said.getvalue()
