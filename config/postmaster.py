"""Whether the postmaster that a pid file names is alive and ours.

After a crash the file is left behind, and its pid may by now belong to another
process. So a pid counts only if its process works in our data directory.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

# No system assigns a pid this high, so PostgreSQL takes the process for dead.
NOBODY = "2147483646"
STATUS_LINE = 7


def is_alive(data: Path) -> bool:
    lines = _pid_file(data)
    return bool(lines) and _works_in(lines[0].strip(), data)


def is_ready(data: Path) -> bool:
    """The postmaster is alive, and its pid file says that it accepts connections."""
    lines = _pid_file(data)
    return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready" and is_alive(data)


def forget_the_dead(data: Path, socket_directory: Path) -> None:
    """
    Let a new postmaster start where another one was killed.

    Only the pid is replaced: PostgreSQL needs the shared memory named in the same file
    to notice backends that have outlived their postmaster.
    """
    lines = _pid_file(data)
    if lines:
        (data / "postmaster.pid").write_text("\n".join([NOBODY, *lines[1:]]) + "\n")
    (socket_directory / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _pid_file(data: Path) -> list[str]:
    with suppress(OSError):
        return (data / "postmaster.pid").read_text().splitlines()
    return []


def _works_in(pid: str, data: Path) -> bool:
    # The working directory of a zombie, or of another account's process, cannot be read.
    with suppress(OSError):
        return os.path.samefile(_working_directory(pid), data)
    return False


def _working_directory(pid: str) -> str:
    if sys.platform == "linux":
        return f"/proc/{pid}/cwd"
    answer = subprocess.run(["lsof", "-a", "-p", pid, "-d", "cwd", "-Fn"], capture_output=True, text=True).stdout
    return answer.rpartition("\nn")[2].strip()
