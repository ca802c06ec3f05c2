"""A run of the suite that is killed leaves no server, no process and no folder."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import left_behind
from tests.config.conftest import public_directory
from tests.migration.disturbances import wait_until

# It has everything that a test may have when it is killed, and says so.
HANGS = """
import os, signal, tempfile
from pathlib import Path
from tests.servers import programs
from tests.servers.server import account, running

def test_that_hangs(baseline_database, tmp_path):
    signal.alarm(600)
    (tmp_path / "something").touch()
    watching = baseline_database.start("epic10_status", "--watch", "0.1")
    watching.stdout.readline()
    with running(programs.complete(account())):
        Path(os.environ["READY"]).touch()
        signal.pause()
"""
# The suite that this test is a part of may have a server, and a folder.
NOT_OURS = ("DATABASE_URL", "PYTEST_ADDOPTS", "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT")


@pytest.fixture
def place():
    with public_directory() as path:
        yield path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "more"),
    [(signal.SIGTERM, []), (signal.SIGKILL, []), (signal.SIGKILL, ["-n", "1"])],
    ids=["SIGTERM", "SIGKILL", "SIGKILL with a worker"],
)
def test_a_killed_run_leaves_nothing_behind(place, tmp_path, number, more):
    test, ready = tmp_path / "test_hangs.py", tmp_path / "ready"
    test.write_text(HANGS)
    environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    options = ("-q", "-p", "no:cacheprovider", "-p", "tests.conftest", "-c", settings.BASE_DIR / "pyproject.toml")
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", *options, *more, test],
        cwd=settings.BASE_DIR,
        env=environment | {"TMPDIR": str(place), "READY": str(ready)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: ready.exists() or run.poll() is not None, "the test hanging")
    assert run.poll() is None
    [folder] = place.iterdir()
    sign = f"TMPDIR={folder}".encode()
    elsewhere = [Path(name) for name in (folder / left_behind.ELSEWHERE).read_text().splitlines()]
    servers = [pid for pid in left_behind.processes(sign) if left_behind.is_server(pid)]
    assert servers and len(left_behind.processes(sign)) > len(servers)
    assert all(path.is_dir() for path in elsewhere)

    run.send_signal(number)
    assert run.wait() == -number
    wait_until(lambda: not folder.exists(), "the folder of the run gone")
    assert left_behind.processes(sign) == []
    assert [path for path in elsewhere if path.exists()] == []
    assert list(place.iterdir()) == []
