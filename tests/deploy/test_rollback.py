"""epic10_rollback: back from any point, with proof that everything is what it was."""

import re

import psycopg
import pytest

from epic10.snapshots import files
from tests.migration.disturbances import steps as phases

NEXT = "Next: start the application of before Epic 10; python manage.py epic10_status"
TABLES = 9


def steps(said):
    return [line.removeprefix("== ") for line in said.splitlines() if line.startswith("== ")]


@pytest.fixture
def deployed(night, legacy_database):
    """A legacy database after the release, and a snapshot from before it."""
    night("epic10_snapshot", "take")
    legacy_database.migrate()
    return legacy_database


def test_everything_goes_back_and_is_compared(night, deployed, is_untouched, record, settings):
    ended = night("epic10_rollback")
    assert (ended.status, ended.complaint) == (0, "")
    assert steps(ended.said) == ["stopped", "safety snapshot", "back", "compare", "previous"]
    assert ended.said.splitlines()[-1] == NEXT
    assert "It takes about " in ended.said and "It parks" not in ended.said
    assert "        300 rows, the same\n" in ended.said
    assert is_untouched(deployed)
    _, safety = files.names(settings.EPIC10_SNAPSHOTS)
    assert record()["decisions"] == [f'Snapshot "{safety}" holds everything the new application has written.']
    again = night("epic10_rollback")
    assert (again.status, steps(again.said)) == (0, [])
    assert "Nothing of Epic 10 is in this database: there is nothing to undo." in again.said


@pytest.mark.slow
def test_what_was_written_since_is_told_from_what_nobody_has_written(night, deployed):
    touched, untold = deployed.rows("SELECT id FROM ndas WHERE status = 'CREATED' ORDER BY id LIMIT 2")
    deployed.execute(
        "UPDATE ndas SET nda_type = 'CONSULTANT', company_name = 'X', updated_at = now() WHERE id = %s", touched
    )
    deployed.execute("UPDATE ndas SET company_name = 'Y' WHERE id = %s", untold)
    deployed.execute("INSERT INTO agency_groups VALUES ('new', 'New', 'NEW', now(), now())")
    [document] = deployed.rows("DELETE FROM documents WHERE id = (SELECT min(id) FROM documents) RETURNING id")
    deployed.execute(
        "INSERT INTO contacts (id, email, first_name, last_name, updated_at) VALUES ('x', 'x', 'x', 'x', now())"
    )
    ended = night("epic10_rollback", accept_writers=True)
    assert (ended.status, ended.complaint) == (
        1,
        "Epic 10 is undone, but not everything is what it was: 10 checks: 8 passed, 2 failed.\n"
        "HINT: Look at what is named above before the application starts.",
    )
    assert (
        f"        1 rows differ, and no time stamp says that somebody wrote them: {untold[0]}\n"
        "        since the snapshot 0 rows are new and 1 were changed\n"
    ) in ended.said
    assert f"        1 rows are gone, such as {document[0]}\n" in ended.said
    assert "        since the snapshot 1 rows are new and 0 were changed\n" in ended.said
    assert re.search(r"It takes about .*\. It parks 1 NDAs\.", ended.said)
    assert f"Parked 1 NDAs that the old schema cannot hold, such as {touched[0]}." in ended.said


@pytest.mark.slow
def test_an_application_at_work_is_named_and_nothing_happens_unless_forced(night, deployed, is_untouched):
    with psycopg.connect(deployed.url, autocommit=True, application_name="ndas web") as session:
        session.execute("UPDATE ndas SET updated_at = updated_at WHERE false")
        ended = night("epic10_rollback")
        pid, user = session.info.backend_pid, session.info.user
        assert ended.status == 1
        assert re.fullmatch(
            rf"Nothing was changed: the application is still writing: pid {pid}, {user} \(ndas web\), idle, "
            r"last activity \d+ (m?s) ago\.\n"
            r"HINT: Stop it, then run the same command again; --accept-writers goes on, "
            r"and parks what it has written\.",
            ended.complaint,
        )
        assert not is_untouched(deployed)
        session.execute("SELECT count(*) FROM ndas")
        assert night("epic10_rollback", without_snapshot=True).status == 0
    assert is_untouched(deployed)


@pytest.mark.parametrize(
    "done", [pytest.param(done, marks=[] if done == 3 else pytest.mark.long) for done in range(1, 6)]
)
def test_from_any_point(night, legacy_database, is_untouched, done):
    """As if the next phase never came, and without a snapshot from before: then nothing can be compared."""
    for phase in phases()[:done]:
        phase.forwards(legacy_database)
    ended = night("epic10_rollback", without_snapshot=True)
    assert (ended.status, steps(ended.said)) == (0, ["stopped", "back", "previous"])
    assert "No snapshot from before the release is here: nothing was compared." in ended.said
    assert is_untouched(legacy_database)


SIGN_IN = ("contenttypes", "auth", "admin", "sessions", "axes", "outbox")


@pytest.mark.slow
def test_tables_made_since_are_a_note_and_no_failure(night, deployed, record):
    """Those to sign in with, and whatever else is not of the register."""
    for app in SIGN_IN:
        deployed.migrate(None, app=app)
    deployed.execute("CREATE TABLE elsewhere (id text REFERENCES ndas)")
    ended = night("epic10_rollback")
    assert (ended.status, ended.complaint) == (0, "")
    [note] = [line for line in ended.said.splitlines() if "beside the register" in line]
    assert note.startswith("        beside the register: constraint auth_group auth_group_name_key is new; ")
    assert note.endswith(" more")
    [schema, *_] = next(it for it in record()["reports"] if it["command"] == "epic10_rollback")["checks"]
    assert (schema["id"], schema["verdict"]) == ("back.schema", "OK")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("ALTER TABLE contacts ADD nickname text", "table contacts is worded differently: + nickname text"),
        ("DROP INDEX ndas_company_name_idx", "index ndas_company_name_idx is gone"),
        ("CREATE INDEX theirs ON ndas (company_name, id)", "index theirs is new"),
        ("DROP VIEW seen", "view seen is gone"),
        ("GRANT SELECT ON ndas TO pg_monitor", "privileges of TABLE ndas is new"),
        ('CREATE TYPE "NdaType_legacy" AS ENUM ()', "type NdaType_legacy is new"),
    ],
    ids=["column", "index", "new index", "view", "privileges", "type"],
)
def test_what_is_not_as_it_was_is_named(night, legacy_database, since, said):
    legacy_database.execute("CREATE VIEW seen AS SELECT id, company_name FROM ndas")
    night("epic10_snapshot", "take")
    legacy_database.migrate()
    legacy_database.execute(since)
    ended = night("epic10_rollback")
    assert ended.complaint == (
        "Epic 10 is undone, but not everything is what it was: 10 checks: 9 passed, 1 failed.\n"
        "HINT: Look at what is named above before the application starts."
    )
    lines = ended.said.splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith("FAILED  back.schema"))
    assert lines[place + 1].startswith(f"        {said}")
    assert lines[place + 2].startswith("        HINT: ")


@pytest.mark.slow
def test_what_others_have_built_on_it_is_dropped_if_the_operator_says_so(night, deployed, is_untouched, record):
    deployed.execute("CREATE VIEW expiring AS SELECT id, expiration_date FROM ndas")
    deployed.execute("CREATE VIEW expiring_soon AS SELECT * FROM expiring WHERE expiration_date < now()")
    ended = night("epic10_rollback")
    assert (ended.status, steps(ended.said)) == (1, ["stopped"])
    assert ended.complaint.splitlines() == [
        "The way back drops columns and types that others have come to use: view public.expiring_soon; "
        "view public.expiring.",
        "HINT: python manage.py epic10_rollback --drop-dependents does it, and keeps in its record how they were made. "
        "By hand, after pg_dump --schema-only: DROP VIEW public.expiring_soon; DROP VIEW public.expiring;",
        "Nothing was changed.",
    ]
    ended = night("epic10_rollback", drop_dependents=True)
    assert (ended.status, ended.complaint) == (0, "")
    assert steps(ended.said) == ["stopped", "safety snapshot", "dependents", "back", "compare", "previous"]
    assert is_untouched(deployed)
    [_, first, second] = record()["decisions"]
    assert first.startswith("DROP VIEW public.expiring_soon; How it was made: CREATE VIEW public.expiring_soon AS ")
    assert second.startswith("DROP VIEW public.expiring; How it was made: CREATE VIEW public.expiring AS ")
