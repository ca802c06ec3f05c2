"""epic10_status: wherever a release stands, it says so, and what to type."""

import json
import re
import signal
import threading

import pytest
from django.db import Error

from epic10.postgres.migration_lock import holder, only_migrator
from epic10.release import phase_status
from epic10.release.status import status
from tests.migration.disturbances import (
    STANDS_STILL,
    at_work,
    kill,
    somebody,
    standstill,
    steps,
    wait_for,
    wait_until,
)

BOTH_WAYS = "python manage.py epic10_deploy goes on from here, python manage.py epic10_rollback goes back from here"
FINISH_GOING_BACK = "python manage.py epic10_rollback finishes going back, python manage.py epic10_deploy goes on"
WATCH = "python manage.py epic10_status --watch"


def seen(database, earlier=None):
    return status(database.connection, earlier)


def states(found):
    return {standing.phase: standing.state for standing in found.phases}


def test_an_empty_database_has_no_register(empty_database):
    found = seen(empty_database)
    assert found.state == "no register"
    assert (found.notes, found.next) == (
        (),
        "set DATABASE_URL to the database that has one, then the same command; python manage.py migrate ndas 0001 "
        "makes an empty register here",
    )


def test_without_database_url_it_says_that_this_is_the_embedded_database(empty_database, settings, monkeypatch):
    known = empty_database.connection.settings_dict
    settings.EPIC10_SPARE_SERVER = {"ENGINE": known["ENGINE"]}
    monkeypatch.setitem(known, "HOME", "/srv/ndas/.postgres")
    assert list(seen(empty_database).lines())[2:] == [
        'This is the embedded database in "/srv/ndas/.postgres", because DATABASE_URL is not set.',
        f"Next: {seen(empty_database).next}",
    ]


def test_prepared_it_names_both_ways_on_and_the_one_that_stops_nobody_first(legacy_database):
    legacy_database.migrate(prepare=True)
    assert seen(legacy_database).next == (
        "python manage.py epic10_deploy --rolling, with nobody stopped; or python manage.py epic10_deploy, with the "
        "application stopped; python manage.py epic10_rollback --rolling undoes the preparation"
    )


@pytest.mark.parametrize("kind", ["legacy_database", "production_database"])
def test_before_the_release_it_is_the_baseline(request, kind):
    found = seen(request.getfixturevalue(kind))
    assert (found.state, found.next, found.notes) == ("baseline", "python manage.py epic10_precheck", ())
    assert set(states(found).values()) == {"to do"}


@pytest.mark.slow
def test_phase_by_phase_it_comes_nearer(legacy_database):
    came_by = []
    for step in steps():
        step.forwards(legacy_database)
        found = seen(legacy_database)
        came_by.append(found.state)
        assert states(found)[step.name] == "done"
    assert came_by == ["expanded", "backfilled", "indexed", "enforced", "switched"]
    assert found.notes == (
        "django_migrations does not know that 0002_epic_10_customer_feedback is applied; migrate puts it right.",
    )


def test_after_the_release_it_is_switched(migrated_database):
    found = seen(migrated_database)
    assert (found.state, found.notes, found.worker) == ("switched", (), "")
    assert found.next == "python manage.py epic10_validate; python manage.py epic10_rollback goes back"
    assert found.phases[1].share == 1


def test_what_comes_after_the_release_is_taken_back_alone_and_it_is_switched_as_before(legacy_database):
    legacy_database.migrate(None)
    legacy_database.migrate("0002")
    found = seen(legacy_database)
    assert (found.state, found.notes) == ("switched", ())
    assert set(states(found).values()) == {"done"}
    assert found.next == "python manage.py epic10_validate; python manage.py epic10_rollback goes back"


def test_there_and_back_it_is_the_baseline_again(migrated_database):
    migrated_database.migrate("0001")
    found = seen(migrated_database)
    assert (found.state, found.notes) == ("baseline", ())


@pytest.mark.parametrize("undone", range(1, 5))
def test_half_way_back_it_says_both_ways(migrated_database, undone):
    for step in steps()[::-1][:undone]:
        step.backwards(migrated_database)
    found = seen(migrated_database)
    assert (found.state, found.next) == ("half rolled back", FINISH_GOING_BACK)
    assert list(states(found).values()).count("undone") == undone
    assert found.notes == (
        "django_migrations says that 0002_epic_10_customer_feedback is applied, and it is not; migrate puts it right.",
    )


def test_half_way_back_from_a_preparation_no_switch_is_undone_that_never_was(legacy_database):
    legacy_database.migrate(prepare=True)
    for step in steps()[::-1][:2]:
        step.backwards(legacy_database)
    assert list(states(seen(legacy_database)).values()) == ["done", "done", "done", "undone", "to do"]


@pytest.mark.slow
def test_a_running_backfill_is_watched_to_its_killing(legacy_database):
    with standstill(legacy_database) as go:
        process = legacy_database.start("migrate", "ndas", EPIC10_BATCH_SIZE="1")
        wait_for(legacy_database, STANDS_STILL, process)
        waiting = seen(legacy_database)
        # It waits for nobody any more, and gets no further.
        process.send_signal(signal.SIGSTOP)
        go()
        running = seen(legacy_database)
        later = seen(legacy_database, running)
        kill(process, legacy_database)
    killed = seen(legacy_database)

    backfill = running.phases[1]
    assert running.state.startswith("backfilling ")
    assert (backfill.state, running.next) == ("running", WATCH)
    assert running.worker.startswith("migrate by ")
    assert backfill.rows == 20 < backfill.rows + backfill.left
    assert backfill.rate > 0
    assert waiting.waits.startswith("for pid ") and (waiting.phases[1].rows, waiting.phases[1].rate) == (20, 0.0)
    # Without counting again, and yet as far.
    assert later.phases[1].rows + later.phases[1].left == backfill.rows + backfill.left

    assert killed.state.endswith(" %, interrupted in backfill")
    assert (states(killed)["backfill"], killed.worker, killed.next) == ("interrupted", "", BOTH_WAYS)
    legacy_database.migrate()
    assert seen(legacy_database).state == "switched"


def test_while_somebody_migrates_what_is_done_is_not_counted_again(legacy_database, monkeypatch):
    for step in steps()[:3]:
        step.forwards(legacy_database)
    with only_migrator(legacy_database.connection):
        earlier = seen(legacy_database)
        monkeypatch.setattr(phase_status, "count", None)  # A count would be an error.
        later = seen(legacy_database, earlier)
    assert later.state == earlier.state == "indexed"
    assert (states(later), later.phases[1].rows) == (states(earlier), earlier.phases[1].rows)


@pytest.mark.slow
def test_an_error_that_stopped_it_is_named(legacy_database):
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        finished = legacy_database.manage("migrate", "ndas", EPIC10_LOCK_PATIENCE="1")
    assert finished.returncode == 1
    found = seen(legacy_database)
    assert found.state == "baseline, stopped in expand"
    assert found.phases[0].error == "LockNotGranted"
    assert str(found.phases[0]).endswith("LockNotGranted")


@pytest.mark.slow
def test_killed_on_the_way_back_it_is_half_rolled_back(migrated_database):
    with somebody(
        migrated_database, "UPDATE contacts SET updated_at = now() WHERE id = (SELECT min(id) FROM contacts)"
    ):
        process = migrated_database.start("migrate", "ndas", "0001")
        wait_for(migrated_database, at_work("expand", "backwards"), process)
        assert seen(migrated_database).state == "going back"
        kill(process, migrated_database)
    assert seen(migrated_database).state == "half rolled back, interrupted in expand"


def test_a_ledger_that_says_more_than_the_catalog_is_not_believed(legacy_database):
    for step in steps()[:3]:
        step.forwards(legacy_database)
    legacy_database.execute("DROP INDEX ndas_status_epic10_idx")
    found = seen(legacy_database)
    assert found.state == "backfilled"
    assert found.notes == ("The ledger says that index is done, the catalog says that it is not.",)


@pytest.mark.slow
def test_it_can_be_asked_at_any_moment(legacy_database):
    """While a release runs there and back, in this process, without one error."""
    answers, over = [], threading.Event()

    def ask():
        other = legacy_database.connection.copy()
        try:
            while not over.is_set():
                answers.append(status(other).state.split()[0])
        except Error as error:
            answers.append(str(error))
        finally:
            other.close()

    def is_answered():
        """By an answer to a question that was asked after this."""
        enough = len(answers) + 2
        wait_until(lambda: len(answers) >= enough or not asking.is_alive(), "another answer")

    asking = threading.Thread(target=ask)
    asking.start()
    for _ in range(2):
        is_answered()
        legacy_database.migrate("0002")
        is_answered()
        legacy_database.migrate("0001")
    over.set()
    asking.join()
    moments = {"baseline", "expanded", "backfilling", "backfilled", "indexed", "enforced", "switched", "going", "half"}
    assert set(answers) <= moments
    assert {"baseline", "switched"} <= set(answers)


def test_the_lines_say_it_all(migrated_database):
    with only_migrator(migrated_database.connection):
        lines = list(seen(migrated_database).lines())
    assert lines[0] == f'Epic 10 in database "{migrated_database.name}": switched'
    assert [line.split()[:2] for line in lines[1:6]] == [
        [phase, "done"] for phase in ("expand", "backfill", "index", "enforce", "switch")
    ]
    assert lines[6].startswith("Changing it now: migrate by ")
    through = ["At work through epic9", "At work through epic10", "At work on the tables themselves"]
    unknown = ["At work, and nobody saw where", "Idle, and nobody knows where they work"]
    assert [line.partition(":")[0] for line in lines[7:-1]] == through + unknown
    assert lines[-1] == f"Next: {WATCH}"


@pytest.mark.slow
def test_json_is_watched_a_line_a_look_until_ctrl_c(legacy_database):
    process = legacy_database.start("epic10_status", "--watch", "0.1", "--format", "json")
    looks = [json.loads(process.stdout.readline()) for _ in range(2)]
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate()
    assert [look["state"] for look in looks] == ["baseline", "baseline"]
    assert (process.returncode, complaint) == (130, f"{legacy_database.announced}CommandError: Stopped looking.\n")


def waiting(database, wanted, process):
    """The first look at which the line about waiting begins as wanted."""
    wait_until(lambda: process.poll() is not None or seen(database).waits.startswith(wanted), wanted)
    return seen(database)


@pytest.mark.slow
def test_who_keeps_it_waiting_is_named_and_no_time_left_is_made_up(legacy_database):
    with somebody(legacy_database, "SELECT 1 FROM ndas") as session:
        process = legacy_database.start("migrate", "ndas")
        found = waiting(legacy_database, "for a lock: pid", process)
        assert f"for a lock: pid {session.info.backend_pid}, " in found.waits
        assert f"Waiting: {found.waits}" in found.lines()
    assert process.wait() == 0
    assert seen(legacy_database).waits == ""


@pytest.mark.slow
def test_so_is_an_old_transaction_that_an_index_waits_for(legacy_database):
    with somebody(
        legacy_database, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "SELECT 1 FROM agency_groups"
    ) as session:
        process = legacy_database.start("migrate", "ndas")
        found = waiting(legacy_database, f"for pid {session.info.backend_pid}, ", process)
        assert found.phases[2].state == "running"
    assert process.wait() == 0


@pytest.mark.slow
def test_a_pause_is_said_instead_of_a_time_left(legacy_database, tmp_path):
    pause = tmp_path / "pause"
    pause.touch()
    process = legacy_database.start("migrate", "ndas", EPIC10_BATCH_SIZE="20", EPIC10_PAUSE_FILE=str(pause))
    found = waiting(legacy_database, "paused, while the file that EPIC10_PAUSE_FILE names is there", process)
    assert (found.phases[1].state, found.phases[1].rate) == ("running", 0.0)
    assert found.phases[1].left > 0
    assert not [line for line in found.lines() if " left" in line]
    pause.unlink()
    assert process.wait() == 0


def test_a_role_that_may_not_see_sessions_is_told_who_is_at_work_all_the_same(legacy_database):
    role = f"{legacy_database.name}_onlooker"
    legacy_database.execute(f"CREATE ROLE {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    other = legacy_database.connection.copy()
    try:
        with only_migrator(legacy_database.connection):
            other.cursor().execute(f"SET ROLE {role}")
            assert re.fullmatch(r"migrate by .+, process \d+, user \w+, pid \d+", str(holder(other)))
    finally:
        other.close()
        legacy_database.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
