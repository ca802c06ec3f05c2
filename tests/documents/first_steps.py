"""What README has somebody try, and what other pages quote of a register before the night, on a server of its own."""

import io
import tempfile
from pathlib import Path

from django.core.management import call_command

from tests.documents import marks, quoting
from tests.documents.machine import Machine
from tests.guide.documents import PROMPT, Typed
from tests.guide.people import Ended, Operator
from tests.servers import programs
from tests.servers.server import Server, account, alias, running

PART = "first-steps"
DATABASE = "ndas"
# What would be written into the checkout.
REVIEW = "review.csv"


def write(machine: Machine, rows: int) -> list[quoting.Gone]:
    with running(programs.complete(account())) as server:
        played = played_out(server, rows)
        version = _asks(server, "SHOW server_version").split()[0]
    for block in list(marks.blocks(PART)):
        if block.name != PART:
            marks.fill(block.page, block.name, machine.described(f"{rows:,} NDAs", version))
    return quoting.quote(PART, played)


def played_out(server: Server, rows: int) -> list[tuple[Typed, Ended]]:
    """Every command of the blocks, page by page, on a register that is made for it."""
    _asks(server, f"CREATE DATABASE {DATABASE}")
    url = server.url(DATABASE)
    with alias("first", url):
        call_command("migrate", "ndas", "0001", database="first", stdout=io.StringIO())
        call_command("epic10_seed", rows=rows, database="first", stdout=io.StringIO())
    with tempfile.TemporaryDirectory() as folder:
        operator = Operator(Path(folder), url, DATABASE)
        played = []
        for typed in quoted():
            line = typed.line.replace("--rows 50000", f"--rows {rows}").replace(REVIEW, f"{folder}/{REVIEW}")
            ended = operator.types(line, typed.printed)
            assert ended.status == 0, ended.said
            said = ended.said.replace(f"{folder}/", "")
            played.append((typed, Ended(typed.line, ended.status, said, ended.seconds)))
    return played


def quoted() -> list[Typed]:
    return [
        Typed(found[2], block.page.name, found[3].rstrip())
        for block in marks.blocks(PART)
        if block.name == PART
        for found in PROMPT.finditer(block.body + "\n")
    ]


def _asks(server, statement) -> str:
    with alias("asking", server.url()) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return str(cursor.fetchone()[0]) if cursor.description else ""
