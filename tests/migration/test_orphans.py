"""A reference that points at nobody is lost to nobody: refused, or kept in a list and given back."""

import pytest
from django.core.management import CommandError
from django.db import DatabaseError

from epic10.postgres.client_programs import ToolFailed

from .disturbances import look_at
from .test_two_routes import SCRIPTS

THEIRS = """
    ALTER TABLE ndas ADD approved_by_id text;
    UPDATE ndas SET approved_by_id = created_by_id;
    UPDATE ndas SET approved_by_id = 'nobody-' || id WHERE id IN (SELECT id FROM ndas ORDER BY id LIMIT 12)"""
ORPHANS = "SELECT id, approved_by_id FROM ndas WHERE approved_by_id LIKE 'nobody-%%' ORDER BY id"
KEPT = "SELECT row_id, value FROM epic10_orphan WHERE (table_name, column_name) = ('ndas', 'approved_by_id') ORDER BY 1"
APPROVED_BY_NOBODY = "SELECT id FROM ndas WHERE approved_by_id IS NULL ORDER BY id"

THERE = {
    "migrate": lambda database: database.migrate(orphans="set-null"),
    "migration.sql": lambda database: database.psql(SCRIPTS / "migration.sql", "-v", "orphans=set-null"),
}


@pytest.fixture
def orphans(legacy_database):
    for statement in THEIRS.split(";"):
        legacy_database.execute(statement)
    return legacy_database.rows(ORPHANS)


def test_they_are_refused_with_their_count_and_the_first_ten(legacy_database, orphans):
    found = look_at(legacy_database)
    complaint = (
        "Expected that every ndas.approved_by_id points at a row of contacts; found: 12 rows point at nobody, "
        f"the first of them {', '.join(id for id, _ in orphans[:10])}."
    )
    hint = (
        "Correct these rows, or let them read NULL, which is written down and undone on the way back: "
        "python manage.py migrate ndas --orphans set-null, or psql -v orphans=set-null"
    )
    with pytest.raises(CommandError) as refusal:
        legacy_database.migrate()
    assert str(refusal.value).splitlines() == [complaint, f"HINT: {hint}", "Nothing was changed."]
    with pytest.raises(ToolFailed) as refusal:
        legacy_database.psql(SCRIPTS / "migration.sql")
    assert f"ERROR:  {complaint}\nHINT:  {hint}" in str(refusal.value)
    assert look_at(legacy_database) == found


@pytest.mark.slow
@pytest.mark.parametrize("there", THERE.values(), ids=THERE)
def test_on_the_operators_word_they_read_null_are_kept_and_come_back(legacy_database, orphans, there):
    found = look_at(legacy_database)
    for _ in range(2):
        there(legacy_database)
        assert legacy_database.rows(APPROVED_BY_NOBODY) == [(id,) for id, _ in orphans]
        assert legacy_database.rows(KEPT) == orphans
        legacy_database.migrate("0001")
        assert look_at(legacy_database) == found


def test_the_word_holds_for_one_run_and_an_interrupted_one_goes_on_without_it(legacy_database, orphans):
    legacy_database.migrate(orphans="set-null")
    legacy_database.migrate("0001")
    with pytest.raises(CommandError, match="12 rows point at nobody"):
        legacy_database.migrate()


def test_the_list_is_never_changed(legacy_database, orphans):
    legacy_database.migrate(orphans="set-null")
    for change in ("UPDATE epic10_orphan SET value = ''", "DELETE FROM epic10_orphan", "TRUNCATE epic10_orphan"):
        with pytest.raises(DatabaseError, match=r"epic10_orphan is append-only\."):
            legacy_database.execute(change)
