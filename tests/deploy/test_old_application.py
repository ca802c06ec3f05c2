"""Before the switch epic10_deploy checks that the old application is stopped, and says who is not."""

import re
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread

import psycopg
import pytest

from epic10.snapshots import snapshot
from tests.deploy.test_deploy import NOT_YES, steps
from tests.migration.disturbances import look_at

WRITES = "UPDATE ndas SET updated_at = updated_at WHERE false"
HARM = "and what it writes after the switch is refused, or keeps dates that are wrong"


@pytest.fixture
def application(legacy_database):
    with psycopg.connect(legacy_database.url, autocommit=True, application_name="ndas web") as session:
        yield session


def named(session, state="idle"):
    return (
        rf"pid {session.info.backend_pid}, {session.info.user} \(ndas web\), {state}, last activity \d+ m?s ago"
        r"(, holds [\w, ]+)?"
    )


def test_while_it_writes_a_deployment_refuses_and_says_who(night, legacy_database, application, is_untouched):
    application.execute(WRITES)
    ended = night("epic10_deploy")
    assert ended.status == 1
    assert re.fullmatch(
        rf"Nothing was changed: the application is still writing: {named(application)}\.\n"
        rf"HINT: Stop it, then run the same command again; --accept-writers goes on, {HARM}\.",
        ended.complaint,
    )
    assert steps(ended.said) == ["stopped"]
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_an_application_that_writes_in_short_transactions_is_seen_though_its_last_statement_is_a_commit(
    night, legacy_database, is_untouched
):
    """Twenty times a second, and each is over before anybody looks at pg_stat_activity."""
    with at_work(legacy_database.url) as pid:
        ended = night("epic10_deploy")
    assert ended.status == 1
    assert ended.complaint.startswith(f"Nothing was changed: the application is still writing: pid {pid}, ")
    assert is_untouched(legacy_database)


@pytest.mark.slow
def test_one_that_connects_anew_each_time_is_seen_too(night, legacy_database, is_untouched):
    with at_work(legacy_database.url, anew=True):
        ended = night("epic10_deploy")
    assert ended.status == 1 and "the application is still writing: pid " in ended.complaint
    assert is_untouched(legacy_database)


def test_a_commit_within_the_last_minutes_may_have_been_of_something_written(night, application, is_untouched):
    with application.transaction():
        application.execute(WRITES)
    ended = night("epic10_deploy")
    assert re.match(f"Nothing was changed: the application is still writing: {named(application)}", ended.complaint)


@contextmanager
def at_work(url, *, anew=False):
    """Somebody who writes until the block ends; yields the number of the first session."""
    first, stop = Queue(), Event()

    def works():
        while not stop.is_set():
            with psycopg.connect(url) as session:
                first.put(session.info.backend_pid)
                while not stop.wait(0.05):
                    with session.transaction():
                        session.execute("UPDATE ndas SET updated_at = updated_at WHERE false")
                        if anew:
                            session.execute("SELECT pg_sleep(0.2)")  # No last statement is left to tell by.
                    if anew:
                        break

    worker = Thread(target=works)
    worker.start()
    try:
        yield first.get()
    finally:
        stop.set()
        worker.join()


@pytest.mark.slow
def test_forced_it_goes_on_and_keeps_who_it_was(night, application, record):
    application.execute(WRITES)
    ended = night("epic10_deploy", accept_writers=True)
    assert ended.status == 0
    written = rf"The application was still writing: {named(application)}\."
    assert re.fullmatch(rf"{written} Accepted by \S+@\S+: --accept-writers\.", record()["decisions"][0])
    [override] = [one for one in record()["overrides"] if one["option"] == "--accept-writers"]
    assert re.fullmatch(written, override["accepted"]) and override["by"] == record()["operator"]


@pytest.mark.slow
def test_who_is_connected_and_does_not_write_is_named_and_in_nobodys_way(night, application, record):
    application.execute("SELECT count(*) FROM ndas")
    assert night("epic10_deploy").status == 0
    connected = rf"Connected, and not seen to write: {named(application)}\."
    assert re.fullmatch(connected, record()["decisions"][0])


@pytest.mark.slow
def test_to_prepare_it_may_be_at_work(night, application):
    application.execute(WRITES)
    assert night("epic10_deploy", prepare=True).status == 0


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "status"), [("no", 1), ("yes", 0)])
def test_on_a_terminal_somebody_is_asked(night, legacy_database, application, monkeypatch, answer, status):
    asked = []
    answers = iter(["yes", answer])
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(answers))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    application.execute(WRITES)
    before = look_at(legacy_database)
    ended = night("epic10_deploy", yes=False)
    assert re.fullmatch(
        rf'It is not stopped; the application is still writing: {named(application)}\.\nType "yes" to go on: ', asked[1]
    )
    assert ended.status == status
    if answer == "no":
        assert (ended.complaint, look_at(legacy_database)) == (NOT_YES, before)


@pytest.mark.slow
def test_started_again_while_the_snapshot_was_taken_it_is_seen(night, legacy_database, application, monkeypatch):
    take = snapshot.take

    def take_and_start_it(*arguments, **options):
        taken = take(*arguments, **options)
        application.execute(WRITES)
        return taken

    monkeypatch.setattr(snapshot, "take", take_and_start_it)
    before = look_at(legacy_database)
    ended = night("epic10_deploy")
    assert steps(ended.said)[-1] == "still stopped"
    assert ended.complaint.startswith("Nothing was changed: the application is still writing: ")
    assert look_at(legacy_database) == before
