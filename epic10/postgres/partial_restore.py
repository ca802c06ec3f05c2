"""A restore that leaves out what the role may not make, and says what that is."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg.conninfo import make_conninfo

from epic10.postgres import client_programs

# What pg_restore prints of an entry of the archive that was refused, whatever the language of the server:
#     pg_restore: from TOC entry 3; 3079 16385 EXTENSION pg_stat_statements
#     pg_restore: error: could not execute query: ERROR:  permission denied to create extension "pg_stat_statements"
ENTRY = re.compile(r"from TOC entry \d+; \d+ \d+ ((?:[A-Z]+ )+)(.*?) ?(\S*)$")
#     Command was: CREATE EXTENSION IF NOT EXISTS pg_stat_statements WITH SCHEMA public;
REFUSED = re.compile(r"could not execute query: \S+\s+(.*)$")
# The object itself is there, and belongs to the role that restores.
OF_THE_OWNER = re.compile(r"^Command was: ALTER .* OWNER TO ")
# A setting that only newer servers know is nothing lost.
NOTHING_LOST = '"transaction_timeout"'


@dataclass(frozen=True)
class LeftOut:
    """An entry of the archive: EXTENSION, TRIGGER, OWNER OF a FUNCTION; its name; and the server's words."""

    kind: str
    name: str
    why: str

    def __str__(self):
        return f"{self.kind} {self.name}: {self.why}"


def restore(
    connection,
    archive: Path,
    *options: str,
    client: int = 0,
    see: Callable[[str], None] = lambda line: None,
) -> tuple[LeftOut, ...]:
    """
    Read an archive of pg_dump of major version ``client`` into the database of ``connection``.

    By pg_restore, and not as a script by psql: to that a line break and a backslash in
    somebody's name may be a command of its own, on the machine of whoever runs it.
    Raises ToolFailed when it failed for another reason than that an entry was refused.
    """
    # As a connection string, because a database name that contains "=" would be taken for one.
    database = make_conninfo(dbname=connection.get_connection_params()["dbname"])
    lines = []

    def saw(line):
        lines.append(line.rstrip("\n"))
        see(line)

    program = client_programs.find(connection, "pg_restore", at_least=client)
    try:
        client_programs.watch(connection, program, f"--dbname={database}", *options, str(archive), see=saw)
    except client_programs.ToolFailed:
        if not any(map(REFUSED.search, lines)):
            raise
    return left_out(lines)


def left_out(lines: Iterable[str]) -> tuple[LeftOut, ...]:
    """The entries that were refused, each once, from what pg_restore has printed."""
    entry, found = ("", ""), []
    for line in lines:
        if of := ENTRY.search(line):
            entry = of[1].strip(), of[2] or of[3]
        elif (refused := REFUSED.search(line)) and NOTHING_LOST not in refused[1]:
            found.append(LeftOut(*entry, refused[1]))
        elif found and OF_THE_OWNER.search(line):
            found[-1] = replace(found[-1], kind=f"OWNER OF {entry[0]}")
    return tuple(dict.fromkeys(found))
