"""
A database after the release, somebody who watches it, and whom they tell.

``monitor``    runs epic10_monitor in this process: what it printed, and how it ended
``stopwatch``  milliseconds that a page's statements take, by its name: about one, whatever they really take
``hook``       a server that takes what is posted, or refuses the next few
``inbox``      a mail server
"""

import io
import itertools
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import CommandError, call_command

from epic10.monitoring import alerts, processes, queries, watch
from tests.inbox import receiving
from tests.migration.disturbances import LONG_ENOUGH


@dataclass
class Ended:
    said: str
    complaint: str = ""
    status: int = 0

    @property
    def found(self):
        return json.loads(self.said)


class Monitor:
    """``using`` is the alias it watches; ``channels`` are options for every run."""

    def __init__(self, using):
        self.using, self.channels = using, {}

    def __call__(self, *arguments, **options):
        output = io.StringIO()
        options = {"database": self.using, "stdout": output, "stderr": output} | self.channels | options
        try:
            call_command("epic10_monitor", *arguments, **options)
        except CommandError as error:
            return Ended(output.getvalue(), str(error), error.returncode)
        return Ended(output.getvalue())

    def once(self, **options):
        return self(once=True, format="json", **options)


class Hook:
    """``posts`` is what was taken; the next ``refusals`` are answered with 503."""

    def __init__(self):
        self.posts, self.refused, self.refusals = [], 0, 0


@pytest.fixture(autouse=True)
def the_machine_may_be_busy(monkeypatch):
    """With the rest of the suite."""
    monkeypatch.setattr(processes, "BUSY", 100)
    monkeypatch.setattr(processes, "LEAST_AVAILABLE", 0)


@pytest.fixture(autouse=True)
def stopwatch(monkeypatch):
    """So that no page is slow because the machine is busy."""
    times, ask_once, looks = {}, queries.milliseconds, itertools.count(1)

    def milliseconds(db, ask):
        ask_once(db, ask)
        [name] = [query.name for query in queries.registered() if ask in (query.before, query.after)]
        return times.get(name, 1 + next(looks) / 1000)

    monkeypatch.setattr(queries, "milliseconds", milliseconds)
    return times


@pytest.fixture(autouse=True)
def the_environment_is_put_back(monkeypatch):
    """The monitor sets this for its process."""
    monkeypatch.setenv("PGCONNECT_TIMEOUT", watch.CONNECT_SECONDS)


@pytest.fixture
def records(tmp_path, settings):
    settings.EPIC10_RECORDS = tmp_path / "records"
    return settings.EPIC10_RECORDS


@pytest.fixture
def database(migrated_database):
    return migrated_database


@pytest.fixture
def monitor(database, records):
    return Monitor(database.alias)


@pytest.fixture
def inbox(settings):
    with receiving(settings) as inbox:
        yield inbox


@pytest.fixture
def hook(monkeypatch):
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if hook.refusals:
                hook.refusals, hook.refused = hook.refusals - 1, hook.refused + 1
                self.send_error(503)
                return
            hook.posts.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            """A test has no use for a log of its own server."""

    monkeypatch.setattr(alerts, "PAUSES", (0.01, 0.02, 0.04))
    monkeypatch.setattr(alerts, "TIMEOUT", LONG_ENOUGH)
    monkeypatch.setenv("no_proxy", "*")
    server = HTTPServer(("127.0.0.1", 0), Handler)
    hook.url = f"http://127.0.0.1:{server.server_port}/services/secret-token"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield hook
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def told(monitor, inbox, hook):
    """Both of them, by whatever the monitor runs."""
    monitor.channels = {"mail": ["ops@example.org"], "webhook": hook.url}
    return inbox, hook
