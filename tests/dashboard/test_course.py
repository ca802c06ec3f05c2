"""The course of a run, from its first second to its outcome, as whoever polls sees it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from epic10.dashboard.course import course
from epic10.deploy import record_chain, record_files
from epic10.deploy.deploy import STEPS
from epic10.postgres.migration_lock import at_step, only_migrator
from tests.dashboard.test_pages import STATUS, looked_at, nothing_remembered
from tests.databases import served
from tests.migration.disturbances import STANDS_STILL, standstill, wait_for

__all__ = ["nothing_remembered"]

DONE = [{"name": "stopped", "seconds": 1.5, "outcome": "OK"}, {"name": "precheck", "seconds": 10.0, "outcome": "OK"}]


@pytest.fixture
def records(settings, tmp_path):
    settings.EPIC10_RECORDS = tmp_path
    return tmp_path


def record(of, **other):
    started = datetime.now(UTC) - timedelta(seconds=20)
    known = {
        "command": "epic10_deploy",
        "verdict": "RUNNING",
        "database": of.name,
        "started": started.isoformat(),
        "finished": started.isoformat(),
        "operator": "dora@ops",
        "error": "",
        "steps": DONE,
    }
    return known | other


def written(folder, of_run):
    path = folder / record_files.name(of_run["command"], datetime.fromisoformat(of_run["started"]), of_run["database"])
    path.write_text(json.dumps({"record": of_run}))
    record_files.lock_of(path).touch()


def told(steps):
    return {step.name: step.outcome for step in steps}


def test_from_another_machine_the_step_is_known_from_the_first_second(legacy_database, records):
    with served(legacy_database), only_migrator(connection, "epic10_deploy"):
        at_step(connection, "snapshot")
        found = course(connection)
    assert (found.command, found.verdict, found.step, found.left) == ("epic10_deploy", "RUNNING", "snapshot", "")
    assert tuple(told(found.steps)) == STEPS["epic10_deploy"]
    assert [step.outcome for step in found.steps] == ["OK"] * 2 + ["RUNNING"] + ["WAITING".lower()] * 6
    assert found.seconds is not None


def test_with_its_file_and_an_earlier_run_it_says_what_took_how_long_and_what_is_left(migrated_database, records):
    earlier = [{"name": name, "seconds": 30.0, "outcome": "OK"} for name in STEPS["epic10_deploy"]]
    record_chain.append(migrated_database.alias, record(migrated_database, verdict="OK", steps=earlier))
    written(records, record(migrated_database))
    with served(migrated_database), only_migrator(connection, "epic10_deploy"):
        at_step(connection, "snapshot")
        found = course(connection)
    stopped, precheck, snapshot, *ahead = found.steps
    assert (stopped.took, precheck.took, found.operator) == ("1.5 s", "10 s", "dora@ops")
    assert 8 < snapshot.seconds < 30 and 19 < found.seconds < 60
    assert {step.took for step in ahead} == {"about 30 s"}
    assert found.left.startswith("3 m")


def test_one_that_was_killed_is_said_to_be(migrated_database, records):
    written(records, record(migrated_database, running="snapshot"))
    written(records, record(migrated_database, database="another", command="epic10_rollback"))
    with served(migrated_database):
        found = course(connection)
    assert (found.verdict, found.number) == ("KILLED", None)
    assert told(found.steps) == {"stopped": "OK", "precheck": "OK", "snapshot": "KILLED"}


def test_what_is_no_record_does_no_harm(migrated_database, records):
    (records / "x.json.lock").touch()
    (records / "x.json").write_text("[")
    with served(migrated_database):
        assert course(connection) is None


@pytest.mark.slow
def test_a_whole_deploy_is_followed_from_its_first_second_to_its_outcome(legacy_database):
    with looked_at(legacy_database) as client, standstill(legacy_database, after=(100,)) as go:
        process = legacy_database.start(
            "epic10_deploy", "--yes", "--without-rehearsal", "--without-schema-rehearsal", EPIC10_BATCH_SIZE="1"
        )
        wait_for(legacy_database, STANDS_STILL, process)
        found = client.get(STATUS).json()
        assert found["running"] and found["share"] is not None
        assert 'aria-current="step">migrate' in found["html"]
        assert "data-verdict>running" in found["html"]
        go()
        output, complaint = process.communicate()
        assert process.returncode == 0, output + complaint
        found = client.get(STATUS).json()
    assert not found["running"]
    assert "data-verdict>ok" in found["html"] and "epic10_deploy" in found["html"]
    with served(legacy_database):
        # The steps of a run that goes well are those that the page expects.
        assert tuple(told(course(connection).steps)) == STEPS["epic10_deploy"]
