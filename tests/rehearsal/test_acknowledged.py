"""A write that is lost, or reads another label in either vocabulary, is found and named."""

import time

import pytest

from epic10.rehearsal import traffic
from ndas.release.acknowledged import lost_and_mislabelled
from ndas.release.vocabulary import NEW, OLD, STATUS

# The triggers that keep the columns in step, and the guards.
UNSEEN = "SET LOCAL session_replication_role = replica"


def unseen(database, statement, *parameters):
    with database.connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(UNSEEN)
        cursor.execute(statement, parameters)
        cursor.execute("COMMIT")


@pytest.fixture
def nda(migrated_database):
    [[key]] = migrated_database.rows("SELECT id FROM ndas WHERE status_legacy = 'CANCELLED' ORDER BY id LIMIT 1")
    return key


def found(database, nda, **written):
    return lost_and_mislabelled(database.connection, {"ndas": {nda: written}})


def test_what_is_there_is_not_accused(migrated_database, nda):
    assert found(migrated_database, nda, status=STATUS.read(OLD, "CANCELLED"), abbreviated_name=None) == ([], [])


def test_a_row_that_is_gone_is_lost(migrated_database, nda):
    unseen(migrated_database, "DELETE FROM ndas WHERE id = %s", nda)
    assert found(migrated_database, nda, abbreviated_name="T1") == ([f"ndas {nda} is not there."], [])


def test_an_edit_that_is_gone_is_lost(migrated_database, nda):
    migrated_database.execute("UPDATE ndas SET abbreviated_name = 'BEFORE' WHERE id = %s", [nda])
    assert found(migrated_database, nda, abbreviated_name="T1") == (
        [f'ndas {nda} has abbreviated_name "BEFORE", and "T1" was written.'],
        [],
    )


@pytest.mark.parametrize(
    ("column", "label", "said"),
    [
        ("status", "CREATED", "reads CREATED as its new status, and INACTIVE_CANCELED was written."),
        ("status_legacy", "INACTIVE", "reads INACTIVE as its old status, and CANCELLED was written."),
    ],
)
def test_a_wrong_label_is_named_in_either_vocabulary(migrated_database, nda, column, label, said):
    unseen(migrated_database, f"UPDATE ndas SET {column} = %s WHERE id = %s", label, nda)
    assert found(migrated_database, nda, status=STATUS.read(OLD, "CANCELLED")) == ([], [f"ndas {nda} {said}"])


def test_before_the_switch_the_shadow_is_looked_at(legacy_database):
    legacy_database.migrate(None, prepare=True)
    [[key]] = legacy_database.rows("SELECT id FROM ndas WHERE status = 'EMAILED' ORDER BY id LIMIT 1")
    emailed = {"status": STATUS.written(OLD, "EMAILED", None)}
    assert found(legacy_database, key, **emailed) == ([], [])
    unseen(legacy_database, "UPDATE ndas SET status_epic10 = 'CREATED' WHERE id = %s", key)
    assert found(legacy_database, key, **emailed) == (
        [],
        [f"ndas {key} reads CREATED as its new status, and SENT_PENDING_SIGNATURE was written."],
    )


def test_what_only_the_new_one_has_is_looked_at_after_the_switch(migrated_database, nda):
    migrated_database.execute("UPDATE ndas SET is_non_usmax = true WHERE id = %s", [nda])
    assert found(migrated_database, nda, is_non_usmax="false", status=STATUS.read(NEW, "INACTIVE_CANCELED")) == (
        [f'ndas {nda} has is_non_usmax "true", and "false" was written.'],
        [],
    )


def test_a_load_beside_a_trigger_that_sleeps_finds_it_out(legacy_database):
    """As if the release had forgotten to keep the columns in step."""
    legacy_database.migrate(None, prepare=True)
    for trigger in ("zz_epic10_sync_ndas_update", '"00_epic10_sync_ndas_update"'):
        legacy_database.execute(f"ALTER TABLE ndas DISABLE TRIGGER {trigger}")
    with traffic.running(legacy_database.alias, rate=200, processes=1, seed="forgotten") as load:
        time.sleep(0.7)
    assert load.outcome.lost == load.outcome.errors == []
    assert load.outcome.mislabelled
    assert all(" as its new " in said for said in load.outcome.mislabelled)
