"""A terminal is closed, nobody reads a pipe, a disk is full: the work goes on to its end, and is on record."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading

import pytest
from django.conf import settings

from epic10.release.status import status
from tests.deploy.pairs import DEPLOY
from tests.migration.disturbances import begun, somebody, wait_for

MIGRATE, BACK = ("migrate", "ndas"), ("migrate", "ndas", "0001")
ROLLBACK = ("epic10_rollback", "--yes", "--without-snapshot")
LEDGER = "SELECT to_regclass('epic10_phase_run') IS NOT NULL"
IN_THE_BACKFILL = "SELECT coalesce(max(rows), 0) >= 20 FROM epic10_phase_run WHERE phase = 'backfill'"
ENOUGH = 4096  # bytes that a pipe takes


@pytest.fixture
def environment(tmp_path):
    places = {"EPIC10_SNAPSHOTS": str(tmp_path / "snapshots"), "EPIC10_RECORDS": str(tmp_path / "records")}
    return places | {"EPIC10_BATCH_SIZE": "1"}


@pytest.fixture
def record(tmp_path):
    """What the newest record says, for whoever has seen nothing."""
    return lambda: json.loads(max((tmp_path / "records").glob("*.json")).read_text())["record"]


class Terminal:
    """What somebody sits at who may close it; until then he reads all that comes."""

    def __init__(self, database, *arguments, **environment):
        self.ours, theirs = pty.openpty()
        self.leaving, self.seen = threading.Event(), b""
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": database.url} | environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        with contextlib.suppress(OSError):
            while not self.leaving.is_set():
                if select.select([self.ours], [], [], 0.05)[0]:
                    self.seen += os.read(self.ours, 65536)

    def close(self):
        self.leaving.set()
        self.reader.join()
        os.close(self.ours)


def reaches(database, moment, process):
    wait_for(database, LEDGER, process)
    wait_for(database, moment, process)


@pytest.mark.slow
@pytest.mark.parametrize("command", [MIGRATE, DEPLOY], ids=" ".join)
def test_closed_in_the_backfill_it_goes_on_to_the_end(legacy_database, environment, command):
    terminal = Terminal(legacy_database, *command, **environment)
    reaches(legacy_database, IN_THE_BACKFILL, terminal.process)
    terminal.close()
    assert terminal.process.wait() == 0
    assert status(legacy_database.connection).state == "switched"


@pytest.mark.slow
@pytest.mark.parametrize("command", [BACK, ROLLBACK], ids=" ".join)
def test_closed_on_the_way_back_it_goes_back_to_the_end(legacy_database, environment, command):
    legacy_database.migrate()
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        terminal = Terminal(legacy_database, *command, **environment)
        reaches(legacy_database, begun("switch", "backwards"), terminal.process)
        terminal.close()
    assert terminal.process.wait() == 0
    assert status(legacy_database.connection).state == "baseline"


@pytest.mark.slow
def test_closed_while_a_deployment_takes_itself_back_it_goes_back_to_the_end(legacy_database, environment, record):
    terminal = Terminal(legacy_database, *DEPLOY, **environment)
    reaches(legacy_database, IN_THE_BACKFILL, terminal.process)
    with somebody(legacy_database, "SELECT 1 FROM ndas"):
        terminal.process.send_signal(signal.SIGINT)
        wait_for(legacy_database, begun("switch", "backwards"), terminal.process)
        terminal.close()
    assert terminal.process.wait() == 130
    assert status(legacy_database.connection).state == "baseline"
    assert record()["verdict"] == "INTERRUPTED"
    assert "\nEpic 10 is undone: " in record()["error"]


COLOR = re.compile(rb"\x1b\[[0-9;]*3[0-9][0-9;]*m")
LINES = re.compile(rb"[\r\n]|\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.slow
def test_80_columns_of_ascii_without_color(legacy_database, environment):
    """NO_COLOR, LANG=C and a terminal of the usual size: nothing is garbled, and no bar breaks over its line."""
    plain = {"NO_COLOR": "1", "LC_ALL": "C", "TERM": "xterm", "COLUMNS": "", "PYTHONUTF8": ""}
    terminal = Terminal(legacy_database, *MIGRATE, **environment | plain)
    fcntl.ioctl(terminal.ours, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 80, 0, 0))
    assert terminal.process.wait() == 0
    terminal.close()
    assert terminal.seen.isascii(), terminal.seen
    assert not COLOR.search(terminal.seen)
    bars = [line for line in LINES.split(terminal.seen) if b"NDAs/s" in line and b"---" in line]
    assert bars and max(map(len, bars)) <= 80


@pytest.mark.slow
def test_a_pipe_that_is_closed_after_the_first_line_ends_nothing(legacy_database, environment, record):
    process = legacy_database.start(*DEPLOY, **environment)
    assert process.stdout.readline() == legacy_database.announced
    process.stdout.close()
    assert (process.stderr.read(), process.wait()) == ("", 0)
    assert status(legacy_database.connection).state == "switched"
    assert (record()["verdict"], record()["steps"][-1]["name"]) == ("OK", "vacuum")


@pytest.mark.slow
def test_a_pipe_that_nobody_reads_holds_nothing_up(legacy_database, environment):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, ENOUGH)
    os.write(writing, b"x" * fcntl.fcntl(writing, fcntl.F_GETPIPE_SZ))
    try:
        assert run(legacy_database, writing, **environment) == ("", 0)
    finally:
        os.close(reading)
        os.close(writing)
    assert status(legacy_database.connection).state == "switched"


@pytest.mark.slow
def test_a_disk_that_is_full_of_output_ends_nothing(legacy_database, environment):
    with open("/dev/full", "w") as full:
        assert run(legacy_database, full, **environment) == ("", 0)
    assert status(legacy_database.connection).state == "switched"


def test_a_failure_that_cannot_be_told_is_still_the_exit_status(legacy_database, environment):
    with open("/dev/full", "w") as full, somebody(legacy_database, "SELECT 1 FROM ndas"):
        process = subprocess.run(
            [sys.executable, "manage.py", *MIGRATE],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DATABASE_URL": legacy_database.url, "EPIC10_LOCK_PATIENCE": "0"} | environment,
            stdout=full,
            stderr=full,
        )
    assert process.returncode == 1


def run(database, output, **environment):
    """What ``migrate ndas`` says on its standard error, and its exit status."""
    process = subprocess.run(
        [sys.executable, "manage.py", *MIGRATE],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": database.url} | environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    return process.stderr, process.returncode
