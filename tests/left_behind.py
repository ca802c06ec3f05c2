"""
Nothing of a run is left behind, however the run ends, also by SIGKILL.

A process that starts servers for tests has a folder for this run, which is TMPDIR for all its
children, and a watcher beside it: ``python tests/left_behind.py FOLDER``. The watcher's standard
input ends when the run does. Then it ends every process with this TMPDIR, shuts servers down
properly, and removes the folder, and other folders that are listed in it.
"""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PREFIX, ELSEWHERE = "ndas-run-", "elsewhere"
# A server that is shut down immediately still removes its shared memory.
STOP_AT_ONCE = signal.SIGQUIT
LONG_ENOUGH = 30  # seconds

_watchers: list[subprocess.Popen] = []


def begin():
    """Create a folder for this run, unless the parent process has one already."""
    if is_begun():
        return
    outside = dict(os.environ)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)  # Servers may belong to another account.
    os.environ["TMPDIR"], tempfile.tempdir = str(folder), None
    _watchers.append(
        subprocess.Popen(
            # In a session of its own, because Ctrl-C is for the run, which then ends in its own way.
            [sys.executable, __file__, folder],
            stdin=subprocess.PIPE,
            env=outside,
            cwd="/",
            start_new_session=True,
        )
    )
    atexit.register(end)


def goes(folder: Path):
    """Have this folder removed with the run, too, although it is elsewhere."""
    if is_begun():
        with Path(tempfile.gettempdir(), ELSEWHERE).open("a") as names:
            names.write(f"{folder}\n")


def is_begun() -> bool:
    return Path(tempfile.gettempdir()).name.startswith(PREFIX)


def end():
    while _watchers:
        watcher = _watchers.pop()
        watcher.communicate()
        os.environ.pop("TMPDIR", None)
        tempfile.tempdir = None


def watch(folder: Path):
    sys.stdin.read()
    end_processes(f"TMPDIR={folder}".encode())
    for place in mounted(folder):
        subprocess.run(["umount", "--lazy", place])
    with contextlib.suppress(FileNotFoundError):
        for name in (folder / ELSEWHERE).read_text().splitlines():
            shutil.rmtree(name, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def mounted(folder: Path) -> list[str]:
    with contextlib.suppress(FileNotFoundError):
        places = [line.split(" ")[1] for line in Path("/proc/mounts").read_text().splitlines()]
        return [place for place in places if folder in Path(place).parents]
    return []


def end_processes(sign: bytes):
    deadline = time.monotonic() + LONG_ENOUGH
    while found := processes(sign):
        for pid in found:
            is_in_time = time.monotonic() < deadline
            with contextlib.suppress(OSError):
                os.kill(pid, STOP_AT_ONCE if is_in_time and is_server(pid) else signal.SIGKILL)
        time.sleep(0.05)


def processes(sign: bytes) -> list[int]:
    """The processes with this variable in their environment; without /proc, as on macOS, it cannot be read."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if sign in environment.read_bytes().split(b"\0"):
                found.append(int(environment.parent.name))
    return found


def is_server(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
    return False


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
