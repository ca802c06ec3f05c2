"""epic10_rehearse: there, back and there again beside a database that nothing happens to."""

import contextlib
import io
import json
import re
import signal
import time

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models.signals import post_migrate

from epic10.postgres import scratch_database
from epic10.rehearsal import lock_report, phases_under_load
from epic10.rehearsal.rehearsal import PREFIX as REHEARSAL

# Whoever changes a table of the register waits until somebody who looks at its locks has begun a look and ended it:
# the switch of a few hundred rows is over between two looks.
SEEN = """
CREATE FUNCTION until_it_was_seen() RETURNS event_trigger LANGUAGE plpgsql AS $$
DECLARE
  look timestamptz;
  newest timestamptz;
  looks int := 0;
BEGIN
  WHILE looks < 3 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT query_start INTO newest FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'epic10 lock watch';
    EXIT WHEN newest IS NULL;
    looks := looks + (newest IS DISTINCT FROM look)::int;
    look := newest;
    PERFORM pg_sleep(0.001);
  END LOOP;
END $$;
CREATE EVENT TRIGGER until_it_was_seen ON ddl_command_end WHEN TAG IN ('ALTER TABLE')
EXECUTE FUNCTION until_it_was_seen()"""


@pytest.fixture
def every_lock_is_seen():
    def slow_down(using, plan, **kwargs):
        newest, _ = plan[-1]
        if (newest.app_label, newest.name[:4]) == ("ndas", "0001"):
            with connections[using].cursor() as cursor:
                cursor.execute(SEEN)

    app = apps.get_app_config("ndas")
    post_migrate.connect(slow_down, sender=app)
    yield
    post_migrate.disconnect(slow_down, sender=app)


@pytest.fixture
def rehearse(baseline_database):
    """epic10_rehearse beside a database of the test's own: what it printed."""

    def run(*arguments, **options):
        output = io.StringIO()
        call_command("epic10_rehearse", *arguments, database=baseline_database.alias, stdout=output, **options)
        return output.getvalue()

    return run


@contextlib.contextmanager
def on_the_way_back(statement):
    """Somebody does this as soon as the way back is done."""
    with after_a_migration(statement, lambda using, plan: any(backwards for _, backwards in plan)):
        yield


@contextlib.contextmanager
def on_the_way_there_again(statement):
    """Somebody does this as soon as what was parked is put back."""

    def is_it(using, plan):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT to_regclass('epic10_archive')")
            if cursor.fetchone() == (None,):
                return False
            cursor.execute("SELECT EXISTS (SELECT FROM epic10_archive WHERE event = 'restored')")
            return cursor.fetchone()[0]

    with after_a_migration(statement, is_it):
        yield


@contextlib.contextmanager
def after_a_migration(statement, is_it):
    def spoil(using, plan, **kwargs):
        if plan and is_it(using, plan):
            with connections[using].cursor() as cursor:
                cursor.execute(statement)

    post_migrate.connect(spoil)
    try:
        yield
    finally:
        post_migrate.disconnect(spoil)


def locks_of(phase, output):
    """The lines under each of its statements."""
    return "".join(re.findall(rf"  {phase}: .*\n((?:    .*\n)+)", output))


@pytest.mark.long
def test_it_goes_there_back_and_there_again(rehearse, every_lock_is_seen):
    output = rehearse(rows=300)
    steps = [line.removeprefix("== ") for line in output.splitlines() if line.startswith("== ")]
    assert steps == [
        "baseline",
        "seed",
        "fingerprint",
        "forward",
        "validate",
        "smoke",
        "write",
        "back",
        "compare",
        "previous",
        "forward again",
        "validate again",
    ]
    assert "    ACCESS EXCLUSIVE " in locks_of("switch forwards", output)
    assert "back: schema and content are what they were before\n" in output
    assert re.search(r"\nonly Epic 10 can hold: 120 NDAs written, 120 parked, 120 put back\n", output)
    # Its own dates, of an application that has set them by hand.
    assert re.search(
        r"\nvalidated: .* 1 warning\n  WARNING rows\.expiration_by_hand .*\n {10}rows: \d+, such as ", output
    )
    assert re.search(r"\nparking took \d+\.\d\d s, putting back and filling \d+\.\d\d s\n", output)


@pytest.mark.slow
def test_under_traffic_it_says_what_each_phase_cost_the_applications(rehearse, monkeypatch, every_lock_is_seen):
    monkeypatch.setattr(phases_under_load, "IDLE", 0.5)
    output = rehearse(rows=300, traffic=100, processes=2)
    assert "    ACCESS EXCLUSIVE " in locks_of("switch forwards", output)
    table = output.partition("Applications at work, 100 requests a second, from when each was due; milliseconds\n")[2]
    rows = [re.match(r"  (.{23})", line)[1].strip() for line in table.partition("acknowledged")[0].splitlines()[1:-1]]
    there = ["expand", "backfill", "index", "enforce", "switch", "guard", "search", "filters"]
    assert rows == [
        "idle",
        *(f"{phase} forwards" for phase in there),
        "forward",
        *(f"{phase} backwards" for phase in reversed(there)),
        "back",
    ]
    assert re.search(r"\n  \d+ rows were acknowledged as written; failures: 0\n", table)
    assert "back: schema and content are what they were before\n" in output


@pytest.mark.slow
def test_both_applications_at_once_are_never_stopped_and_no_session_is_renewed(rehearse):
    output = rehearse(rows=300, traffic=60, processes=2, rolling=True)
    table = output.partition("Applications at work, 60 requests a second")[2].partition("acknowledged")[0]
    rows = [re.match(r"  (.{23})", line)[1].strip() for line in table.splitlines()[1:-1]]
    assert {"new application", "old application", "old, switch forwards", "old, expand backwards"} <= set(rows)
    assert "new, expand backwards" not in rows
    assert re.search(r"\n  \d+ rows were acknowledged as written; failures: 0\n", output)
    assert "back: schema and content are what they were before\n" in output


def test_rolling_is_about_traffic(rehearse):
    with pytest.raises(CommandError, match="--traffic 300 --rolling"):
        rehearse(rows=300, rolling=True)


@pytest.mark.long
@pytest.mark.parametrize(
    ("spoil", "table"),
    [
        (
            # What the load has made meanwhile is nobody's loss.
            "UPDATE ndas SET company_city = 'Elsewhere' WHERE id = "
            "(SELECT min(id) FROM ndas WHERE company_name <> 'Traffic Inc.')",
            "ndas( at work)?",
        ),
        (
            "DELETE FROM nda_status_history WHERE changed_at = (SELECT min(changed_at) FROM nda_status_history)",
            "nda_status_history",
        ),
    ],
    ids=["ndas", "history"],
)
def test_under_traffic_what_the_applications_did_not_write_is_compared(rehearse, monkeypatch, spoil, table):
    monkeypatch.setattr(phases_under_load, "IDLE", 0.1)
    failure = rf"^The rehearsal failed: {table} is not what it was: .* before, .* after, with other content\.$"
    with on_the_way_back(spoil), pytest.raises(CommandError, match=failure):
        rehearse(rows=300, traffic=50, processes=1)


@pytest.mark.long
def test_a_write_that_is_lost_fails_the_rehearsal(rehearse, monkeypatch):
    monkeypatch.setattr(phases_under_load, "IDLE", 0.1)
    lose = "DELETE FROM nda_status_history WHERE nda_id IN (SELECT id FROM ndas WHERE company_name = 'Traffic Inc.')"
    with on_the_way_back(lose), pytest.raises(CommandError) as failed:
        rehearse(rows=300, traffic=100, processes=1)
    [first, *others] = str(failed.value).removeprefix("The rehearsal failed: ").splitlines()
    assert all(re.fullmatch(r"nda_status_history [-0-9a-f]{36} is not there\.", line) for line in [first, *others])


@pytest.mark.long
def test_for_a_script_the_verdict_is_json_and_progress_goes_elsewhere(rehearse, capsys, monkeypatch):
    monkeypatch.setattr(phases_under_load, "IDLE", 0.2)
    found = json.loads(rehearse(rows=300, traffic=50, processes=1, format="json"))
    busy = found["facts"]["traffic"]
    assert (busy["rate"], busy["processes"], busy["failures"]) == (50, 1, [])
    switched = next(one for one in busy["figures"] if one["when"] == "switch forwards")
    assert set(switched) == {"when", "requests", "p50", "p99", "p999", "max", "stall", "errors", "handed_over"}
    assert (found["verdict"], found["facts"]["source"], found["failures"]) == ("OK", {"rows": 300}, [])
    assert [phase["phase"] for phase in found["phases"]][:5] == ["expand", "backfill", "index", "enforce", "switch"]
    assert "== forward again" in capsys.readouterr().err


@pytest.mark.slow
def test_a_row_lost_on_the_way_back_fails_the_rehearsal(rehearse):
    with (
        on_the_way_back("DELETE FROM documents WHERE id = (SELECT min(id) FROM documents)"),
        pytest.raises(CommandError, match=r"^The rehearsal failed: documents is not what it was: .* before"),
    ):
        rehearse(rows=300)


@pytest.mark.slow
def test_what_only_the_new_application_can_hold_is_parked_and_put_back(rehearse):
    output = rehearse(rows=300, format="json")
    told = json.loads(output)["facts"]["parked"]
    ndas, entries = told["tables"]
    assert (ndas["table"], ndas["rows"], ndas["parked"], ndas["restored"]) == ("ndas", 120, 120, 120)
    assert entries["table"] == "nda_status_history"
    assert entries["rows"] == entries["parked"] == entries["restored"] > 0
    # Every kind of value that the release parks at all.
    every = {"nda_type", "is_non_usmax", "expiration_date", "approved_by_id", "approved_at", "rejection_reason"}
    assert {column for column, rows in ndas["columns"].items() if rows == 120} == every
    assert ndas["columns"]["status"] == entries["rows"] == entries["columns"]["status"]
    assert {"parking", "restoring"} <= set(told)


@pytest.mark.slow
def test_a_row_that_is_not_put_back_as_it_was_written_fails_the_rehearsal(rehearse):
    parked = "SELECT min(row_id) FROM epic10_archive WHERE table_name = 'ndas'"
    spoil = f"UPDATE ndas SET rejection_reason = 'Another' WHERE id = ({parked})"
    failure = (
        r"^The rehearsal failed: ndas: of 120 rows with what only Epic 10 can hold 1 do not read as written, such as "
        r"[-0-9a-f]{36}\.$"
    )
    with on_the_way_there_again(spoil), pytest.raises(CommandError, match=failure):
        rehearse(rows=300)


@pytest.mark.slow
def test_a_lock_that_lasts_too_long_fails_the_rehearsal(rehearse, monkeypatch, every_lock_is_seen):
    # Longer than nothing is every lock that was seen.
    monkeypatch.setattr(lock_report, "LONGEST_LOCK", 0.0)
    with pytest.raises(CommandError) as failed:
        rehearse(rows=300)
    held = r"switch forwards: .+ held ACCESS EXCLUSIVE on ndas for \d+\.\d s; more than 0 s is too long\."
    lines = str(failed.value).removeprefix("The rehearsal failed: ").splitlines()
    assert any(re.fullmatch(held, line) for line in lines), lines


@pytest.mark.slow
def test_a_stall_of_the_applications_that_lasts_too_long_fails_the_rehearsal(rehearse, monkeypatch):
    monkeypatch.setattr(lock_report, "LONGEST_LOCK", 0.0)
    monkeypatch.setattr(phases_under_load, "IDLE", 0.5)
    with pytest.raises(CommandError) as failed:
        rehearse(rows=300, traffic=50, processes=1)
    stall = r"(forward|back): the applications had no answer for \d+\.\d s; more than 0 s is too long\."
    lines = str(failed.value).removeprefix("The rehearsal failed: ").splitlines()
    assert sum(bool(re.fullmatch(stall, line)) for line in lines) == 2, lines


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "kill"])
def test_interrupted_it_leaves_no_database(baseline_database, number):
    # Other workers rehearse too: the sessions of this one are told by their name.
    process = baseline_database.start("epic10_rehearse", "--rows", "1000000", PGAPPNAME=baseline_database.name)
    for line in process.stdout:
        if line.startswith("== seed"):
            break
    [[database]] = baseline_database.rows(
        "SELECT DISTINCT datname FROM pg_stat_activity WHERE application_name = %s AND starts_with(datname, %s)",
        [baseline_database.name, REHEARSAL],
    )
    process.send_signal(number)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == "CommandError: Interrupted. The scratch database is gone; nothing else was touched.\n"
    assert not baseline_database.rows("SELECT FROM pg_database WHERE datname = %s", [database])


def test_what_a_killed_rehearsal_left_is_dropped_by_the_next(baseline_database):
    # Not the real prefix: a rehearsal in another worker would drop it first.
    prefix = f"{baseline_database.name}_left_"
    old, young = f"{prefix}1_abc", f"{prefix}{int(time.time())}_abc"
    for name in (old, young):
        baseline_database.execute(f"CREATE DATABASE {name}")
    assert scratch_database.drop_abandoned(baseline_database.alias, prefix=prefix) == [old]
    assert scratch_database.drop_abandoned(baseline_database.alias, prefix=prefix, age=0) == [young]


@pytest.mark.slow
def test_no_rows_are_nothing_to_rehearse_with(baseline_database):
    finished = baseline_database.manage("epic10_rehearse", "--rows=0")
    assert finished.returncode == 2
    assert 'argument --rows: "0" is not a whole number from 1 to 2,147,483,647.' in finished.stderr
