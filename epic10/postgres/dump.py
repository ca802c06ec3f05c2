"""Dump and restore of a whole database, whatever the versions of server and programs."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE

from psycopg.conninfo import make_conninfo

from epic10.postgres import client_programs, installations, partial_restore
from epic10.postgres.catalog import holds
from epic10.postgres.partial_restore import LeftOut
from epic10.terminal.progress import Meter

# From this version on pg_restore sends a setting that an older server does not know, and stops.
KNOWS_TRANSACTION_TIMEOUT = 17
UNKNOWN_SETTING = b"SET transaction_timeout = 0;\n"
BEGIN_OF_ROWS, END_OF_ROWS = re.compile(rb"COPY .* FROM stdin;\n$"), b"\\.\n"

ALL_OR_NOTHING = ("-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction")

NOT_DUMPED = (
    "HINT: Nothing was changed. Where the disk is full, or not to be written to: --directory names another place for "
    "snapshots, as EPIC10_SNAPSHOTS does."
)

# How long pg_dump waits for a session that is changing the schema at that moment.
LOCK_WAIT = "60s"

# What pg_dump and pg_restore print when a table is done; a single worker only prints when it begins one.
TABLE_DONE = re.compile(r"finished item \d+ TABLE DATA (\S+)")
TABLE_BEGUN = re.compile(r"(?:dumping contents of|processing data for) table (\S+)")

IS_SUPERUSER = "(SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"

# They reach out to other servers.
NO_COPY_HAS = ("--no-publications", "--no-subscriptions")


def program(connection) -> Path:
    """The pg_dump for the server."""
    return client_programs.find(connection, "pg_dump")


def dump(connection, folder: Path, *, snapshot: str, jobs: int, tables: int):
    """Write the database, as an exported snapshot sees it, to ``folder``, which must not exist yet."""
    options = [f"--jobs={jobs}", f"--snapshot={snapshot}", f"--lock-wait-timeout={LOCK_WAIT}", "--verbose"]
    meter = _Tables("saved", tables, jobs)
    try:
        client_programs.watch(
            connection, program(connection), "--format=directory", f"--file={folder}", *options, see=meter.saw
        )
    except client_programs.ToolFailed as error:
        raise client_programs.ToolFailed(f"{error}\n{NOT_DUMPED}") from error


def restore(
    connection, folder: Path, *, client: int, jobs: int | None, tables: int, options: Iterable[str] = ()
) -> tuple[LeftOut, ...]:
    """
    Read a dump made by pg_dump of major version ``client`` into the empty database of ``connection``.

    With ``jobs`` it runs in parallel, and a failure leaves what was done so far; where the role is
    no superuser, the rest is restored and what it may not make is returned.
    Without, it is one transaction, all or nothing.
    """
    if jobs is not None and not holds(connection, IS_SUPERUSER):
        see = _Tables("restored", tables, jobs).saw
        return partial_restore.restore(
            connection, folder, f"--jobs={jobs}", "--verbose", *options, client=client, see=see
        )
    tool = client_programs.find(connection, "pg_restore", at_least=client)
    all_or_nothing = ["--single-transaction"] if jobs is None else [f"--jobs={jobs}"]
    if sends_what_the_server_does_not_know(installations.major(tool), connection.pg_version // 10000):
        _by_psql(connection, tool, folder, options)
        return ()
    # As a connection string, because a database name that contains "=" would be taken for one.
    database = make_conninfo(dbname=connection.get_connection_params()["dbname"])
    meter = _Tables("restored", tables, jobs)
    arguments = [f"--dbname={database}", "--exit-on-error", "--verbose", *all_or_nothing, *options, str(folder)]
    client_programs.watch(connection, tool, *arguments, see=meter.saw)
    return ()


def for_a_copy(connection) -> tuple[str, ...]:
    """
    The options of pg_restore for a database that is only looked at.

    A superuser keeps the owners: a function in an index, or in a materialized view, runs with the rights of
    the owner, and would run with a superuser's. Any other role cannot give anything away.
    """
    return NO_COPY_HAS if holds(connection, IS_SUPERUSER) else ("--no-owner", "--no-privileges", *NO_COPY_HAS)


def schema(connection, folder: Path, *, client: int) -> str:
    """The schema in a dump made by pg_dump of major version ``client``, as SQL."""
    return client_programs.run(connection, "pg_restore", "--schema-only", "--file=-", str(folder), at_least=client)


def sends_what_the_server_does_not_know(tool: int, server: int) -> bool:
    return tool >= KNOWS_TRANSACTION_TIMEOUT > server


def without_the_unknown_setting(script: Iterable[bytes]) -> Iterator[bytes]:
    """A script of pg_restore for a server older than 17. Rows that look like the setting are left alone."""
    among_rows = False
    for line in script:
        if not among_rows and line == UNKNOWN_SETTING:
            continue
        among_rows = line != END_OF_ROWS if among_rows else bool(BEGIN_OF_ROWS.match(line))
        yield line


def _by_psql(connection, tool, folder, options):
    """In one transaction, because psql has no parallel workers."""
    psql = client_programs.find(connection, "psql")
    settings = {"env": os.environ | client_programs.environment(connection) | {"LC_ALL": "C"}}
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen([tool, "--file=-", *options, folder], stdout=PIPE, stderr=complaints, **settings) as script,
        subprocess.Popen([psql, *ALL_OR_NOTHING], stdin=PIPE, stdout=DEVNULL, stderr=complaints, **settings) as reader,
    ):
        try:
            _pour(without_the_unknown_setting(script.stdout), reader.stdin)
            script.stdout.close()
            status = reader.wait() or script.wait()
        except BaseException:
            script.terminate()
            reader.terminate()
            raise
        if status:
            complaints.seek(0)
            lines = complaints.read().decode(errors="replace").splitlines()
            raise client_programs.ToolFailed(client_programs.failure("psql", status, lines))


def _pour(lines, into):
    # psql closes the pipe at the first error, and prints the error itself.
    with suppress(BrokenPipeError):
        into.writelines(lines)
    with suppress(BrokenPipeError):
        into.close()


class _Tables:
    """Counts the tables that a program reports as done."""

    def __init__(self, verb: str, total: int, jobs: int | None):
        self.verb, self.meter, self.done = verb, Meter(f"tables {verb}", total, "tables"), 0
        self.line = TABLE_DONE if (jobs or 1) > 1 else TABLE_BEGUN

    def saw(self, line: str):
        if found := self.line.search(line):
            self.done += 1
            self.meter.now_at(self.done, f"{self.verb.capitalize()} {found[1]}")
