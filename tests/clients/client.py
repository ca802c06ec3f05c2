"""One application on one driver: a process with one session, and the thread that gives it work."""

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from epic10.postgres import client_programs
from tests.clients.kinds import Kind, labels
from tests.clients.work import WRITES, Work

PROGRAMS = Path(__file__).parent / "programs"
SESSIONS = "SELECT pid, backend_start::text FROM pg_stat_activity WHERE application_name = %s ORDER BY pid"


@dataclass(frozen=True)
class Sample:
    """An operation: ``against`` is why it failed, with the SQLSTATE, and ``wrong`` what it read and should not have."""

    client: str
    application: str
    phase: str
    operation: str
    ms: float
    against: str = ""
    wrong: str = ""
    is_write: bool = False


class Client:
    """
    ``folder`` has the program and, for Node.js, its packages beside it.

    Its session is opened once. ``asked`` counts the operations of the current phase.
    """

    def __init__(self, kind: Kind, application: str, work: Work, register, folder: Path):
        self.kind, self.application, self.work, self.register, self.folder = kind, application, work, register, folder
        self.process, self.number, self.asked, self.reconnects, self.samples = None, 0, 0, 0, []

    def __str__(self):
        return f"{self.kind.name}, {self.application} application"

    def open(self, schema: str, given: tuple):
        """A session that works in this schema, and in public for what is not there."""
        self.number += 1
        self.name = f"{self.application} {self.kind.name} {self.number}"
        environment = client_programs.environment(self.register.connection) | {
            "DATABASE_URL": self.register.url,
            "APPLICATION": self.application,
            "PGAPPNAME": self.name,
            "SCHEMA": schema,
            "SEARCH_PATH": f"{schema},public",
            "PYTHONPATH": os.pathsep.join(map(str, self._imports())),
        }
        self.process = subprocess.Popen(
            self.kind.command(self.folder),
            cwd=self.folder,
            env=os.environ | environment | labels(self.application) | self.kind.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=sys.stderr if os.environ.get("CLIENTS_LOUD") else subprocess.DEVNULL,
            encoding="utf-8",
            start_new_session=True,
        )
        for operation, arguments in (("open", given), ("statuses", [])):
            answer = self.ask(operation, arguments)
            assert "error" not in answer, f"{self}: {answer}"
        self.sessions = self._sessions()
        assert len(self.sessions) == 1, f"{self}: {self.sessions}"

    def close(self):
        if self.process:
            self.process.stdin.close()
            self.process.stdout.read()
            self.process.wait()
            self.process = None

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def count_reconnects(self):
        """Since it was last asked."""
        now = self._sessions()
        self.reconnects += len(set(now) - set(self.sessions)) or int(now != self.sessions)
        self.sessions = now

    def work_until(self, stop: threading.Event, phase: str, pause: float):
        due = time.monotonic()
        while not stop.is_set():
            operation = self.work.draw(self.application)
            answer = self.ask(operation.name, operation.arguments)
            against = "error" in answer and f"{answer['code']} {answer['error']}"
            wrong = not against and operation.wrong(answer["value"])
            self.work.done(operation, not against)
            is_write = operation.name in WRITES
            who = (self.kind.name, self.application, phase, operation.name)
            self.samples.append(Sample(*who, answer["ms"], against or "", wrong or "", is_write))
            self.asked += 1
            # Never faster to catch up: this is not a queue of requests.
            due = max(due + pause, time.monotonic())
            stop.wait(due - time.monotonic())

    def ask(self, operation: str, arguments) -> dict:
        try:
            self.process.stdin.write(json.dumps({"op": operation, "args": list(arguments)}) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())
        except (BrokenPipeError, ValueError):
            return {"code": "client", "error": "the program has ended", "ms": 0.0}

    def _sessions(self):
        return self.register.rows(SESSIONS, [self.name])

    def _imports(self):
        return [
            settings.BASE_DIR,
            *([self.kind.needs.folder()] if self.kind.interpreter[0] == sys.executable and self.kind.needs else []),
        ]
