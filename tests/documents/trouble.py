"""A watched release, and three kinds of trouble that somebody makes: what epic10_monitor says of each."""

import contextlib
import io
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command

from tests.documents import marks
from tests.documents.machine import Machine
from tests.guide.people import Operator
from tests.servers import programs
from tests.servers.server import Server, account, alias, running

PART, PAGE = "trouble", marks.ROOT / "docs" / "monitoring.md"
DATABASE, NDAS = "ndas", 2_000
WATCH = ("epic10_monitor", "--interval", "2s", "--thoroughly", "4s", "--out", ".")
# Of everything else that may be slow on a busy machine nothing is shown.
INCIDENTS = ("locks.waiting", "indexes.invalid", "database.unreachable")
LONG_ENOUGH = 120  # seconds
IS_VALID = "UPDATE pg_index SET indisvalid = %s WHERE indexrelid = 'ndas_company_name_idx'::regclass"


def write(machine: Machine, rows: int):
    with running(programs.complete(account()), fsync="on") as server, tempfile.TemporaryDirectory() as folder:
        said = watched(server, Path(folder))
    marks.fill(PAGE, PART, "\n".join(f"    {line}" for line in said))
    return ()


def watched(server: Server, folder: Path) -> list[str]:
    with psycopg.connect(server.url(), autocommit=True) as session:
        session.execute(f"CREATE DATABASE {DATABASE}")
    url = server.url(DATABASE)
    with alias("watched", url):
        call_command("migrate", "ndas", "0001", database="watched", stdout=io.StringIO())
        call_command("epic10_seed", rows=NDAS, database="watched", stdout=io.StringIO())
        call_command("migrate", database="watched", stdout=io.StringIO())
    with Watch(Operator(folder, url, DATABASE)) as watch:
        watch.has_said(" fine: ", " suspected: ", " open (")
        _somebody_waits(watch, url)
        _an_index_is_invalid(watch, url)
        _the_server_is_killed(watch, server)
    return watch.shown()


def _somebody_waits(watch, url):
    with psycopg.connect(url) as first, psycopg.connect(url, application_name="report") as second:
        first.execute("CREATE TABLE report (day date)")
        first.commit()
        watch.says("somebody keeps somebody waiting")
        first.execute("LOCK TABLE report")
        waiting = threading.Thread(target=second.execute, args=("LOCK TABLE report",))
        waiting.start()
        watch.has_said("OPENED locks.waiting")
        watch.says("and goes")
        first.rollback()
        waiting.join()
    watch.has_said("RECOVERED locks.waiting")


def _an_index_is_invalid(watch, url):
    with psycopg.connect(url, autocommit=True) as session:
        watch.says("an index is left half-built")
        session.execute(IS_VALID, [False])
        watch.has_said("OPENED indexes.invalid")
        watch.says("and built again")
        session.execute(IS_VALID, [True])
    watch.has_said("RECOVERED indexes.invalid")


def _the_server_is_killed(watch, server):
    watch.says("the server is killed")
    server.kill()
    watch.has_said("OPENED database.unreachable")
    watch.says("and started")
    server.start(fsync="on")
    watch.has_said("RECOVERED database.unreachable")


class Watch(contextlib.AbstractContextManager):
    """The monitor at work; its lines, and what was done meanwhile, in the order of time."""

    def __init__(self, operator: Operator):
        self.lines = [f"$ python manage.py {' '.join(WATCH)}"]
        command = [sys.executable, settings.BASE_DIR / "manage.py", *WATCH]
        self.process = subprocess.Popen(
            command,
            cwd=operator.home,
            env=operator.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=lambda: self.lines.extend(line.rstrip() for line in self.process.stdout))
        self.reader.start()

    def says(self, what):
        self.lines.append(f"--- {what}")

    def has_said(self, *words):
        deadline = time.monotonic() + LONG_ENOUGH
        while not any(word in line for line in self.lines for word in words):
            assert time.monotonic() < deadline and self.process.poll() is None, "\n".join(self.lines)
            time.sleep(0.1)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        self.reader.join()

    def shown(self) -> list[str]:
        """What was typed, what was done, and what was told of it."""
        told = [f"{word} {incident}" for word in ("OPENED", "RECOVERED") for incident in INCIDENTS]
        return [line for line in self.lines if line[:2] in ("$ ", "--") or any(words in line for words in told)]
