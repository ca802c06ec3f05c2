"""The database goes away and comes back: that is told meanwhile, and afterwards."""

import socket
import time

import pytest

from config import postmaster
from epic10.ledger.models import Incident
from epic10.monitoring import watch
from epic10.monitoring.observation import UNREACHABLE
from tests.databases import database
from tests.migration.disturbances import wait_until
from tests.monitoring.conftest import Monitor
from tests.servers import programs
from tests.servers.server import account, alias, running


@pytest.fixture(scope="module")
def server():
    with running(programs.complete(account())) as server:
        yield server


@pytest.fixture
def register(server, django_db_blocker):
    """A database of the mortal server's, as before the release."""
    with django_db_blocker.unblock(), alias("mortal", server.url()), database(using="mortal") as register:
        register.migrate("0001")
        register.close()
        yield register
        if not postmaster.is_alive(server.data):
            server.start()


@pytest.fixture
def monitor(register, records):
    return Monitor(register.alias)


@pytest.mark.slow
def test_a_database_that_is_gone_is_told_while_it_is_gone(server, register, monitor, told, records):
    inbox, hook = told
    assert monitor.once().status == 0
    server.stop()
    gone = monitor.once()
    assert (gone.status, [*gone.found["findings"]], gone.found["timings"]) == (1, [UNREACHABLE], {})
    assert gone.complaint == (
        "Something is wrong: database.unreachable.\nHINT: docs/monitoring.md says what each means."
    )
    assert [(post["state"], post["incident"]) for post in hook.posts] == [("opened", UNREACHABLE)]
    assert len(inbox.mails) == 1
    assert monitor.once().found["told"] == []
    assert [path.suffix for path in sorted(records.iterdir())] == [".alone", ".state"]
    server.start()
    assert [monitor.once().status, monitor.once().status] == [1, 0]
    assert [post["state"] for post in hook.posts] == ["opened", "recovered"]
    assert len(inbox.mails) == 2
    kept = Incident.objects.using(register.alias).get()
    assert (kept.name, kept.opened_at.isoformat()) == (UNREACHABLE, hook.posts[0]["opened"])
    assert kept.closed_at.isoformat() == hook.posts[1]["at"]
    assert [path.suffix for path in records.iterdir()] == [".alone"]
    register.close()


@pytest.mark.long
def test_a_watch_outlives_a_restart(server, register, hook, tmp_path):
    environment = {"EPIC10_RECORDS": str(tmp_path), "EPIC10_WEBHOOK": hook.url, "no_proxy": "*"}
    process = register.start("epic10_monitor", "--hours", "1", "--interval", "0.5s", **environment)
    wait_until(lambda: len(register_samples(register)) > 0, "the first look")
    register.close()
    server.kill()
    wait_until(lambda: hook.posts, "the alert")
    server.start()
    wait_until(lambda: len(hook.posts) == 2, "the recovery")
    said, complaint = process.communicate()
    assert [(post["state"], post["incident"]) for post in hook.posts] == [
        ("opened", UNREACHABLE),
        ("recovered", UNREACHABLE),
    ]
    assert "RECOVERED database.unreachable, after" in said
    assert complaint.endswith("HINT: python manage.py epic10_monitor --once\n")


@pytest.mark.long
def test_a_server_that_takes_the_call_and_says_nothing_is_not_waited_for(records, monkeypatch, django_db_blocker):
    monkeypatch.delenv("PGCONNECT_TIMEOUT")
    monkeypatch.setattr(watch, "CONNECT_SECONDS", "2")
    with django_db_blocker.unblock(), socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://ndas@127.0.0.1:{silent.getsockname()[1]}/silent"
        began = time.monotonic()
        with alias("silent", url):
            assert [*Monitor("silent").once().found["findings"]] == [UNREACHABLE]
    assert time.monotonic() - began < 15


def register_samples(register):
    [[is_there]] = register.rows("SELECT to_regclass('epic10_sample') IS NOT NULL")
    return register.rows("SELECT name FROM epic10_sample") if is_there else []
