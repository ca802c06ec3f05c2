"""The dashboard in every state a database can be in, for everybody who asks for it."""

import contextlib
import io
import json
import re

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from epic10.dashboard import census, live
from epic10.dashboard.connection import Answer, ask
from epic10.deploy import record_chain
from epic10.ledger import tables
from tests.dashboard.dashboards import client_of, with_logins
from tests.databases import served
from tests.migration.disturbances import look_at, steps
from tests.migration.shapes import CONVERGING

PAGE, STATUS = "/epic10/", "/epic10/status.json"
PHASES = ["expand", "backfill", "index", "enforce", "switch"]
A_DAY_OF_SAMPLES = """
    INSERT INTO epic10_sample (taken_at, name, milliseconds, baseline, after)
    SELECT now() - minute * interval '1 minute', name, milliseconds + minute % 7, baseline, true
      FROM generate_series(0, 1500) AS minute,
           (VALUES ('list', 40, 35.0), ('filter', 90, 30.0), ('detail', 260, NULL)) AS q (name, milliseconds, baseline);
    INSERT INTO epic10_error (kind, first_seen, last_seen, count, message)
    VALUES ('DataError', now(), now(), 1234, '<b>invalid label</b>');
    INSERT INTO epic10_incident (name, opened_at, finding) VALUES ('query.detail', now(), 'detail takes 261 ms')"""


@pytest.fixture(autouse=True)
def nothing_remembered():
    nothing_remembered_any_more()


def nothing_remembered_any_more():
    live._last.clear()
    census._last.clear()


@contextlib.contextmanager
def looked_at(database):
    """A browser of somebody of staff, whose register this database is."""
    with_logins(database)
    with served(database):
        yield client_of()


def text(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def state(client):
    return client.get(STATUS).json()["status"]["state"]


def half_migrated(database):
    for step in steps()[:3]:
        step.forwards(database)


def half_rolled_back(database):
    database.migrate()
    for step in steps()[::-1][:2]:
        step.backwards(database)


def rolled_back(database):
    database.migrate()
    database.execute("SET session_replication_role = replica")
    database.execute("UPDATE ndas SET nda_type = 'CONSULTANT' WHERE display_id % 100 = 0")
    database.execute("SET session_replication_role = origin")
    database.migrate("0001")


def finalized(database):
    database.migrate(None)
    database.manage("epic10_finalize", "--yes")


STATES = {
    "baseline": (lambda database: None, "baseline", "nothing of the release is here"),
    "half migrated": (half_migrated, "indexed", "the application sees nothing of it before the switch"),
    "switched": (lambda database: database.migrate(), "switched", "everybody reads the new labels"),
    "half rolled back": (half_rolled_back, "half rolled back", "has not come to its end"),
    "rolled back": (rolled_back, "baseline", "The release was here, and was taken back on"),
}


@pytest.mark.parametrize("kind", STATES)
def test_in_every_state_it_says_where_the_database_stands(scratch, legacy_template, migrated_template, kind):
    bring, known, meaning = STATES[kind]
    # Where the release is or was, the copy of one that has it needs no migrate.
    database = scratch(legacy_template if kind in ("baseline", "half migrated") else migrated_template)
    bring(database)
    with looked_at(database) as client:
        page = text(client)
        assert state(client) == known
        assert meaning in page
        assert "FULLY_\u200bEXECUTED" in page
        if kind == "rolled back":
            assert "nda_type 3" in page


@pytest.mark.parametrize("kind", ["empty_database", "production_database"])
def test_a_database_that_django_has_never_touched_has_a_page_too(request, kind):
    database = request.getfixturevalue(kind)
    with looked_at(database) as client:
        page = text(client)
        assert state(client) == ("no register" if kind == "empty_database" else "baseline")
        assert "No samples yet" in page and "No report is kept" in page and "No run has left a record" in page
        assert ("No register in this database." in page) == (kind == "empty_database")


@pytest.mark.long
def test_finalized_it_still_knows_the_old_labels(legacy_database):
    finalized(legacy_database)
    with looked_at(legacy_database) as client:
        page = text(client)
        assert (state(client), "EMAILED" in page) == ("finalized", True)


def test_it_is_for_staff_and_only_read(migrated_database):
    addresses = [PAGE, STATUS, "/epic10/runs/1/"]
    with_logins(migrated_database)
    with served(migrated_database):
        nobody, member, staff = Client(), client_of("mia", is_staff=False), client_of()
        for address in addresses:
            assert nobody.get(address).url == f"/login/?next={address}"
            assert member.get(address).status_code == 403
            assert staff.post(address).status_code == 405
        assert [staff.get(address).status_code for address in addresses] == [200, 200, 404]
        assert reverse("epic10:dashboard") in text(staff)


def test_looking_writes_nothing(migrated_database):
    with looked_at(migrated_database) as client, CaptureQueriesContext(connection) as sent:
        for address in (PAGE, STATUS):
            client.get(address)
    verbs = {query["sql"].split()[0] for query in sent.captured_queries}
    assert len(sent) > 25
    assert verbs <= {"SELECT", "WITH", "SET", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}


def test_what_a_page_asks_cannot_write(migrated_database):
    with served(migrated_database):
        answer = ask(connection, lambda db: db.cursor().execute("DELETE FROM documents"), seconds=1)
        slow = ask(connection, lambda db: db.cursor().execute("SELECT pg_sleep(5)"), seconds=0.1)
    assert answer == Answer(complaint="cannot execute DELETE in a read-only transaction")
    assert slow == Answer(complaint="canceling statement due to statement timeout")


def test_nobody_can_log_in_where_there_are_no_tables_for_it_and_it_says_what_to_type(legacy_database):
    with served(legacy_database):
        client = Client()
        client.cookies["sessionid"] = "of another day"
        response = client.get(PAGE)
    page = response.content.decode()
    assert response.status_code == 503
    assert "for app in admin auth axes contenttypes outbox sessions; do python manage.py migrate $app; done" in page
    assert "python manage.py createsuperuser" in page


@pytest.mark.long
def test_what_is_to_be_typed_makes_the_tables_and_leaves_the_register_alone(legacy_database):
    content = look_at(legacy_database).content
    for app in ("admin", "auth", "axes", "contenttypes", "outbox", "sessions"):
        legacy_database.migrate(None, app=app)
    assert look_at(legacy_database).content == content
    with served(legacy_database):
        User.objects.create_superuser("dora", password="a very long way to say open")
        client = Client()
        account = {"username": "dora", "password": "a very long way to say open"}
        assert client.post("/login/?next=/epic10/", account).url == PAGE
        assert state(client) == "baseline"


def test_a_server_that_is_down_is_said(migrated_database, settings):
    with served(migrated_database):
        connection.settings_dict["NAME"] = "no_such_database"
        response = Client().get(PAGE)
    assert response.status_code == 503
    assert "The database does not answer" in response.content.decode()


def test_the_contract_of_what_is_polled(migrated_database):
    with looked_at(migrated_database) as client:
        found = client.get(STATUS).json()
    for_the_tab = {"title", "share", "health", "running", "figures"}
    assert set(found) == {"status", "complaint", "looked_at", "phases", "again", "html"} | for_the_tab
    assert (found["complaint"], found["again"]) == ("", 2)
    assert (found["title"], found["share"], found["running"]) == ("Switched | Epic 10", None, False)
    assert set(found["figures"]) == {"rate", "waiting", "lag", "paused"}
    assert set(found["status"]) == {"database", "state", "phases", "worker", "at_work", "waits", "notes", "next"}
    assert [phase["name"] for phase in found["phases"]] == PHASES
    assert {phase["word"] for phase in found["phases"]} == {"done"}
    assert json.dumps(found["status"]["phases"][1]).startswith('{"phase": "backfill", "state": "done"')
    assert "<script" not in found["html"]


def test_counts_before_and_after(migrated_database):
    was = dict(migrated_database.rows("SELECT status_legacy::text, count(*) FROM ndas GROUP BY 1"))
    with served(migrated_database):
        found = census.census(connection)
    status, position, kind = found.tallies
    assert [tally.column for tally in found.tallies] == ["status", "usmax_position", "nda_type"]
    lines = {line.label: line for line in status.lines}
    assert dict(lines["INACTIVE_CANCELED"].before) == {name: was[name] for name in ("INACTIVE", "CANCELLED")}
    assert lines["INACTIVE_CANCELED"].after == was["INACTIVE"] + was["CANCELLED"]
    assert dict(next(line for line in position.lines if line.label == "PRIME").before).keys() == {"PRIME", "no value"}
    assert (kind.has_before, kind.rows_after) == (False, 300)
    assert {tally.rows_after for tally in found.tallies} == {300}


def test_counts_are_of_what_is_as_soon_as_the_new_application_may_write(legacy_database):
    for step in steps()[:-1]:
        step.forwards(legacy_database)
    one = "(SELECT min(id) FROM ndas WHERE status = 'CREATED')"
    legacy_database.execute(f"UPDATE ndas SET status_epic10 = 'PENDING_APPROVAL' WHERE id = {one}")
    with served(legacy_database):
        found = census.census(connection)
    lines = {line.label: line for line in found.tallies[0].lines}
    assert not found.is_planned
    assert lines["PENDING_APPROVAL"].after == 1
    assert lines["CREATED"].after == lines["CREATED"].rows_before - 1


def test_counts_of_what_will_be_are_what_becomes(legacy_database):
    with served(legacy_database):
        planned = census.census(connection)
        legacy_database.migrate()
        done = census.census(connection)
    assert (planned.is_planned, done.is_planned) == (True, False)
    assert [[line.after for line in tally.lines] for tally in planned.tallies] == [
        [line.after for line in tally.lines] for tally in done.tallies
    ]


@pytest.mark.long
@pytest.mark.parametrize("shape", CONVERGING)
def test_whatever_shape_the_register_is_in_what_will_be_is_what_becomes(legacy_database, shape):
    for statement in CONVERGING[shape].sql.split(";\n"):
        legacy_database.execute(statement)
    counts = []
    with looked_at(legacy_database) as client:
        for bring in (lambda: None, lambda: half_migrated(legacy_database), legacy_database.migrate):
            bring()
            nothing_remembered_any_more()
            assert "could not be" not in text(client)
            found = census.census(connection)
            counts.append([[line.after for line in tally.lines] for tally in found.tallies])
    assert counts[0] == counts[1] == counts[2]


def test_rows_are_not_counted_again_while_nothing_happens(legacy_database, monkeypatch):
    half_migrated(legacy_database)
    counted = []
    count = live.current_status
    monkeypatch.setattr(live, "current_status", lambda *arguments: counted.append(1) or count(*arguments))
    monkeypatch.setattr(live, "FRESH", 0.0)
    with looked_at(legacy_database) as client:
        assert [state(client) for _ in range(3)] == ["indexed"] * 3
        assert len(counted) == 1
        for step in steps()[3:]:
            step.forwards(legacy_database)
        assert state(client) == "switched"


def test_samples_and_errors_are_shown_as_the_watch_has_kept_them(migrated_database):
    tables.create(migrated_database.connection, tables.WATCH)
    migrated_database.execute(A_DAY_OF_SAMPLES)
    with looked_at(migrated_database) as client:
        page = text(client)
    assert page.count("<polyline") == 3
    assert "30 ms before, twice 60 ms" in page and "3.0 times as long as before" in page and "over 200 ms" in page
    assert "detail takes 261 ms" in page and "1,234" in page and "&lt;b&gt;invalid label" in page


def test_what_cannot_be_read_is_said_in_its_place(migrated_database):
    migrated_database.execute("ALTER TABLE epic10_run_record RENAME COLUMN body TO somewhere_else")
    with looked_at(migrated_database) as client:
        page = text(client)
    assert "The records could not be read: column &quot;body&quot; does not exist" in page
    assert 'data-phase="switch"' in page and "Every run of every phase" in page


def test_reports_and_records_are_shown(migrated_database):
    migrated_database.execute("DROP INDEX idx_ndas_expiration_date")
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("epic10_validate", database=migrated_database.alias, stdout=said)
    [passed] = re.findall(r"^\d+ checks: (\d+ passed)", said.getvalue(), re.MULTILINE)
    record = {
        "command": "epic10_deploy",
        "verdict": "FAILED",
        "error": "No disk left.",
        "started": "2026-11-22T12:05:13+00:00",
        "finished": "2026-11-22T12:09:13+00:00",
        "operator": "dora@ops",
        "reports": [],
        "facts": {},
        "log": ["<script>alert(1)</script>"],
    }
    record_chain.append(migrated_database.alias, record)
    with looked_at(migrated_database) as client:
        page = text(client)
        address = reverse("epic10:run", args=[1])
        detail = text(client, address)
        assert passed in page and "2 failed" in page
        assert "<details open><summary>To be settled first (2)" in page and "<strong>HINT:</strong>" in page
        assert f'<a href="{address}">epic10_deploy</a>' in page and "No disk left." in page and "4 m" in page
        assert "&lt;script&gt;alert(1)" in detail and "This record is not what was written" not in detail


def test_a_role_that_may_not_read_the_books_is_told_the_grant_and_then_sees_everything(migrated_database, monkeypatch):
    role = f"{migrated_database.name}_app"
    books = ("django_migrations", "epic10_created_object", "epic10_phase_run", "epic10_saved_report")
    migrated_database.execute(f"CREATE ROLE {role} LOGIN")
    try:
        with looked_at(migrated_database) as client, monkeypatch.context() as patch:
            migrated_database.execute(
                f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; REVOKE ALL ON {', '.join(books)} FROM {role}"
            )
            patch.setitem(connection.settings_dict, "USER", role)
            grant = f"GRANT SELECT ON {', '.join(books)} TO {role};"
            assert f"This could not be asked: permission denied for table epic10_phase_run. {grant}" in text(client)
            migrated_database.execute(grant)
            nothing_remembered_any_more()
            assert "permission denied" not in text(client)
            assert state(client) == "switched"
    finally:
        migrated_database.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
