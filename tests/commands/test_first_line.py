"""The first line of every command: which database, as whom, which release; and a terminal that may be lost."""

import os
import pty
import re
import signal
import subprocess
import sys

import pytest
from django.conf import settings

from epic10.management import target

LINE = (
    r'Database "{name}" on {host}:{port}, as role "{role}"; '
    r"release ndas\.0002_epic_10_customer_feedback, revision [0-9a-f]{{12}}\+?\.\n"
)
READING = [
    ("epic10_status",),
    ("epic10_precheck", "--without-schema-rehearsal"),
    ("epic10_validate",),
    ("epic10_records",),
    ("epic10_monitor", "--once"),
]
CHANGING = [
    ("migrate", "ndas", "0001"),
    ("epic10_deploy", "--dry-run"),
    ("epic10_deploy",),
    ("epic10_rollback",),
    ("epic10_finalize",),
    ("epic10_snapshot", "take"),
    ("epic10_rehearse", "--from", "none"),
]
# What a shell in an SSH session, in tmux, or under nohup looks like from within.
STARTED_BY = """\
import os, signal, sys
if "nohup" in sys.argv[1]:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
sys.exit(os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "manage.py", *sys.argv[2:]]))"""


def first_line_of(database):
    known = database.connection.get_connection_params()
    return LINE.format(name=database.name, host=re.escape(known["host"]), port=known["port"], role=known["user"])


@pytest.fixture
def places(tmp_path):
    return {"EPIC10_SNAPSHOTS": str(tmp_path), "EPIC10_RECORDS": str(tmp_path)}


@pytest.mark.slow
@pytest.mark.parametrize("command", [*READING, *CHANGING], ids=" ".join)
def test_it_says_what_it_is_about_to_touch(legacy_database, command, places):
    finished = legacy_database.manage(*command, **places)
    assert re.match(first_line_of(legacy_database), finished.stdout), finished
    assert not re.search(first_line_of(legacy_database), finished.stdout[1:])


@pytest.mark.slow
@pytest.mark.parametrize("command", [("epic10_status", "--format", "json"), ("epic10_review",)], ids=" ".join)
def test_not_where_a_script_reads_the_result(legacy_database, command, places):
    finished = legacy_database.manage(*command, **places)
    assert re.fullmatch(first_line_of(legacy_database), finished.stderr), finished
    assert not re.search(first_line_of(legacy_database), finished.stdout)


@pytest.mark.slow
def test_a_server_that_is_away_is_named_too(tmp_path):
    finished = subprocess.run(
        [sys.executable, "manage.py", "epic10_status"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": f"postgresql://dora@/nowhere?host={tmp_path}&port=5433"},
        capture_output=True,
        text=True,
    )
    assert finished.stdout.startswith(f'Database "nowhere" on {tmp_path}:5433, as role "dora"; release ndas.0002')
    assert (finished.returncode, finished.stderr[:34]) == (1, "The database cannot be reached: co")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "command", "is_warned"),
    [
        ("sshd", ("migrate", "ndas", "0001"), True),
        ("sshd-session", ("epic10_rollback",), True),
        ("sshd", ("epic10_status",), False),
        ("tmux: server", ("migrate", "ndas", "0001"), False),
        ("sshd nohup", ("migrate", "ndas", "0001"), False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_terminal_that_ends_with_its_ssh_connection_is_warned_of(
    baseline_database, program, command, is_warned, places, tmp_path
):
    name = program.removesuffix(" nohup")
    os.symlink("/bin/sh", tmp_path / name)
    script = f"{sys.executable} -c '{STARTED_BY}' '{program}' {' '.join(command)}; exit $?"
    terminal, theirs = pty.openpty()
    finished = subprocess.run(
        [tmp_path / name, "-c", script],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": baseline_database.url} | places,
        stdin=theirs,
        capture_output=True,
        text=True,
        # The suite itself may have been started by nohup.
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )
    os.close(terminal)
    os.close(theirs)
    assert (finished.returncode, finished.stderr) == (0, f"{target.MAY_BE_LOST}\n" if is_warned else "")
