"""The load itself: it keeps its pace, counts from when a request was due, and keeps every error."""

import time

import psycopg
import pytest

from epic10.rehearsal import traffic

REFUSE_EDITS = """
CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'Not today.' USING ERRCODE = 'P0010'; END $$
LANGUAGE plpgsql;
CREATE TRIGGER refuse BEFORE UPDATE OF abbreviated_name ON ndas EXECUTE FUNCTION refuse()"""
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = 'epic10 traffic'"""


def running(database, **options):
    return traffic.running(database.alias, **({"rate": 100, "processes": 2, "seed": "the load"} | options))


def test_whoever_waits_counts_from_when_the_request_was_due(legacy_database):
    """A load that waits for its answer before it asks again would see one slow answer a process."""
    held = 0.6
    with running(legacy_database) as load:
        time.sleep(0.3)
        with psycopg.connect(legacy_database.url) as session:
            session.execute("LOCK TABLE ndas IN ACCESS EXCLUSIVE MODE")
            time.sleep(held)
        time.sleep(0.3)
    slow = [answer for answer in load.outcome.answers if answer.answered - answer.due > held / 3]
    assert len(slow) >= 100 * held * 0.5
    figures = load.outcome.figures()
    assert figures.max >= held * 900
    assert figures.stall >= held * 900
    assert figures.errors == 0


def test_it_sends_as_many_requests_as_were_asked_for(legacy_database):
    with running(legacy_database) as load:
        time.sleep(0.7)
    outcome = load.outcome
    asked = 100 * (outcome.answers[-1].due - outcome.began) + 1
    assert len(outcome.answers) == pytest.approx(asked, abs=2)
    assert {answer.operation for answer in outcome.answers} == {"read", "list", "move", "edit", "create"}
    assert outcome.failures == []


def test_every_error_is_kept_and_what_was_refused_is_not_counted_on(legacy_database):
    legacy_database.execute(REFUSE_EDITS)
    with running(legacy_database) as load:
        time.sleep(0.7)
    assert {str(failure) for failure in load.outcome.errors} == {"old application, edit: P0010 Not today."}
    assert load.outcome.lost == load.outcome.mislabelled == []


def test_what_the_switch_would_explain_is_an_error_where_there_was_none(legacy_database):
    with running(legacy_database) as load:
        time.sleep(0.3)
        legacy_database.execute("ALTER TABLE ndas ALTER company_city TYPE varchar(100)")
        time.sleep(0.4)
    told = "old application, {}: 0A000 cached plan must not change result type"
    assert {str(failure) for failure in load.outcome.errors} == {told.format("read"), told.format("list")}
    assert load.outcome.handed_over == []


def test_a_connection_that_is_cut_is_one_error_and_what_was_under_way_is_not_counted_on(legacy_database):
    with running(legacy_database) as load:
        time.sleep(0.4)
        cut = len(legacy_database.rows(CUT))
        time.sleep(0.6)
    outcome = load.outcome
    assert cut == len(outcome.errors) == 2
    assert {failure.sqlstate for failure in outcome.errors} <= {"57P01", ""}
    assert outcome.answers[-1].due > outcome.errors[-1].due + 0.3
    assert outcome.lost == outcome.mislabelled == []


def test_a_register_without_ndas_is_no_place_for_it(baseline_database):
    with (
        pytest.raises(traffic.NotRunning) as refusal,
        running(baseline_database),
    ):
        pass
    assert str(refusal.value) == (
        "There can be no load: the database has too few NDAs for it.\n"
        "HINT: python manage.py epic10_rehearse --rows 50000"
    )


def test_nothing_of_it_is_left_when_somebody_interrupts(legacy_database):
    with pytest.raises(KeyboardInterrupt), running(legacy_database) as load:
        raise KeyboardInterrupt
    assert [process.poll() for process in load.processes] == [-9, -9]
    assert load.outcome is None
