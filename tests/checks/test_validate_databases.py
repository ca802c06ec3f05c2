"""epic10_validate in a process of its own, on the databases it will meet."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from epic10.postgres import fingerprint
from epic10.release import plan


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["empty_database", "baseline_database", "production_database"])
def test_before_the_release_it_says_so_and_what_to_type(request, kind):
    database = request.getfixturevalue(kind)
    finished = database.manage("epic10_validate")
    assert (finished.returncode, finished.stdout) == (1, database.announced)
    assert finished.stderr == (
        f'CommandError: Epic 10 is not applied to database "{database.name}".\nHINT: python manage.py migrate ndas\n'
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["legacy_database", "production_database"])
def test_after_the_release_every_check_passes(request, kind):
    database = request.getfixturevalue(kind)
    database.migrate()
    finished = database.manage("epic10_validate", "--format", "json")
    assert (finished.returncode, finished.stderr) == (0, database.announced)
    counts = json.loads(finished.stdout)["counts"]
    assert counts["ok"] == counts["checks"] > 30


def test_what_the_new_application_writes_is_valid_too(migrated_database):
    for status in ("PENDING_APPROVAL", "SENT_PENDING_SIGNATURE", "INACTIVE_CANCELED", "EXPIRED", "CREATED"):
        # Ten rows of each kind, whatever they were before.
        migrated_database.execute(
            """
            UPDATE ndas SET status = %s
             WHERE id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY status ORDER BY id) AS n
                                            FROM ndas) AS numbered WHERE n <= 10)
            """,
            [status],
        )
        call_command("epic10_validate", database=migrated_database.alias, stdout=StringIO())


def test_back_again_the_fingerprints_are_the_same_and_nothing_is_left_to_validate(legacy_database):
    connection = legacy_database.connection
    columns = fingerprint.columns(connection, plan.load().tables())
    schema, content = fingerprint.schema(connection), fingerprint.content(connection, columns)
    legacy_database.migrate()
    assert fingerprint.schema(connection) != schema
    legacy_database.migrate("0001")
    assert fingerprint.schema(connection) == schema
    assert fingerprint.content(connection, columns) == content
    with pytest.raises(CommandError, match="is not applied"):
        call_command("epic10_validate", database=legacy_database.alias)
