"""pg_dump, pg_restore and psql: where they are, and how they connect to the server."""

import os
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

from psycopg import pq

from epic10.postgres import installations
from epic10.terminal import signals
from epic10.terminal.refusal import Refusal


class ToolMissing(Refusal):
    """No pg_dump, pg_restore or psql on this machine fits the server."""


class ToolFailed(Refusal):
    """A client program ran and reported an error."""


def run(connection, tool: str, *arguments: str, input: str | None = None, at_least: int = 0) -> str:
    """
    The output of ``tool``, run on the database of ``connection``.

    pg_dump and psql find the database by themselves; pg_restore also needs
    ``--dbname`` among its arguments. Raises ToolMissing or ToolFailed.
    """
    finished = subprocess.run(
        [find(connection, tool, at_least=at_least), *arguments],
        env=os.environ | environment(connection),
        input=input,
        capture_output=True,
        encoding="utf-8",
    )
    if finished.returncode:
        raise ToolFailed(failure(tool, finished.returncode, finished.stderr.splitlines()))
    return finished.stdout


def watch(connection, program: Path, *arguments: str, see: Callable[[str], None]):
    """
    Run a program and pass each line of its standard error to ``see`` as it comes.

    Its files are readable by their owner only. It is ended by an exception here, including Ctrl-C.
    """
    lines = []
    process = subprocess.Popen(
        [program, *arguments],
        env=os.environ | environment(connection) | {"LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        umask=0o077,
    )
    try:
        with signals.ended_with_us(process):
            for line in process.stderr:
                lines.append(line)
                see(line)
            process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    if process.returncode:
        raise ToolFailed(failure(program.name, process.returncode, lines))


def failure(tool: str, status: int, lines: Iterable[str]) -> str:
    """A program's error message, without the DETAIL lines, in which the server may quote a row."""
    telling = ("error:", "fatal:", "hint:")
    said = "\n".join([line.strip() for line in lines if any(word in line.lower() for word in telling)][:4])
    return f"{tool} ended with status {status}: {said}".rstrip(": ")


def find(connection, tool: str, *, at_least: int = 0) -> Path:
    """
    The oldest ``tool`` that is not older than the server, nor than major version ``at_least``.

    pg_dump refuses a newer server, and a much newer pg_restore sends settings
    that an older server does not know (``transaction_timeout``).
    """
    connection.ensure_connection()
    server = connection.pg_version // 10000
    wanted = max(server, at_least)
    found = {directory / tool: installations.major(directory / tool) for directory in _usable(connection)}
    fitting = [program for program, major in found.items() if major >= wanted]
    if not fitting:
        seen = ", ".join(f"{program} ({major})" for program, major in found.items() if major)
        raise ToolMissing(
            f'No {tool} fits database "{connection.alias}", which runs PostgreSQL {server}'
            f" (found: {seen or 'none'}).\n"
            f"HINT: Install the client programs of PostgreSQL {wanted},"
            " or name their directory: NDAS_PG_BIN=/path/to/bin."
        )
    return min(fitting, key=found.get)


def environment(connection) -> dict[str, str]:
    """
    The connection's parameters as libpq's environment variables.

    The environment, because a command line with a password in it can be read
    by everybody on the machine.
    """
    parameters = connection.get_connection_params()
    variables = {option.keyword.decode(): option.envvar for option in pq.Conninfo.get_defaults()}
    return {
        variables[keyword].decode(): str(value)
        for keyword, value in parameters.items()
        if variables.get(keyword) and value is not None
    }


def _usable(connection) -> list[Path]:
    # The programs of the wheel are built without TLS.
    encrypted = connection.connection.pgconn.ssl_in_use
    return [path for path in installations.directories() if not (encrypted and path in installations.wheel())]
