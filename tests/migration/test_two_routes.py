"""manage.py and psql take the same way, there and back, alone and after each other."""

from pathlib import Path

import pytest

import ndas
from epic10.postgres.client_programs import ToolFailed

from .disturbances import look_at

SCRIPTS = Path(ndas.__file__).parent / "migrations" / "epic_10"
THERE = {
    "migrate": lambda database: database.migrate(),
    "migration.sql": lambda database: database.psql(SCRIPTS / "migration.sql"),
}
BACK = {
    "migrate 0001": lambda database: database.migrate("0001"),
    "rollback.sql": lambda database: database.psql(SCRIPTS / "rollback.sql"),
}
RECORDED = "SELECT count(*) FROM django_migrations WHERE app = 'ndas' AND name LIKE '0002%%'"


def first_phases(count):
    """migration.sql as far as the end of a phase."""
    parts = (SCRIPTS / "migration.sql").read_text().split("-- ====")
    # A heading has a line of these before it and one after it.
    return "-- ====".join(parts[: 1 + 2 * count]) if count else parts[0]


def verify(database):
    return database.psql(SCRIPTS / "verify.sql", "-At")


@pytest.fixture(params=THERE)
def there(request):
    return THERE[request.param]


@pytest.fixture(params=BACK)
def back(request):
    return BACK[request.param]


def test_psql_does_what_migrate_does_and_again_nothing(legacy_database, after):
    for _ in range(2):
        legacy_database.psql(SCRIPTS / "migration.sql")
        assert look_at(legacy_database) == after
    assert legacy_database.rows(RECORDED) == [(1,)]


def test_on_a_database_that_django_has_never_touched(production_database, scratch, production_template):
    by_migrate = scratch(production_template)
    by_migrate.migrate()
    schema, rows = production_database.dump_schema(), look_at(production_database).content
    production_database.psql(SCRIPTS / "migration.sql")
    assert look_at(production_database) == look_at(by_migrate)
    verify(production_database)
    production_database.psql(SCRIPTS / "rollback.sql")
    assert (production_database.dump_schema(), look_at(production_database).content) == (schema, rows)
    assert production_database.rows("SELECT to_regclass('django_migrations')") == [(None,)]


@pytest.mark.slow
@pytest.mark.parametrize("stopped_after", range(6))
def test_manage_py_takes_over_from_psql_wherever_that_stopped(production_database, scratch, stopped_after):
    """On a database that Django has never touched: there is no record of anything."""
    schema, rows = production_database.dump_schema(), look_at(production_database).content
    production_database.psql(first_phases(stopped_after))
    production_database.close()
    other, undisturbed = scratch(production_database.name), scratch(production_database.name)
    undisturbed.psql(SCRIPTS / "migration.sql")
    production_database.migrate()
    assert look_at(production_database) == look_at(undisturbed)
    other.migrate("0001")
    assert (other.dump_schema(), look_at(other).content) == (schema, rows)


def test_either_route_after_the_other_changes_nothing(legacy_database, there, after):
    for route in (there, *THERE.values()):
        route(legacy_database)
        assert look_at(legacy_database) == after
    assert legacy_database.rows(RECORDED) == [(1,)]


@pytest.mark.slow
def test_either_route_goes_back_and_again_nowhere(legacy_database, there, back, before, look_before):
    there(legacy_database)
    for route in (back, *BACK.values()):
        route(legacy_database)
        assert look_before(legacy_database) == before
    assert legacy_database.rows(RECORDED) == [(0,)]


def test_back_where_epic_10_never_was_changes_nothing(legacy_database, back, before, look_before):
    back(legacy_database)
    assert look_before(legacy_database) == before


def test_verify_passes_after_the_release_whichever_route_it_took(legacy_database, there):
    there(legacy_database)
    lines = verify(legacy_database).splitlines()
    assert len(lines) > 30
    assert {line.split("|")[0] for line in lines} == {"OK"}


def test_verify_fails_where_epic_10_is_not(legacy_database):
    with pytest.raises(ToolFailed, match="ended with status 3"):
        verify(legacy_database)


@pytest.mark.parametrize(
    "harm",
    [
        "SET session_replication_role = replica;"
        "UPDATE ndas SET status_legacy = 'EMAILED' WHERE id = (SELECT min(id) FROM ndas WHERE status = 'CREATED')",
        "SET session_replication_role = replica;"
        "UPDATE ndas SET expiration_date = NULL WHERE id = (SELECT min(id) FROM ndas WHERE status = 'FULLY_EXECUTED')",
        "DELETE FROM nda_status_history WHERE id = (SELECT min(id) FROM nda_status_history)",
        "DROP INDEX idx_ndas_expiration_date",
        "ALTER TABLE ndas DISABLE TRIGGER zz_epic10_sync_ndas_update",
    ],
)
def test_verify_fails_after_the_least_harm(migrated_database, harm):
    migrated_database.execute(harm)
    with pytest.raises(ToolFailed, match=r"status 3: (.*\n)*.*of \d+ checks failed"):
        verify(migrated_database)


def test_rollback_refuses_while_a_later_migration_is_in_place(migrated_database, after):
    migrated_database.execute(
        "INSERT INTO django_migrations (app, name, applied) VALUES ('ndas', '0003_epic_11', now())"
    )
    with pytest.raises(ToolFailed) as refusal:
        migrated_database.psql(SCRIPTS / "rollback.sql")
    assert "Later migrations of ndas are in place: 0003_epic_11." in str(refusal.value)
    assert "HINT:  python manage.py migrate ndas 0001_initial" in str(refusal.value)
    assert look_at(migrated_database) == after
