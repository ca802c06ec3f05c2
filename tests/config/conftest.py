"""Processes that use an embedded server of their own, each test in its own directory."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import postmaster
from tests.migration.disturbances import LONG_ENOUGH

ROOT = Path(__file__).resolve().parents[2]

# Joins the server once for every line it reads, answers with the postmaster's pid, and
# leaves at the end of its input.
JOIN_FOR_EVERY_LINE = """
import sys
from pathlib import Path
from config import account, embedded

account.SHARED = Path(sys.argv[2])
server = embedded.server(Path(sys.argv[1]))
for line in sys.stdin:
    server.join()
    print((server.data / "postmaster.pid").read_text().split()[0], server.socket_directory, flush=True)
"""


class Session:
    """Another process that uses the server in ``home``."""

    def __init__(self, home, shared, *, python=sys.executable, environment=(), **account):
        self.process = subprocess.Popen(
            [python, "-c", JOIN_FOR_EVERY_LINE, home, shared],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings"} | dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **account,
        )

    def ask(self):
        self.process.stdin.write("join\n")
        self.process.stdin.flush()

    def answer(self):
        """The postmaster's pid and the directory of its socket."""
        pid, socket_directory = self.process.stdout.readline().rstrip("\n").split(" ", 1)
        return int(pid), socket_directory

    def join(self):
        self.ask()
        return self.answer()

    def leave(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=LONG_ENOUGH) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def directory():
    """A directory that every account can enter, and no server left in it afterwards."""
    with public_directory() as path:
        yield path


@pytest.fixture
def empty(directory):
    """Where a server may be made."""
    return directory / ".postgres"


@pytest.fixture
def home(empty, made_once):
    """A server that was used and stopped: what initdb takes a second for, copied."""
    subprocess.run(["cp", "-a", made_once, empty], check=True)
    return empty


@pytest.fixture(scope="session")
def made_once():
    with public_directory() as path:
        maker = Session(path / ".postgres", path / "shared")
        maker.join()
        maker.leave()
        yield path / ".postgres"


@pytest.fixture
def session(directory):
    """Start another process that uses a server."""
    sessions = []

    def start(home, **options):
        sessions.append(Session(home, directory / "shared", **options))
        return sessions[-1]

    yield start
    for started in sessions:
        if started.process.poll() is None:
            started.kill()
        started.process.stdout.close()


@contextmanager
def public_directory():
    path = Path(tempfile.mkdtemp(prefix="ndas-test-"))
    path.chmod(0o755)
    yield path
    for data in path.rglob("data"):
        if postmaster.is_alive(data):
            os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    shutil.rmtree(path, ignore_errors=True)
