"""epic10_deploy: all the way, or back to where it began, by itself."""

import re
import signal
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import OperationalError, connections
from django.db.models.signals import post_migrate

from epic10 import checks
from epic10.checks import sessions
from epic10.ledger.models import RunRecord
from epic10.postgres.session import reconnect
from epic10.snapshots import files, snapshot
from epic10.terminal import units
from tests.migration.disturbances import STANDING_STILL, STANDS_STILL, somebody, standstill, wait_until, when_logged
from tests.rehearsal.test_schema_rehearsal import NOTHING_IS_DROPPED

STEPS = ["stopped", "precheck", "snapshot", "verify", "still stopped", "migrate", "validate", "smoke", "vacuum"]
UNDONE = r"Epic 10 is undone: 10 checks: 10 passed; (\d+) checks?: \1 passed\."
NOT_YES = 'Nothing was changed: the answer was not "yes".\nHINT: The same command again; then type yes'
AGAIN = r"HINT: Set it right, then python manage\.py epic10_deploy"


def steps(said):
    return [line.removeprefix("== ") for line in said.splitlines() if line.startswith("== ")]


def test_it_goes_all_the_way_and_leaves_a_record(night, legacy_database, record, tmp_path):
    ended = night("epic10_deploy")
    assert (ended.status, ended.complaint) == (0, "")
    assert steps(ended.said) == STEPS
    assert ended.said.splitlines()[-1] == (
        "Epic 10 is in place. Next: start the new application; python manage.py epic10_status"
    )
    kept = record()
    assert (kept["command"], kept["verdict"], [step["name"] for step in kept["steps"]]) == (
        "epic10_deploy",
        "OK",
        STEPS,
    )
    unrehearsed, baseline = kept["decisions"]
    accepted, by = "There is no rehearsal to rely on.", kept["operator"]
    assert unrehearsed == f"{accepted} Accepted by {by}: --without-rehearsal."
    assert kept["overrides"] == [{"option": "--without-rehearsal", "accepted": accepted, "by": by}]
    assert re.fullmatch(
        r"Query times from before the release are kept for epic10_monitor: 7 pages, "
        r"the slowest is [\w ,]+ with \d+\.\d ms\.",
        baseline,
    )
    assert [phase["phase"] for phase in kept["phases"]][:5] == ["expand", "backfill", "index", "enforce", "switch"]
    assert kept["batches"] >= 2
    assert kept["facts"]["before"]["ndas"]["rows"] == kept["facts"]["after"]["ndas"]["rows"] == 300
    assert any("RENAME COLUMN" in sent["statement"] for sent in kept["sql"])
    [page] = (tmp_path / "records").glob("*.html")
    assert "<td>enforce</td>" in page.read_text()
    again = night("epic10_deploy")
    assert (again.status, steps(again.said)) == (0, ["migrate", "validate", "smoke", "vacuum"])


@pytest.mark.slow
def test_what_a_copy_of_the_schema_does_not_take_is_refused_before_the_first_change(
    night, legacy_database, is_untouched
):
    legacy_database.execute(NOTHING_IS_DROPPED)
    ended = night("epic10_deploy", without_schema_rehearsal=False)
    assert ended.status == 1 and ended.complaint.startswith("NO-GO, nothing was changed: ")
    refused = "An event trigger refuses what the release defines or drops: nothing is dropped here in keep()"
    assert f"by python manage.py migrate: {refused}" in ended.said
    legacy_database.execute("DROP EVENT TRIGGER keep; DROP FUNCTION keep()")
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_rehearsed_then_prepared_then_switched(night, legacy_database, record, settings):
    """The whole procedure: nothing is visible before the last command."""
    night("epic10_snapshot", "take")
    rehearsed = night("epic10_rehearse", snapshot="newest")
    assert (rehearsed.status, rehearsed.complaint) == (0, "")
    assert re.search(
        r"\nproduction, with 2,\d{3} rows, would take about .+: that fits into a window of 5 m\n", rehearsed.said
    )
    [name] = files.names(settings.EPIC10_SNAPSHOTS)
    ended = night("epic10_deploy", without_rehearsal=False, prepare=True, snapshot=name)
    assert steps(ended.said) == ["precheck", "verify", "prepare"]
    assert (
        ended.said.splitlines()[-1] == "Or in the window, with the application stopped: python manage.py epic10_deploy"
    )
    assert [phase["phase"] for phase in record()["phases"]] == ["expand", "backfill", "index", "enforce", "search"]
    assert re.match(r"Rehearsed on \d{4}-\d\d-\d\d \d\d:\d\d UTC, record \d+\.", record()["decisions"][0])
    assert legacy_database.rows("SELECT count(*) FROM django_migrations WHERE name LIKE '0002_epic%%'") == [(0,)]
    legacy_database.execute("UPDATE ndas SET status = 'EMAILED' WHERE status = 'CREATED'")
    ended = night("epic10_deploy", snapshot=name)
    wanted = ["precheck", "verify", "stopped", "migrate", "validate", "smoke", "vacuum"]
    assert (ended.status, steps(ended.said)) == (0, wanted)
    assert legacy_database.rows("SELECT count(*) FROM ndas WHERE status = 'CREATED'") == [(0,)]


def test_no_go_changes_nothing(night, legacy_database, is_untouched):
    ended = night("epic10_deploy", free_disk=1024)
    assert ended.status == 1
    assert re.fullmatch(
        r"NO-GO, nothing was changed: \d+ checks: .*, 1 failed\.\n"
        r"HINT: Do what the HINTs above say; python manage\.py epic10_precheck asks again\.",
        ended.complaint,
    )
    assert "FAILED  disk." in ended.said
    assert steps(ended.said) == ["stopped", "precheck"]
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_a_snapshot_with_one_byte_changed_stops_it(night, legacy_database, is_untouched, monkeypatch, settings):
    take = snapshot.take

    def take_and_change_a_byte(using, directory, **options):
        taken = take(using, directory, **options)
        path = directory / taken.name / "dump" / "toc.dat"
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
        return taken

    monkeypatch.setattr(snapshot, "take", take_and_change_a_byte)
    ended = night("epic10_deploy")
    [name] = files.names(settings.EPIC10_SNAPSHOTS)
    assert (ended.status, ended.complaint) == (
        1,
        f'Nothing was changed: the snapshot "{name}" is not to be trusted.\n'
        "HINT: python manage.py epic10_snapshot verify says why; without one there is no way out of a disaster.",
    )
    assert f"{name}/dump/toc.dat has other content than when it was written" in ended.said
    assert is_untouched(legacy_database)


@pytest.fixture
def corrupting():
    """After migrate, past every trigger, one row is made wrong."""

    def corrupt(using, plan, **kwargs):
        if any(migration.name.startswith("0002") and not backwards for migration, backwards in plan):
            with connections[using].cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                cursor.execute(
                    "UPDATE ndas SET status = 'EXPIRED' WHERE id = (SELECT min(id) FROM ndas WHERE status = 'CREATED')"
                )
                cursor.execute("RESET session_replication_role")

    post_migrate.connect(corrupt)
    yield
    post_migrate.disconnect(corrupt)


@pytest.mark.slow
def test_a_row_corrupted_on_purpose_is_found_and_everything_goes_back(
    night, legacy_database, is_untouched, record, corrupting
):
    ended = night("epic10_deploy")
    assert ended.status == 1
    assert re.fullmatch(rf"epic10_validate failed: .*rows\.status\.\n{UNDONE}\n{AGAIN}", ended.complaint)
    assert steps(ended.said)[-4:] == ["validate", "back", "compare", "previous"]
    assert is_untouched(legacy_database)
    kept = record()
    assert (kept["verdict"], kept["decisions"][-1][:29]) == ("FAILED", "Going back: epic10_validate f")


@pytest.mark.slow
def test_kept_if_the_operator_wants_to_look_at_it(night, legacy_database, corrupting):
    ended = night("epic10_deploy", keep=True)
    assert ended.status == 1
    assert re.fullmatch(
        r"epic10_validate failed: .*rows\.status\.\nKept as it is, because of --keep\.\n"
        r"HINT: python manage\.py epic10_status says where it stands; python manage\.py epic10_deploy goes on "
        r"from there, epic10_rollback goes back\.",
        ended.complaint,
    )
    [[switched]] = legacy_database.rows("SELECT 'PENDING_APPROVAL' = ANY (enum_range(NULL::\"NdaStatus\")::text[])")
    assert switched


@pytest.mark.slow
def test_what_the_new_application_cannot_do_takes_it_back(night, legacy_database, is_untouched, monkeypatch):
    broken = checks.Check("smoke.broken", "an NDA can be created", lambda db: ["it cannot"], when="smoke")
    monkeypatch.setitem(checks._registry, broken.id, broken)
    ended = night("epic10_deploy")
    assert (ended.status, is_untouched(legacy_database)) == (1, True)
    assert re.fullmatch(rf"smoke failed: smoke\.broken\.\n{UNDONE}\n{AGAIN}", ended.complaint)


@pytest.mark.slow
def test_past_its_timeout_it_takes_nothing_back_of_nothing(
    night, legacy_database, is_untouched, record, monkeypatch, settings
):
    """Which is up while it waits for a reader that does not go."""
    # The precheck would name the reader, on a busy machine.
    monkeypatch.setattr(sessions, "LONG_FOR_A_LOCK", 3600)
    settings.EPIC10_LOCK_PATIENCE = 3600

    def the_time_is_up():
        signal.setitimer(signal.ITIMER_REAL, 0.01)

    waits = when_logged("expand waits for a lock: pid ", the_time_is_up)
    with somebody(legacy_database, "SELECT 1 FROM ndas"), waits:
        ended = night("epic10_deploy", timeout=3600)
    assert ended.status == 1
    late = rf"It took longer than {units.seconds(3600)}\.\nNothing was changed\.\n{AGAIN}"
    assert re.fullmatch(late, ended.complaint)
    assert "migrate" in [step["name"] for step in record()["steps"]]
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_a_connection_lost_during_migrate_takes_it_back(night, legacy_database, is_untouched, settings):
    settings.EPIC10_BATCH_SIZE = 1
    with standstill(legacy_database), ThreadPoolExecutor() as beside:
        ending = beside.submit(_end_the_session_in_the_backfill, legacy_database.url)
        ended = night("epic10_deploy")
        ending.result()
    assert ended.status == 1
    assert re.fullmatch(rf"The connection to the server was lost\.\n{UNDONE}\n{AGAIN}", ended.complaint)
    assert is_untouched(legacy_database)


def test_after_a_lost_connection_there_is_another_one(legacy_database):
    [(before,)] = legacy_database.rows("SELECT pg_backend_pid()")
    with pytest.raises(OperationalError):
        legacy_database.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    reconnect(legacy_database.alias)
    assert legacy_database.rows("SELECT pg_backend_pid()") != [(before,)]


def _end_the_session_in_the_backfill(url):
    with psycopg.connect(url, autocommit=True) as session:
        wait_until(lambda: session.execute(STANDS_STILL).fetchone() == (True,), "the backfill standing still")
        ended = session.execute(f"SELECT pg_terminate_backend(pid) FROM ({STANDING_STILL}) AS migration").fetchall()
        assert ended == [(True,)]


def test_a_dry_run_shows_steps_estimate_and_every_statement(night, legacy_database, is_untouched):
    ended = night("epic10_deploy", dry_run=True)
    assert ended.said.startswith(
        f'Database "{legacy_database.name}" becomes Epic 10. The old application has to be stopped.\n'
    )
    assert "  5. migrate: expand, backfill, index, enforce, switch\n" in ended.said
    assert re.search(r"\nmigrate takes about .+, so plan for .+\n", ended.said)
    assert "rehearsed: not on a snapshot of this one\n" in ended.said
    assert 'ALTER TABLE "ndas" RENAME COLUMN "status" TO "status_legacy"' in ended.said
    assert is_untouched(legacy_database)
    assert not RunRecord.objects.using(legacy_database.alias).exists()


def test_it_asks_before_it_begins(night, legacy_database, is_untouched, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda question: "no")
    assert night("epic10_deploy", yes=False).complaint == NOT_YES
    monkeypatch.setattr("sys.argv", ["./manage.py", "epic10_deploy", "--timeout", "5m"])
    assert night("epic10_deploy", yes=False).complaint == (
        'Nothing was changed: the answer was not "yes".\n'
        "HINT: python manage.py epic10_deploy --timeout 5m; then type yes"
    )

    def nobody(question):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    ended = night("epic10_deploy", yes=False)
    assert ended.complaint == "Nobody is there to be asked; nothing was changed.\nHINT: --yes"
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_a_server_that_restarts_while_it_is_validated_undoes_nothing(night, legacy_database, monkeypatch):
    """The session is cut in the middle, as by a restart: the check is asked again, and so are the others."""
    left = [1]

    def find(db):
        if left:
            left.pop()
            db.rows("SELECT pg_terminate_backend(pg_backend_pid())")
        return ()

    monkeypatch.setitem(checks._registry, "cut.once", checks.Check("cut.once", "nothing is cut", find))
    ended = night("epic10_deploy")
    assert (ended.status, ended.complaint) == (0, "")
    assert "The connection to the server was lost. Asking again as soon as the server answers.\n" in ended.said


@pytest.mark.slow
def test_one_that_is_lost_again_and_again_is_no_interruption(night, legacy_database, is_untouched, monkeypatch):
    def find(db):
        db.rows("SELECT pg_terminate_backend(pg_backend_pid())")

    monkeypatch.setitem(checks._registry, "cut.always", checks.Check("cut.always", "nothing is cut", find))
    ended = night("epic10_deploy")
    assert (ended.status, ended.complaint.splitlines()[0]) == (1, "The connection to the server was lost.")
    assert "FAILED" not in ended.said
    assert is_untouched(legacy_database)
