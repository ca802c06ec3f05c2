"""Trouble of every kind: what is told, once, and that it is over."""

import json
import logging
import re
import statistics
from contextlib import closing

import psycopg
import pytest

from epic10.checks import Database
from epic10.ledger import tables
from epic10.ledger.models import ErrorCount, Gauge, Incident, Sample, Watch
from epic10.monitoring import error_log, queries, server_load
from epic10.monitoring.watch import alone
from tests.migration.disturbances import wait_until
from tests.monitoring.conftest import Monitor

ADD_LABEL = "ALTER TYPE \"NdaStatus\" ADD VALUE 'EMAILED'"


def test_what_is_measured_before_the_release_is_what_it_is_compared_with(legacy_database, records):
    monitor = Monitor(legacy_database.alias)
    first = monitor.once()
    assert (first.status, first.found["timings"]["list"]["baseline"]) == (0, None)
    monitor.once()
    legacy_database.migrate(None)
    after = monitor.once().found["timings"]
    taken = Sample.objects.using(legacy_database.alias).filter(name="list", after=False).values_list("milliseconds")
    assert after["list"]["baseline"] == pytest.approx(statistics.median(took for [took] in taken))
    assert [name for name, timing in after.items() if timing["baseline"] is None] == [
        "list by type",
        "list by expiration",
        "search",
    ]
    assert (after["list"]["limit"], after["detail"]["limit"]) == (500, 200)


def test_all_is_well_and_all_of_it_is_kept(monitor, database):
    ended = monitor.once()
    assert (ended.status, ended.found["findings"], ended.found["complaint"]) == (0, {}, "")
    [[expiring]] = database.rows("SELECT count(expiration_date) FROM ndas")
    assert ended.found["facts"] == [
        f"300 NDAs, 300 with a USmax position, 300 with a type, {expiring} with an expiration date, "
        "0 approved by a contact that does not exist"
    ]
    gauges = set(Gauge.objects.using(database.alias).values_list("name", flat=True))
    assert {"sessions", "locks.waiting", "database.bytes", "dead_rows.ndas", "indexes.unused"} <= gauges
    assert Sample.objects.using(database.alias).count() == len(ended.found["timings"]) == 10


def test_of_a_page_the_time_of_its_statements_counts(database, monkeypatch):
    monkeypatch.undo()  # The stopwatch that tests have.

    def page(db):
        db.rows("SELECT pg_sleep(0.05)")
        return db.rows("SELECT pg_sleep(0.05)")

    assert queries.milliseconds(Database(database.connection), page) >= 100


@pytest.mark.slow
def test_a_slow_page_is_told_once_and_so_is_its_recovery(monitor, database, told, stopwatch):
    inbox, hook = told
    monitor.once()
    stopwatch["detail"] = 250
    assert [(monitor.once().status, len(hook.posts)) for _ in range(3)] == [(1, 0), (1, 1), (1, 1)]
    del stopwatch["detail"]
    assert [(monitor.once().status, len(hook.posts)) for _ in range(3)] == [(1, 1), (0, 2), (0, 2)]
    assert [(post["state"], post["incident"]) for post in hook.posts] == [
        ("opened", "query.detail"),
        ("recovered", "query.detail"),
    ]
    assert hook.posts[0]["finding"] == "detail takes 250 ms; it may take 200 ms"
    assert hook.posts[0]["text"] == f"[{database.name}] query.detail: {hook.posts[0]['finding']}"
    assert inbox.subjects == [post["text"] for post in hook.posts]
    assert inbox.recipients == ["ops@example.org"] * 2
    kept = Incident.objects.using(database.alias).get()
    assert (kept.name, kept.closed_at > kept.opened_at) == ("query.detail", True)


@pytest.mark.slow
def test_a_webhook_that_fails_is_tried_again_and_its_address_is_nowhere(monitor, database, told, records):
    inbox, hook = told
    log_of_old_words(database)
    hook.refusals = 2
    first = monitor.once()
    assert (hook.refused, [post["incident"] for post in hook.posts]) == (2, ["labels.audit"])
    hook.refusals = 100
    database.execute(ADD_LABEL)
    second = monitor.once(thoroughly=0)
    assert (len(hook.posts), len(inbox.mails)) == (1, 3)
    assert "enum.NdaStatus not told by webhook: 127.0.0.1 answered 503. The next look tries again." in second.said
    hook.refusals = 0
    third = monitor.once()
    assert [post["incident"] for post in hook.posts] == ["labels.audit", "enum.NdaStatus", "enums.labels"]
    assert len(inbox.mails) == 3
    kept = json.dumps(Watch.objects.using(database.alias).get().state)
    for text in (first.said, second.said, third.said, kept, *(path.read_text() for path in records.iterdir())):
        assert "secret-token" not in text


def log_of_old_words(database):
    database.execute(
        "INSERT INTO audit_log (id, action, entity_type, entity_id, details, created_at) VALUES "
        "('00000000-0000-4000-8000-000000000001', 'nda_status', 'nda', 'x', '{\"before\": \"CREATED\", "
        '"after": "EMAILED"}\', now() AT TIME ZONE \'UTC\')'
    )


def test_an_old_label_in_a_visible_column_is_told(monitor, database, told):
    _, hook = told
    database.execute("ALTER TABLE ndas DISABLE TRIGGER USER")
    database.execute(ADD_LABEL)
    database.execute("UPDATE ndas SET status = 'EMAILED' WHERE display_id = (SELECT min(display_id) FROM ndas)")
    ended = monitor.once()
    [[row]] = database.rows("SELECT id FROM ndas WHERE status = 'EMAILED'")
    assert ended.status == 1
    assert ended.found["findings"]["labels.ndas.status"] == (
        f"expected that no ndas.status has an old label; found: EMAILED, rows: 1, such as {row}"
    )
    assert "labels.ndas.status" in [post["incident"] for post in hook.posts]


@pytest.mark.slow
def test_an_error_of_the_application_is_told_by_its_type(monitor, database, told, settings, monkeypatch):
    inbox, hook = told
    monitor.once()
    settings.EPIC10_COUNT_ERRORS = True
    monkeypatch.setattr(error_log, "DEFAULT_DB_ALIAS", database.alias)
    counter = error_log.ErrorCounter()
    for number in range(3):
        fail(counter, f'invalid input value for enum "NdaStatus": "EMAILED" ({number}), by jo@example.org')
    counter.write_now()
    ended = monitor.once()
    assert ended.found["findings"] == {
        "error.ValueError": '3 times since the last look, most recently: invalid input value for enum "NdaStatus": '
        '"EMAILED" (2), by …@…'
    }
    assert [monitor.once().status, monitor.once().status] == [1, 0]
    assert [post["state"] for post in hook.posts] == ["opened", "recovered"]
    assert len(inbox.mails) == 2
    assert ErrorCount.objects.using(database.alias).get().count == 3


def fail(counter, message):
    try:
        raise ValueError(message)
    except ValueError as error:
        counter.handle(logging.LogRecord("django.request", logging.ERROR, "", 0, "Oh", (), (type(error), error, None)))


def test_somebody_in_the_way_is_named(monitor, database, monkeypatch):
    monkeypatch.setattr(server_load, "LONG_FOR_A_LOCK", 0.3)
    with (
        closing(psycopg.connect(database.url, application_name="holder")) as holder,
        closing(psycopg.connect(database.url)) as waiter,
    ):
        holder.execute("LOCK TABLE documents IN SHARE MODE")
        waiter.pgconn.send_query(b"BEGIN; LOCK TABLE documents IN ROW EXCLUSIVE MODE")
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND waitstart < now() - interval '0.3 s'"
        wait_until(lambda: database.rows(waiting) == [(1,)], "somebody waits")
        found = monitor.once().found["findings"]["locks.waiting"]
    assert re.fullmatch(
        r"somebody has waited for more than 0\.3 s: pid \d+, ndas \(holder\), idle in transaction, "
        r"in its transaction for \d+ s, keeps 1 waiting",
        found,
    )


def test_what_is_old_is_thrown_away_and_the_baseline_is_kept(monitor, database):
    tables.create(database.connection, tables.WATCH)
    old = "INSERT INTO epic10_sample (name, milliseconds, after, taken_at) SELECT '', 1, %s, now() - interval '40 d'"
    for after in (True, False):
        database.execute(old, [after])
    monitor.once()
    assert Sample.objects.using(database.alias).filter(milliseconds=1).get().after is False


def test_where_nothing_may_be_written_it_is_remembered_in_a_file(monitor, database, told, records):
    _, hook = told
    log_of_old_words(database)
    database.execute(f'ALTER DATABASE "{database.name}" SET default_transaction_read_only = on')
    database.close()
    ended = monitor.once()
    assert ended.found["complaint"] == (
        "Not kept in the ledger: cannot execute CREATE TABLE in a read-only transaction."
    )
    monitor.once()
    assert [post["incident"] for post in hook.posts] == ["labels.audit"]
    [state] = records.glob("*.state")
    assert state.stat().st_mode & 0o077 == 0
    assert "labels.audit" in state.read_text()


def test_two_of_them_do_not_watch_one_database(monitor, database):
    with alone(database.alias):
        ended = monitor.once()
    assert (ended.status, ended.complaint) == (
        1,
        f'Another epic10_monitor is watching database "{database.name}".\n'
        "HINT: ps ax | grep epic10_monitor; one is enough.",
    )


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"webhook": "ftp://x"}, "The webhook is no http or https URL.\nHINT: --webhook https://hooks.example.org/…"),
        ({"interval": 0}, "That would be no watch but a load.\nHINT: --interval 60s"),
        ({"mail": ["a@b"]}, "There is no mail server to send mail with.\nHINT: EMAIL_HOST=mail.example.org"),
    ],
)
def test_what_cannot_be_done_is_refused(monitor, settings, options, complaint):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    ended = monitor.once(**options)
    assert (ended.status, ended.complaint) == (1, complaint)
