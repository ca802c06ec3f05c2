"""epic10_deploy typed again: past the switch nothing goes back by itself but the run that has switched."""

import re
import signal

import pytest

from epic10 import checks
from epic10.release.status import status
from tests.deploy.pairs import DEPLOY
from tests.migration.disturbances import begun, look_at, somebody, steps, wait_for

STAYS = (
    "Nothing is taken back: Epic 10 was in place before this run, and somebody may be at work with it.\n"
    "HINT: python manage.py epic10_status says where it stands. Set it right, then python manage.py epic10_deploy; "
    "or go back, with python manage.py epic10_rollback."
)
INTERRUPTED = STAYS.replace("Set it right, then python", "python")
AS_THE_EARLIER_RUN_LEFT_IT = (
    "What an earlier run has done stays: this one has added nothing to it, and nothing of it is visible.\n"
    "HINT: Set it right, then python manage.py epic10_deploy goes on; python manage.py epic10_rollback goes back."
)
WAITS = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
# Where the lock was refused in the same moment, psycopg closes the session, and the next one says that it goes back.
HEARD = """
    SELECT EXISTS (SELECT FROM epic10_phase_run
                    WHERE phase = 'guard' AND (error = 'KeyboardInterrupt' OR direction = 'backwards'))"""
IF_IT_FAILS = "If anything fails, it is said and nothing is taken back; python manage.py epic10_rollback goes back."


@pytest.fixture
def live(legacy_database):
    legacy_database.migrate(None)
    return legacy_database


@pytest.fixture
def broken(monkeypatch):
    check = checks.Check("smoke.broken", "an NDA can be created", lambda db: ["it cannot"], when="smoke")
    monkeypatch.setitem(checks._registry, check.id, check)


def test_a_check_that_fails_is_said_and_the_release_stays(night, live, broken, record):
    before = look_at(live)
    ended = night("epic10_deploy")
    assert (ended.status, ended.complaint) == (1, f"smoke failed: smoke.broken.\n{STAYS}")
    assert (look_at(live), status(live.connection).state) == (before, "switched")
    assert record()["phases"] == []


def test_past_its_timeout_the_release_stays(night, live):
    before = look_at(live)
    ended = night("epic10_deploy", timeout=0.01)
    assert (ended.status, ended.complaint) == (1, f"It took longer than 10 ms.\n{STAYS}")
    assert look_at(live) == before


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_the_release_stays(live, environment, number):
    before = look_at(live)
    with somebody(live, "LOCK TABLE nda_status_history IN ACCESS EXCLUSIVE MODE"):
        process = live.start(*DEPLOY, **environment)
        wait_for(live, WAITS, process)
        process.send_signal(number)
        _, complaint = process.communicate()
    assert process.returncode == 130
    assert complaint.endswith(f"{INTERRUPTED}\n") and "Interrupted" in complaint
    assert (look_at(live), status(live.connection).state) == (before, "switched")


@pytest.mark.slow
def test_the_run_that_has_switched_goes_back(night, legacy_database, broken, is_untouched):
    ended = night("epic10_deploy")
    assert (ended.status, is_untouched(legacy_database)) == (1, True)
    assert re.match(r"smoke failed: smoke\.broken\.\nEpic 10 is undone: ", ended.complaint)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_past_its_own_switch_it_goes_back(legacy_database, environment, number, is_untouched):
    """Between switch and guards, for which it waits."""
    with somebody(legacy_database, "LOCK TABLE audit_log IN ROW EXCLUSIVE MODE"):
        process = legacy_database.start(*DEPLOY, "--accept-writers", **environment)
        wait_for(legacy_database, "SELECT to_regclass('epic10_phase_run') IS NOT NULL", process)
        for moment in (begun("expand"), begun("switch"), begun("guard")):
            wait_for(legacy_database, moment, process)
        process.send_signal(number)
        # It has heard: on the way back it would wait for this lock, too.
        wait_for(legacy_database, HEARD, process)
    _, complaint = process.communicate()
    assert process.returncode == 130
    assert "\nEpic 10 is undone: " in complaint
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_prepared_and_then_a_run_that_adds_nothing_it_stays_prepared(night, legacy_database, settings):
    assert night("epic10_deploy", prepare=True).status == 0
    before = look_at(legacy_database)
    settings.EPIC10_LOCK_PATIENCE = 0
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        ended = night("epic10_deploy")
    assert ended.status == 1
    assert re.match(r"\w+ could not get its locks on ", ended.complaint)
    assert ended.complaint.endswith(f"\n{AS_THE_EARLIER_RUN_LEFT_IT}")
    # What is in place takes no lock again: the switch is the first to want one.
    state = status(legacy_database.connection).state
    assert (look_at(legacy_database), state) == (before, "enforced, stopped in switch")
    assert night("epic10_deploy").status == 0


class TestWhatIsAgreedTo:
    """The first and the last line of what is asked, and of --dry-run, in each state that a database may be in."""

    def agreed(self, night, **options):
        return night("epic10_deploy", dry_run=True, **options).said.splitlines()

    def test_before_the_release(self, night, legacy_database):
        said = self.agreed(night)
        assert said[0] == f'Database "{legacy_database.name}" becomes Epic 10. The old application has to be stopped.'
        assert "  1. stopped: nobody is writing to the tables any more" in said
        assert "If anything fails after the first change, or it takes longer than 10 m, it goes back by itself." in said
        assert (
            "If anything fails after the first change, or it takes longer than 10 m, it stays as it is."
            in self.agreed(night, keep=True)
        )

    def test_with_nobody_stopped(self, night, legacy_database):
        assert self.agreed(night, rolling=True)[0] == (
            f'Database "{legacy_database.name}" becomes Epic 10. Nobody has to be stopped: each application works on, '
            "through its schema of views."
        )

    def test_half_way(self, night, legacy_database):
        for step in steps()[:2]:
            step.forwards(legacy_database)
        said = self.agreed(night)
        assert re.fullmatch(
            rf"Database \"{legacy_database.name}\" becomes Epic 10\. The old application has to be stopped\. "
            r"An earlier run has begun it, on \d{4}-\d\d-\d\d \d\d:\d\d UTC; this one goes on\.",
            said[0],
        )
        assert (
            "If anything fails after this run has added something, or it takes longer than 10 m, it goes back by "
            "itself, to before the earlier run; before that it stays as the earlier run has left it." in said
        )
        steps()[1].backwards(legacy_database)
        assert self.agreed(night)[0].endswith(" UTC, and it was going back last; this one goes on.")

    def test_live(self, night, live):
        said = self.agreed(night)
        already = f'Database "{live.name}" is Epic 10 already: '
        assert said == [
            f"{already}only what comes after the switch is done, beside the application.",
            "  1. migrate: nothing is left to do",
            "  2. validate: schema and every row",
            "  3. smoke: what the new application does, rolled back",
            "  4. vacuum: statistics for the planner",
            IF_IT_FAILS,
        ]
        assert self.agreed(night, prepare=True) == [
            f"{already}there is nothing to prepare, and nothing will be changed."
        ]

    def test_live_without_what_comes_after(self, night, live):
        live.migrate("0002")
        said = self.agreed(night)
        assert said[1] == "  1. migrate: 0003_workflow_guards, 0004_search_indexes"
        assert any("CREATE INDEX CONCURRENTLY" in line for line in said)
