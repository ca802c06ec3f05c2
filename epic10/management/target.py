"""The first line of a command that somebody types: which database it is about to touch, as whom, with which release."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from django.db import connections
from psycopg import pq

from epic10.release import plan, revision

PROCESSES = Path("/proc")
# Since OpenSSH 9.8 each session is a process by the second name.
REMOTE = ("sshd", "sshd-session")
MAY_BE_LOST = (
    "WARNING: This terminal ends with its SSH connection. The work would go on without it, and nobody would see it.\n"
    "HINT: tmux new -s epic10, and type the command there; or nohup before it. The records keep what it says."
)


def announce(command, using: str, *, is_text: bool = True, changes: bool = False):
    """
    Print the line, on standard error where standard output is for JSON.

    Only for somebody at a command line: a command inside another one says nothing. A
    command that ``changes`` something also warns of a terminal that may be lost.
    """
    if not command._called_from_command_line:
        return
    (command.stdout if is_text else command.stderr).write(line(connections[using]))
    if changes and may_be_lost():
        command.stderr.write(MAY_BE_LOST, command.style.WARNING)


def line(connection) -> str:
    """Before anything is connected, since a server that does not answer has to be named, too."""
    known = _defaults() | {name: str(value) for name, value in connection.get_connection_params().items()}
    place = f'service "{known["service"]}"' if known.get("service") else f"{known['host']}:{known['port']}"
    return (
        f'Database "{known["dbname"]}" on {place}, as role "{known["user"]}"; '
        f"release {plan.load().title}, revision {revision.revision()}."
    )


def _defaults() -> dict[str, str]:
    """What libpq takes from the environment, or has been built with."""
    known = {option.keyword.decode(): option.val.decode() for option in pq.Conninfo.get_defaults() if option.val}
    return {"host": "this machine"} | known


def may_be_lost() -> bool:
    """Does a lost connection close this terminal? Not one of tmux or screen, which are nobody's children."""
    has_terminal = bool(sys.stdin and sys.stdin.isatty())
    # nohup has it ignored from the start.
    return has_terminal and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL and any(map(REMOTE.count, _ancestors()))


def _ancestors() -> Iterator[str]:
    """The names of the programs that have started this one, where the system has them as files."""
    process = os.getppid()
    while process > 1:
        try:
            text = (PROCESSES / str(process) / "stat").read_text()
        except OSError:
            return
        name, _, rest = text.partition("(")[2].rpartition(")")
        yield name
        process = int(rest.split()[1])
