"""Nothing that somebody has planted is ever called, by no session of ours and by no function of ours."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from tests.adversity import planted
from tests.dashboard.dashboards import client_of, with_logins
from tests.databases import served
from tests.migration.test_two_routes import SCRIPTS
from tests.monitoring.conftest import Monitor

MANY = 5_000
# Not the text of a planted function, which whoever compares the schema shows.
CALLED = re.compile(r"hijacked: (?!%)")


@pytest.fixture
def mallory(people):
    return people.create("mallory", "NOLOGIN")


@pytest.fixture
def hijacked(mallory, legacy_database):
    """Anybody may create in the schema, as up to PostgreSQL 14 and after every upgrade from there."""
    with_logins(legacy_database)
    legacy_database.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert planted.plant(legacy_database, mallory) > MANY
    with pytest.raises(Exception, match="hijacked"):
        legacy_database.rows("SELECT format('%s', relname) FROM pg_class")
    with pytest.raises(Exception, match="hijacked"):
        legacy_database.rows("SELECT count(*) FROM ndas WHERE status = 'CREATED'")
    return legacy_database


@pytest.fixture
def night(hijacked, tmp_path, settings):
    settings.SECURE_SSL_REDIRECT = False
    settings.EPIC10_SNAPSHOTS, settings.EPIC10_RECORDS = tmp_path / "snapshots", tmp_path / "records"

    def said(command, *arguments, **options):
        output = io.StringIO()
        if command in ("epic10_snapshot", "epic10_deploy", "epic10_rollback"):
            options = {"directory": settings.EPIC10_SNAPSHOTS} | options
        try:
            call_command(command, *arguments, database=hijacked.alias, stdout=output, stderr=output, **options)
        except CommandError as error:
            output.write(str(error))
        assert not CALLED.search(output.getvalue())
        return output.getvalue()

    return said


# What the release has made, by the names that its types have before, and after, the switch.
BETWEEN = ['epic10."NdaStatus"', 'epic10."UsMaxPosition"', '"NdaType"']
AFTER = ['epic9."NdaStatus"', 'epic9."UsMaxPosition"', '"NdaStatus"', '"UsMaxPosition"']

NEW_APPLICATION = (
    "UPDATE ndas SET usmax_position = 'OTHER', nda_type = 'CONSULTANT' WHERE display_id < 20",
    "UPDATE ndas SET status = 'INACTIVE_CANCELED' WHERE status::text = 'CREATED' AND display_id < 50",
    'INSERT INTO ndas SELECT (pg_catalog.jsonb_populate_record(ndas, \'{"id": "new", "display_id": -1}\')).*'
    "  FROM ndas WHERE status::text = 'CREATED' LIMIT 1",
    "INSERT INTO nda_status_history (id, nda_id, status, changed_by_id)"
    " SELECT 'new', id, status, created_by_id FROM ndas WHERE id = 'new'",
)
OLD_APPLICATION = (
    "UPDATE ndas SET usmax_position = 'SUB' WHERE display_id < 10",
    "UPDATE ndas SET status = 'EMAILED' WHERE status::text = 'CREATED'",
    "UPDATE ndas SET company_name = 'Changed' WHERE display_id < 15",
)


def written(database, statements):
    for statement in statements:
        database.execute(statement)


def test_no_operator_of_two_types_is_called_by_the_release(mallory, legacy_database):
    """The rest of this file is slow, and has found this once."""
    legacy_database.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert planted.plant_operators(legacy_database, mallory) > 1_000
    with pytest.raises(Exception, match="hijacked"):
        legacy_database.rows("SELECT 100.0 * 1000")
    legacy_database.migrate()
    written(legacy_database, NEW_APPLICATION)
    legacy_database.migrate("0001")
    written(legacy_database, OLD_APPLICATION)
    legacy_database.migrate()


@pytest.mark.slow
def test_the_night(hijacked, night, mallory):
    night("epic10_precheck", format="json")
    night("epic10_deploy", without_rehearsal=True, yes=True)
    assert planted.plant_for_types(hijacked, mallory, [*AFTER, '"NdaType"']) > 100
    written(hijacked, NEW_APPLICATION)
    for command in ("epic10_status", "epic10_validate", "epic10_review", "epic10_records"):
        night(command)
    assert "FAILED" not in night("epic10_validate", smoke=True)
    assert not CALLED.search(Monitor(hijacked.alias).once().said)
    night("epic10_monitor", "report")
    with served(hijacked):
        client = client_of()
        assert [client.get(page).status_code for page in ("/epic10/", "/epic10/status.json")] == [200, 200]
    connections["default"].close()
    planted.uproot(hijacked, mallory, ['"NdaType"', '"NdaStatus"', '"UsMaxPosition"'])
    night("epic10_rollback", yes=True)
    written(hijacked, OLD_APPLICATION)
    hijacked.migrate(None)
    planted.uproot(hijacked, mallory, ['epic9."NdaStatus"', 'epic9."NdaStatus"[]', 'epic9."UsMaxPosition"'])
    night("epic10_finalize", yes_drop_legacy=True)
    assert hijacked.rows("SELECT count(*) FROM epic10_original")[0][0] > 0


@pytest.mark.slow
def test_the_scripts(hijacked, mallory):
    hijacked.psql(SCRIPTS / "migration.sql")
    planted.plant_for_types(hijacked, mallory, [*AFTER, '"NdaType"'])
    written(hijacked, NEW_APPLICATION[:2])
    hijacked.psql(SCRIPTS / "verify.sql")
    planted.uproot(hijacked, mallory, ['"NdaType"', '"NdaStatus"', '"UsMaxPosition"'])
    for script in ("rollback.sql", "migration.sql", "rollback.sql"):
        hijacked.psql(SCRIPTS / script)


@pytest.mark.slow
def test_what_is_written_between_two_phases(hijacked, mallory):
    script = (SCRIPTS / "migration.sql").read_text()
    hijacked.psql(script[: script.index("-- switch: ")].rsplit("-- ====", 1)[0])
    planted.plant_for_types(hijacked, mallory, BETWEEN)
    written(hijacked, OLD_APPLICATION)
    hijacked.migrate()
