"""The night of the guide, of the way back and of the transcript, by the documented roles on a server with TLS."""

import re
import socket
import tempfile
from itertools import groupby
from pathlib import Path

from tests.documents import marks, quoting
from tests.documents.machine import Machine
from tests.guide import night, place
from tests.guide.documents import Typed
from tests.guide.people import Ended

PART = "night"
STEP = re.compile(r"^  (\w+(?: \w+)*) +([\d.]+) s$", re.MULTILINE)
# What the application is stopped for, with a window.
STOPPED = ("stopped", "migrate", "validate", "smoke")
# The commands whose times an operator plans with.
TIMED = {
    "epic10_precheck": "the precheck",
    "epic10_snapshot take": "a snapshot",
    "epic10_snapshot verify": "its verification",
    "epic10_rehearse --from newest": "the rehearsal",
    "epic10_deploy --prepare": "the preparation, with the old application at work",
    "epic10_deploy --rolling": "the night, with nobody stopped",
    "epic10_deploy": "with a window",
    "epic10_rollback": "the way back",
    "epic10_finalize": "the end of the old labels",
}


def write(machine: Machine, rows: int) -> list[quoting.Gone]:
    played, server = played_out(rows)
    gone = quoting.quote(PART, played)
    bodies = {
        "machine": machine.described(f"{rows:,} NDAs", server),
        "seconds": seconds(played),
        "transcript": transcript(played),
    }
    for block in {(block.page, block.name) for block in marks.blocks(PART)}:
        page, name = block
        if kind := name.partition(": ")[2]:
            marks.fill(page, name, bodies[kind])
    return gone


def played_out(rows: int) -> tuple[list[tuple[Typed, Ended]], str]:
    with tempfile.TemporaryDirectory() as folder, place.site(fsync="on", shared_buffers="128MB") as site:
        home = Path(folder)
        with night.documented(site, home, rows) as documented:
            server = documented.one("SHOW server_version").split()[0]
            night.whole(documented)
    return [(typed, _placeless(ended, home)) for typed, ended in documented.played], server


def _placeless(ended, home):
    """Without the directory and the name of this machine."""
    said = ended.said.replace(str(home), "…").replace(f"@{socket.gethostname()}", "@ops")
    return Ended(ended.line, ended.status, said, ended.seconds)


def seconds(played) -> str:
    """The first time that each was typed and did what it is for."""
    lines = ["| what | command | seconds | of which |", "| --- | --- | --- | --- |"]
    for command, what in TIMED.items():
        line = f"python manage.py {command}"
        ended = next(ended for typed, ended in played if typed.line == line and ended.status == 0)
        steps = STEP.findall(ended.said)
        of_which = ", ".join(f"{name} {float(taken):.1f}" for name, taken in steps)
        if command == "epic10_deploy":
            stopped = sum(float(taken) for name, taken in steps if name in STOPPED)
            of_which += f"; the application is stopped for {stopped:.1f}"
        lines.append(f"| {what} | `{command}` | {ended.seconds:.0f} | {of_which} |")
    return "\n".join(lines)


def transcript(played) -> str:
    """Both nights and the way back between them; what comes before is as long, and the guide quotes it."""
    nights = [one for one in played if one[0].heading != night.DAYS_BEFORE]
    by_heading = groupby(nights, key=lambda one: one[0].heading)
    return "\n\n".join(f"## {heading}\n\n{quoting.whole(list(some))}" for heading, some in by_heading)
