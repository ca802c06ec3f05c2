"""The overall health at the top of the dashboard, what it costs, and that everything shown is of now."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from epic10.dashboard import live
from epic10.deploy import record_chain
from epic10.ledger import tables
from tests.dashboard.test_pages import PAGE, STATES, STATUS, looked_at, nothing_remembered, text
from tests.migration.disturbances import steps

__all__ = ["nothing_remembered"]

SAMPLES = """
    INSERT INTO epic10_sample (taken_at, name, milliseconds, baseline, after)
    VALUES (now(), 'list', 40, 35.0, true), (now(), 'detail', 260, NULL, true), (now(), 'search', 30, 10.0, true),
           (now() - interval '1 hour', 'list', 35, NULL, false)"""
INCIDENT = "INSERT INTO epic10_incident (name, opened_at, finding) VALUES ('query.detail', now(), 'slow')"
WATCHED = "INSERT INTO epic10_watch (id, kept_at, state) VALUES (1, now() - interval '{}', '{{}}')"


def health(client):
    live._kept_answers.clear()
    return client.get(STATUS).json()["health"]


def concerns(client):
    page = text(client)
    return page.split('class="health', 1)[1].split("</p>")[0]


@pytest.mark.slow
@pytest.mark.parametrize("kind", STATES)
def test_a_page_takes_at_most_25_queries(legacy_database, kind):
    STATES[kind][0](legacy_database)
    tables.create(legacy_database.connection, tables.WATCH)
    with looked_at(legacy_database) as client:
        client.get(PAGE)
        live._last.clear()
        with CaptureQueriesContext(connection) as sent:
            assert client.get(PAGE).status_code == 200
        assert len(sent) <= 25
        with CaptureQueriesContext(connection) as sent:
            assert client.get(STATUS).status_code == 200
        assert len(sent) <= 20


@pytest.mark.slow
def test_what_failed_is_said_at_the_top_and_to_whoever_polls(migrated_database):
    migrated_database.manage("epic10_validate")
    with looked_at(migrated_database) as client:
        assert "Nothing is wrong" in concerns(client)
        assert health(client) == "OK"
        migrated_database.execute("DROP INDEX idx_ndas_expiration_date")
        migrated_database.manage("epic10_validate")
        assert health(client) == "FAILED"
        assert '<a class="chip FAILED" href="#checks">2 checks of epic10_validate failed</a>' in concerns(client)


def test_a_database_that_nobody_has_checked_is_to_be_looked_at(migrated_database):
    with looked_at(migrated_database) as client:
        assert "1 to look at" in concerns(client)
        assert "epic10_validate has not checked this database" in concerns(client)
        assert health(client) == "WARNING"


@pytest.mark.slow
def test_once_phases_have_run_what_was_checked_before_says_nothing_of_now(migrated_database):
    migrated_database.manage("epic10_validate")
    migrated_database.execute("DROP INDEX idx_ndas_expiration_date")
    migrated_database.manage("epic10_validate")
    migrated_database.execute(
        "INSERT INTO epic10_phase_run (phase, direction, finished_at) VALUES ('x', 'forwards', now())"
    )
    with looked_at(migrated_database) as client:
        assert "phases have run since epic10_validate checked" in concerns(client)
        assert "failed</a>" not in concerns(client)
        assert health(client) == "WARNING"


def test_a_release_that_comes_again_has_phases_that_wait_and_none_that_is_undone(migrated_database):
    migrated_database.migrate("0001")
    for step in steps()[:2]:
        step.forwards(migrated_database)
    with looked_at(migrated_database) as client:
        words = [phase["word"] for phase in client.get(STATUS).json()["phases"]]
        assert set(words[2:]) == {"waiting"} and "done" in words


def test_query_times_are_judged_as_they_were_promised(migrated_database):
    tables.create(migrated_database.connection, tables.WATCH)
    migrated_database.execute(SAMPLES)
    with looked_at(migrated_database) as client:
        page = text(client)
        assert "detail: over 200 ms" in concerns(client)
        # Three times as long as before, and not worth a rollback.
        assert '<span class="chip WARNING">3.0 times as long as before</span>' in page
        assert '<span class="chip OK">as promised</span>' in page


@pytest.mark.parametrize(("ago", "is_open"), [("1 minute", True), ("1 day", False)])
def test_an_incident_is_open_for_as_long_as_somebody_watches(migrated_database, ago, is_open):
    tables.create(migrated_database.connection, tables.WATCH)
    migrated_database.execute(INCIDENT)
    migrated_database.execute(WATCHED.format(ago))
    with looked_at(migrated_database) as client:
        assert ("incident query.detail" in concerns(client)) is is_open
        assert ("open when the watch ended" in text(client)) is not is_open


@pytest.mark.slow
def test_after_a_rollback_everything_is_of_now_or_says_that_it_is_not(legacy_database):
    legacy_database.migrate()
    tables.create(legacy_database.connection, tables.WATCH)
    legacy_database.execute(SAMPLES)
    legacy_database.manage("epic10_validate")
    legacy_database.migrate("0001")
    with looked_at(legacy_database) as client:
        page = text(client)
        assert "out of date: phases have run since" in page
        # Of the release nothing is to be looked at, as it is not here.
        assert "Nothing is wrong" in concerns(client)
        # What was measured of Epic 10 is not of what is there now.
        assert "detail: over 200 ms" not in page and "260 ms" not in page
        assert "as the release will make it" in page
        assert "0003_workflow_guards, not applied" in page


def test_the_migrations_after_the_release_are_shown(migrated_database):
    with looked_at(migrated_database) as client:
        assert "0003_workflow_guards, not applied" in text(client)
        migrated_database.migrate(None)
        live._last.clear()
        assert "0003_workflow_guards, 20" in text(client) and "0004_search_indexes, 20" in text(client)


def test_a_record_has_numbers_for_people(migrated_database):
    record = {
        "command": "epic10_deploy",
        "verdict": "OK",
        "started": "2026-11-22T12:05:13.701655+00:00",
        "finished": "2026-11-22T12:09:13.236695+00:00",
        "seconds": 239.535,
        "batches": 12345,
        "steps": [
            {"name": "precheck", "seconds": 18.408, "outcome": "OK"},
            {"name": "x", "seconds": 0.098, "outcome": "OK"},
        ],
        "phases": [{"phase": "backfill", "direction": "forwards", "rows": 88650, "seconds": 75.25, "error": ""}],
        "reports": [],
        "facts": {"before": {"ndas": {"rows": 1234567, "checksum": "a"}}},
        "log": [],
    }
    record_chain.append(migrated_database.alias, record)
    with looked_at(migrated_database) as client:
        page = text(client, "/epic10/runs/1/")
    for words in (
        *("2026-11-22 12:05:13 UTC to 2026-11-22 12:09:13 UTC, 4 m", ">18 s<", ">98 ms<", ">1 m 15 s<"),
        *("12,345 batches", ">88,650<", ">1,234,567<"),
    ):
        assert words in page


@pytest.mark.slow
def test_prometheus_reads_the_same_with_a_token_and_nobody_without(migrated_database, settings):
    tables.create(migrated_database.connection, tables.WATCH)
    migrated_database.manage("epic10_monitor", "--once")
    with looked_at(migrated_database) as client:
        address = "/epic10/metrics"
        page = client.get(address)
        assert page.headers["Content-Type"].startswith("text/plain")
        lines = page.content.decode().splitlines()
        name = migrated_database.name
        assert f'epic10_release_state{{database="{name}",state="switched"}} 1' in lines
        assert f'epic10_up{{database="{name}"}} 1' in lines
        assert f'epic10_query_limit_seconds{{database="{name}",query="detail"}} 0.2' in lines
        assert any(line.startswith(f'epic10_phase_rows{{database="{name}",phase="backfill"}}') for line in lines)
        assert len({line.split("{")[0] for line in lines if line[0] != "#"}) == sum(
            line.startswith("# TYPE") for line in lines
        )
        client.logout()
        assert client.get(address).status_code == 302
        settings.EPIC10_METRICS_TOKEN = "a long secret"
        assert client.get(address, headers={"Authorization": "Bearer a long secret"}).status_code == 200
        for wrong in ("Bearer ", "Bearer another", "a long secret"):
            assert client.get(address, headers={"Authorization": wrong}).status_code == 302
