"""Whether the release has begun, when, and which way it was going: asked of its own traces alone."""

from datetime import datetime

import pytest
from django.db.migrations.recorder import MigrationRecorder

from epic10.release import state
from tests.migration.disturbances import somebody, steps

NOW = "SELECT clock_timestamp()"


@pytest.fixture
def ask(legacy_database):
    return lambda question: getattr(state, question)(legacy_database.connection)


def now(database) -> datetime:
    [(moment,)] = database.rows(NOW)
    return moment


def test_before_the_release_and_after_a_way_back_nothing_has_begun(legacy_database, ask):
    questions = ("has_begun", "began_at", "is_left_to_undo", "is_going_back", "was_taken_back_at")
    assert [ask(question) for question in questions] == [False, None, False, False, None]
    legacy_database.migrate(None)
    legacy_database.migrate("0001")
    assert [ask(question) for question in questions[:4]] == [False, None, False, False]
    assert ask("was_taken_back_at") < now(legacy_database)


@pytest.mark.slow
def test_it_began_with_its_first_change_and_not_with_an_attempt_that_failed(legacy_database, ask):
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        assert legacy_database.manage("migrate", "ndas", EPIC10_LOCK_PATIENCE="1").returncode == 1
    assert not ask("has_begun")
    between = now(legacy_database)
    steps()[0].forwards(legacy_database)
    assert ask("has_begun") and between < ask("began_at") < now(legacy_database)


def test_undone_and_done_again_it_began_the_second_time(legacy_database, ask):
    legacy_database.migrate()
    legacy_database.migrate("0001")
    between = now(legacy_database)
    legacy_database.migrate()
    assert between < ask("began_at")


def test_half_way_back_and_on_again_it_began_when_it_began(legacy_database, ask):
    legacy_database.migrate()
    began = ask("began_at")
    for step in steps()[:0:-1]:
        step.backwards(legacy_database)
    assert ask("is_going_back") and ask("began_at") == began
    legacy_database.migrate()
    assert not ask("is_going_back") and ask("began_at") == began


def test_what_comes_after_the_release_is_undone_and_it_is_not_going_back(legacy_database, ask):
    legacy_database.migrate(None)
    began = ask("began_at")
    legacy_database.migrate("0002")
    assert (ask("is_going_back"), ask("was_taken_back_at"), ask("began_at")) == (False, None, began)


def test_recorded_only_there_is_a_record_to_undo(legacy_database, ask):
    MigrationRecorder(legacy_database.connection).record_applied("ndas", "0002_epic_10_customer_feedback")
    assert (ask("has_begun"), ask("is_left_to_undo")) == (False, True)


def test_what_only_somebody_elses_phases_have_left_is_not_the_release(legacy_database, ask):
    """Faked, then the guards for real, and taken back: Django's record of the release stays as it was."""
    legacy_database.migrate("0002", fake=True)
    assert state.last_run(legacy_database.connection) is None
    legacy_database.execute(
        "INSERT INTO epic10_phase_run (phase, direction, finished_at) VALUES ('guard', 'backwards', now())"
    )
    assert (ask("is_going_back"), ask("was_taken_back_at")) == (False, None)
    assert state.last_run(legacy_database.connection) is None
