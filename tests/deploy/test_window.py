"""After --prepare the window holds only what has to be in it."""

import re

import pytest

from epic10.release.preparation import is_prepared
from epic10.snapshots import files
from epic10.snapshots.since import Since
from tests.deploy.test_deploy import steps

PREPARED = ["precheck", "snapshot", "verify", "prepare"]
IN_THE_WINDOW = ["precheck", "since the snapshot", "stopped", "migrate", "validate", "smoke", "vacuum"]
INDEXES = "SELECT relname FROM pg_class WHERE relname ~ '^ndas_(search|opportunity|company_begins)' ORDER BY 1"
OF_THE_LIST = [("ndas_company_begins_idx",), ("ndas_opportunity_poc_id_idx",), ("ndas_search_idx",)]
WRITES = "UPDATE ndas SET company_name = company_name || '!', updated_at = clock_timestamp() AT TIME ZONE 'UTC'"


@pytest.fixture
def prepared(night, legacy_database):
    ended = night("epic10_deploy", prepare=True)
    assert (ended.complaint, steps(ended.said)) == ("", PREPARED)
    assert is_prepared(legacy_database.connection)
    return legacy_database


@pytest.mark.slow
def test_the_snapshot_is_that_of_the_preparation_and_what_has_changed_since_is_named(night, prepared, record, settings):
    [(first,), (second,)] = prepared.rows("SELECT id FROM ndas ORDER BY id LIMIT 2")
    prepared.execute(f"{WRITES} WHERE id IN ('{first}', '{second}')")
    [name] = files.names(settings.EPIC10_SNAPSHOTS)
    ended = night("epic10_deploy")
    assert (ended.complaint, steps(ended.said)) == ("", IN_THE_WINDOW)
    assert files.names(settings.EPIC10_SNAPSHOTS) == [name]
    said = (
        rf'Snapshot "{name}" of \S+ \S+ UTC, verified then, is the way out of a disaster\. '
        rf"Written since, and not in it: ndas: 2 rows, such as {first}, {second}\."
    )
    assert any(re.fullmatch(said, line) for line in record()["decisions"]), record()["decisions"]
    assert [change["table"] for change in record()["facts"]["since_snapshot"]] == ["ndas"]
    # It is still what a rollback compares with.
    assert night("epic10_rollback").status == 0
    assert "back.ndas" in {check["id"] for report in record()["reports"] for check in report["checks"]}


@pytest.mark.slow
def test_a_fresh_one_where_the_operator_wants_it_or_the_other_is_damaged(night, prepared, record, settings):
    [name] = files.names(settings.EPIC10_SNAPSHOTS)
    (settings.EPIC10_SNAPSHOTS / name / "dump" / "toc.dat").write_bytes(b"")
    assert "since the snapshot" not in night("epic10_deploy", fresh_snapshot=True, dry_run=True).said
    ended = night("epic10_deploy")
    assert steps(ended.said)[:4] == ["precheck", "snapshot", "verify", "stopped"]
    wanted = f'The snapshot "{name}" of the preparation is not verified, or not what was verified: a new one is taken.'
    assert wanted in record()["decisions"]


@pytest.mark.slow
def test_the_indexes_of_the_list_are_there_before_it_and_go_with_the_way_back(night, prepared, is_untouched):
    assert prepared.rows(INDEXES) == OF_THE_LIST
    assert prepared.rows("SELECT name FROM django_migrations WHERE app = 'ndas'") == [("0001_initial",)]
    assert night("epic10_rollback").status == 0
    assert is_untouched(prepared)
    assert prepared.rows("SELECT count(*) FROM epic10_created_object") == [(0,)]


@pytest.mark.slow
def test_the_release_alone_leaves_them_and_the_way_back_takes_them_along(prepared, scratch, is_untouched):
    prepared.migrate("0002")
    assert prepared.rows(INDEXES) == OF_THE_LIST
    assert prepared.rows("SELECT count(*) FROM django_migrations WHERE app = 'ndas'") == [(2,)]
    prepared.close()
    other = scratch(prepared.name)
    prepared.migrate(None)
    assert prepared.rows("SELECT count(*) FROM django_migrations WHERE app = 'ndas'") == [(4,)]
    for database in (prepared, other):
        database.migrate("0001")
        assert is_untouched(database)


@pytest.mark.slow
def test_without_python_they_go_as_well(prepared, is_untouched, settings):
    prepared.psql(settings.BASE_DIR / "ndas" / "migrations" / "epic_10" / "rollback.sql")
    assert is_untouched(prepared)


@pytest.mark.slow
def test_the_application_may_start_before_the_statistics_are_made(night, prepared):
    said = night("epic10_deploy").said
    there = "Epic 10 is in place, validated and tried: the new application may start.\n"
    assert said.index("== smoke\n") < said.index(there) < said.index("== vacuum\n")


@pytest.mark.parametrize(
    "now, written, said",
    [
        (12, 2, "ndas: 2 rows"),
        (9, 2, "ndas: 2 rows, 1 fewer in all"),
        (10, 0, "ndas: it differs; which rows, its time stamps do not tell when read as UTC"),
        (15, 0, "ndas: it differs, with 5 rows more; which rows, its time stamps do not tell when read as UTC"),
    ],
)
def test_stamps_in_local_time_are_not_called_nothing(now, written, said):
    assert str(Since("ndas", 10, now, written, ())) == said
