"""What the old schema cannot hold is parked on the way back, and comes back with the release."""

import json

import psycopg
import pytest
from django.db import Error

from epic10.operations.archive import park
from epic10.release.status import status
from tests.sampling import sampled

from .disturbances import look_at, steps
from .lived_in import EVENTS, LAST, RELEASE, back_to, phase
from .test_two_routes import SCRIPTS


def test_it_comes_back_whole(lived_in, was):
    said = lived_in.migrate("0001")
    first = ", ".join(sorted(lived_in.ids)[:3])
    assert f"Parked 6 NDAs that the old schema cannot hold, such as {first}." in said
    assert (
        "Columns parked of ndas: approved_at 1, approved_by_id 1, expiration_date 2, is_non_usmax 1, nda_type 1, "
        "rejection_reason 1, status 2. migrate ndas puts them back." in said
    )
    assert "Parked 1 history entries that the old schema cannot hold" in said
    assert status(lived_in.connection).notes == (
        "1 rows of nda_status_history hold what only Epic 10 can; it is parked, and migrate ndas puts it back.",
        "6 rows of ndas hold what only Epic 10 can; it is parked, and migrate ndas puts it back.",
    )
    said = lived_in.migrate(RELEASE)
    assert "6 NDAs are as the new application left them before the way back." in said
    assert status(lived_in.connection).notes == ()
    assert look_at(lived_in) == was


def test_by_psql_it_comes_back_whole(lived_in, was):
    for _ in range(2):
        lived_in.psql(SCRIPTS / "rollback.sql")
    lived_in.psql(SCRIPTS / "migration.sql")
    assert look_at(lived_in) == was


@pytest.mark.slow
def test_more_than_fit_into_memory_are_looked_for_batch_by_batch(lived_in, was, monkeypatch, settings):
    monkeypatch.setattr(park, "FOUND_AT_ONCE", 5)
    settings.EPIC10_BATCH_SIZE = 2
    assert "Parked 6 NDAs that the old schema cannot hold" in lived_in.migrate("0001")
    lived_in.migrate(RELEASE)
    assert look_at(lived_in) == was


@pytest.mark.slow
def test_to_park_a_few_rows_reads_each_table_once(lived_in):
    """In the order of keys, which is none of pages, each row of a large table is a page to read."""
    back_to(lived_in, "enforce")
    looked = []

    def look(execute, sql, params, many, context):
        if "WHERE id > " in sql:
            looked.append(sql)
        return execute(sql, params, many, context)

    with lived_in.connection.execute_wrapper(look):
        phase("backfill").backwards(lived_in)
    assert looked == []
    assert len(lived_in.rows(EVENTS)) == 7


@pytest.mark.slow
def test_and_again(lived_in, was):
    for _ in range(2):
        lived_in.migrate("0001")
        lived_in.migrate(RELEASE)
    assert look_at(lived_in) == was


@pytest.mark.slow
def test_what_the_old_application_has_changed_since_stays_as_it_left_it_and_is_reported(lived_in):
    lived_in.migrate("0001")
    pending, consultant, *_, executed = lived_in.ids
    lived_in.execute("UPDATE ndas SET status = 'EMAILED' WHERE id = %s", [pending])
    lived_in.execute("UPDATE ndas SET company_name = 'Other LLC' WHERE id = %s", [consultant])
    lived_in.execute("UPDATE ndas SET fully_executed_date = '2025-03-04' WHERE id = %s", [executed])
    said = lived_in.migrate(RELEASE)
    first = ", ".join(sorted([pending, consultant, executed]))
    assert f"3 NDAs were changed by the old application since, and stay as it left them, such as {first}." in said
    values = "SELECT status::text, nda_type::text, is_non_usmax, expiration_date::text FROM ndas WHERE id = %s"
    assert lived_in.rows(values, [pending]) == [("SENT_PENDING_SIGNATURE", "MUTUAL", False, None)]
    assert lived_in.rows(values, [consultant]) == [("CREATED", "MUTUAL", False, None)]
    assert lived_in.rows(values, [executed]) == [("CREATED", "MUTUAL", False, "2026-03-04 00:00:00")]
    assert lived_in.rows(LAST, [pending]) == [
        ("changed", json.dumps({"status": "PENDING_APPROVAL"}), json.dumps({"status": "EMAILED"}))
    ]
    finished = lived_in.manage("epic10_validate")
    assert f"3 rows, the first of them {first[:36]}, were changed since and were not put back" in finished.stdout
    assert finished.returncode == 0, finished.stdout


def test_of_a_row_the_old_application_changes_before_it_is_parked_both_values_are_kept(lived_in):
    back_to(lived_in, "enforce")
    pending, consultant, approved, *_ = lived_in.ids
    lived_in.execute("UPDATE ndas SET status = 'EMAILED', updated_at = now() WHERE id = %s", [pending])
    lived_in.execute("UPDATE ndas SET company_name = 'Other LLC' WHERE id = %s", [consultant])
    lived_in.execute("UPDATE ndas SET company_name = company_name WHERE id = %s", [approved])
    assert lived_in.rows(EVENTS) == [
        ("ndas", pending, "changed"),
        ("ndas", consultant, "changed"),
    ]
    lived_in.migrate("0001")
    assert "2 NDAs were changed by the old application since" in lived_in.migrate(RELEASE)
    assert lived_in.rows(
        "SELECT status::text, nda_type::text, approved_at IS NULL"
        "  FROM unnest(%s::text[]) WITH ORDINALITY AS wanted (id, n) JOIN ndas USING (id) ORDER BY n",
        [[pending, consultant, approved]],
    ) == [("SENT_PENDING_SIGNATURE", "MUTUAL", True), ("CREATED", "MUTUAL", True), ("CREATED", "MUTUAL", False)]


def test_a_row_the_old_application_changes_after_it_was_put_back_is_parked_again(lived_in):
    lived_in.migrate("0001")
    phase("expand").forwards(lived_in)
    phase("backfill").forwards(lived_in)
    pending, consultant, *_ = lived_in.ids
    lived_in.execute("UPDATE ndas SET status = 'EMAILED' WHERE id = %s", [pending])
    lived_in.execute("UPDATE ndas SET company_name = 'Other LLC' WHERE id = %s", [consultant])
    assert lived_in.rows(LAST, [pending]) == [
        ("changed", json.dumps({"status": "PENDING_APPROVAL"}), json.dumps({"status": "EMAILED"}))
    ]
    assert "2 NDAs were changed by the old application since" in lived_in.migrate(RELEASE)
    assert lived_in.rows("SELECT status::text FROM ndas WHERE id = %s", [pending]) == [("SENT_PENDING_SIGNATURE",)]
    assert lived_in.rows("SELECT nda_type::text FROM ndas WHERE id = %s", [consultant]) == [("MUTUAL",)]


@pytest.mark.parametrize(
    "last", sampled({name: name for name in ("switch", "enforce", "index", "backfill")}, "switch", "backfill")
)
def test_forward_from_half_way_back_loses_nothing(lived_in, was, last):
    back_to(lived_in, last)
    lived_in.migrate(RELEASE)
    assert look_at(lived_in) == was


@pytest.mark.slow
def test_back_from_half_way_forward_loses_nothing(lived_in, was):
    """What was put back is parked again, although it was never live in between."""
    for last in ("expand", "backfill", "enforce"):
        lived_in.migrate("0001")
        for step in steps():
            step.forwards(lived_in)
            if step.name == last:
                break
    lived_in.migrate("0001")
    lived_in.migrate("0001")
    lived_in.migrate(RELEASE)
    assert look_at(lived_in) == was


def test_a_row_that_is_deleted_in_the_meantime_leaves_its_values_in_the_archive(lived_in):
    back_to(lived_in, "enforce")
    pending, consultant, *_ = lived_in.ids
    delete = "DELETE FROM nda_status_history WHERE nda_id = %(id)s; DELETE FROM documents WHERE nda_id = %(id)s"
    for gone in (pending, consultant):
        for statement in [*delete.split(";"), "UPDATE ndas SET cloned_from_id = NULL WHERE cloned_from_id = %(id)s"]:
            lived_in.execute(statement, {"id": gone})
    lived_in.execute("DELETE FROM ndas WHERE id = %s", [pending])
    lived_in.migrate("0001")
    lived_in.execute("DELETE FROM ndas WHERE id = %s", [consultant])
    assert "2 NDAs were deleted by the old application since" in lived_in.migrate(RELEASE)
    content = {"nda_type": "CONSULTANT", "is_non_usmax": True}
    assert [(event, json.loads(held)) for event, held, _ in lived_in.rows(LAST, [consultant])] == [("gone", content)]


@pytest.mark.slow
def test_an_approver_who_is_not_there_any_more_leaves_null_and_is_reported_with_both_values(lived_in):
    approved = lived_in.ids[2]
    lived_in.execute(
        "INSERT INTO contacts (id, email, first_name, last_name, updated_at) VALUES ('x', 'x@x', 'X', 'X', now())"
    )
    lived_in.execute("UPDATE ndas SET approved_by_id = 'x' WHERE id = %s", [approved])
    lived_in.migrate("0001")
    # The same person, whom somebody has entered anew.
    lived_in.execute("UPDATE contacts SET id = 'y' WHERE id = 'x'")
    said = lived_in.migrate(RELEASE)
    assert lived_in.rows("SELECT approved_by_id, approved_at::text FROM ndas WHERE id = %s", [approved]) == [
        (None, "2026-01-02 03:04:05.678")
    ]
    assert "5 NDAs are as the new application left them before the way back." in said
    assert f"1 NDAs are so but for what they referred to, which is not there any more, such as {approved}." in said
    assert "Both values of each: SELECT table_name, row_id, content, found FROM epic10_archive" in said
    [(event, content, found)] = lived_in.rows(LAST, [approved])
    assert (event, json.loads(content)["approved_by_id"], json.loads(found)) == (
        "restored",
        "x",
        {"approved_by_id": None},
    )
    finished = lived_in.manage("epic10_validate")
    assert "1 rows, the first of them" in finished.stdout
    assert "were put back without what they referred to, which is not there any more" in finished.stdout
    assert finished.returncode == 0, finished.stdout
    lived_in.migrate("0001")
    lived_in.execute("UPDATE contacts SET id = 'x' WHERE id = 'y'")
    lived_in.migrate(RELEASE)
    assert lived_in.rows(LAST, [approved])[0][0] == "restored"


@pytest.mark.slow
@pytest.mark.parametrize("route", ["migrate", "psql"])
def test_an_expiration_date_that_somebody_has_cleared_comes_back_cleared(lived_in, route):
    dates = "SELECT fully_executed_date::text, expiration_date::text FROM ndas WHERE id = %s"
    cleared = lived_in.ids[0]
    lived_in.execute("UPDATE ndas SET fully_executed_date = '2025-03-04' WHERE id = %s", [cleared])
    lived_in.execute("UPDATE ndas SET expiration_date = NULL WHERE id = %s", [cleared])
    for _ in range(2):
        if route == "migrate":
            lived_in.migrate("0001")
            lived_in.migrate(RELEASE)
        else:
            lived_in.psql(SCRIPTS / "rollback.sql")
            lived_in.psql(SCRIPTS / "migration.sql")
        assert lived_in.rows(dates, [cleared]) == [("2025-03-04 00:00:00", None)]
    finished = lived_in.manage("epic10_validate")
    assert finished.returncode == 0, finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_what_a_transaction_from_before_the_way_back_writes_after_it_wins(lived_in, isolation):
    """It sees nothing of the way back, but its write comes after it: the row stays as it leaves it, and is reported."""
    pending, consultant, *_ = lived_in.ids
    with psycopg.connect(lived_in.url) as old:
        old.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        old.execute("SELECT count(*) FROM contacts")
        back_to(lived_in, "enforce")
        old.execute("UPDATE ndas SET status = 'EMAILED' WHERE id = %s", [pending])
        old.execute("UPDATE ndas SET company_name = 'Other LLC' WHERE id = %s", [consultant])
        old.commit()
    assert lived_in.rows(EVENTS) == [("ndas", pending, "changed"), ("ndas", consultant, "changed")]
    lived_in.migrate("0001")
    assert "2 NDAs were changed by the old application since" in lived_in.migrate(RELEASE)
    values = "SELECT status::text, nda_type::text, company_name = 'Other LLC' FROM ndas WHERE id = %s"
    assert lived_in.rows(values, [pending]) == [("SENT_PENDING_SIGNATURE", "MUTUAL", False)]
    assert lived_in.rows(values, [consultant]) == [("CREATED", "MUTUAL", True)]


def test_and_where_its_row_was_parked_already_too(lived_in):
    """The same with all of the way back but its last phase between its beginning and its write."""
    pending, *_ = lived_in.ids
    with psycopg.connect(lived_in.url) as old:
        old.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        old.execute("SELECT count(*) FROM contacts")
        for step in reversed(steps()):
            if step.name != "expand":
                step.backwards(lived_in)
        old.execute("UPDATE ndas SET status = 'EMAILED' WHERE id = %s", [pending])
        old.commit()
    assert lived_in.rows(LAST, [pending])[0][0] == "changed"
    phase("expand").backwards(lived_in)
    assert "1 NDAs were changed by the old application since" in lived_in.migrate(RELEASE)
    assert lived_in.rows("SELECT status::text FROM ndas WHERE id = %s", [pending]) == [("SENT_PENDING_SIGNATURE",)]


def test_a_column_that_was_there_before_is_not_parked_because_it_stays(legacy_database):
    legacy_database.execute("ALTER TABLE ndas ADD is_non_usmax boolean NOT NULL DEFAULT false")
    legacy_database.migrate(RELEASE)
    [(one,)] = legacy_database.rows(
        "UPDATE ndas SET is_non_usmax = true WHERE id = (SELECT min(id) FROM ndas) RETURNING id"
    )
    legacy_database.migrate("0001")
    assert legacy_database.rows(EVENTS) == []
    legacy_database.execute("UPDATE ndas SET is_non_usmax = false WHERE id = %s", [one])
    legacy_database.migrate(RELEASE)
    assert legacy_database.rows("SELECT is_non_usmax FROM ndas WHERE id = %s", [one]) == [(False,)]


def test_the_applications_role_needs_no_right_to_the_archive(lived_in, a_role):
    back_to(lived_in, "enforce")
    lived_in.execute(f"GRANT SELECT, UPDATE ON ndas TO {a_role}")
    with psycopg.connect(lived_in.url) as application:
        application.execute(f"SET ROLE {a_role}")
        application.execute("UPDATE ndas SET status = 'EMAILED' WHERE id = %s", [lived_in.ids[0]])
    assert lived_in.rows(LAST, [lived_in.ids[0]])[0][0] == "changed"


@pytest.fixture
def a_role(lived_in):
    role = f"{lived_in.name}_application"
    lived_in.execute(f"CREATE ROLE {role}")
    yield role
    lived_in.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_columns_are_not_dropped_before_what_they_hold_is_parked(lived_in):
    back_to(lived_in, "enforce")
    with pytest.raises(Error) as refusal:
        phase("expand").backwards(lived_in)
    said = refusal.value.__cause__.diag
    assert said.message_primary == "Not everything that only Epic 10 can hold is parked."
    assert said.message_hint == "Run the way back from its beginning: python manage.py migrate ndas 0001"


def test_of_a_row_changed_between_half_way_back_and_the_way_there_again_nothing_of_epic_10_stays(lived_in):
    """Its columns were never dropped, and read what is parked."""
    back_to(lived_in, "backfill")
    phase("expand").forwards(lived_in)
    pending, consultant, approved, rejected, expired, position = lived_in.ids
    lived_in.execute("UPDATE ndas SET status = 'EMAILED' WHERE id = %s", [pending])
    lived_in.execute(
        "UPDATE ndas SET company_name = 'Other LLC' WHERE id = ANY (%s)", [[consultant, approved, rejected]]
    )
    lived_in.execute("UPDATE ndas SET fully_executed_date = '2025-03-04' WHERE id = %s", [expired])
    lived_in.execute("UPDATE ndas SET company_name = 'Other LLC' WHERE id = %s", [position])
    assert "6 NDAs were changed by the old application since" in lived_in.migrate(RELEASE)
    read = "SELECT status::text, nda_type::text, is_non_usmax, approved_by_id, rejection_reason, expiration_date::text"
    plain = ("MUTUAL", False, None, None)
    assert [lived_in.rows(f"{read} FROM ndas WHERE id = %s", [row]) for row in lived_in.ids] == [
        [("SENT_PENDING_SIGNATURE", *plain, None)],
        *[[("CREATED", *plain, None)]] * 3,
        [("FULLY_EXECUTED", *plain, "2026-03-04 00:00:00")],
        [("CREATED", *plain, None)],
    ]
    [(event, content, found)] = lived_in.rows(LAST, [consultant])
    assert (event, json.loads(content)) == ("changed", {"nda_type": "CONSULTANT", "is_non_usmax": True})
    assert json.loads(found) == {"nda_type": "MUTUAL", "is_non_usmax": False}
