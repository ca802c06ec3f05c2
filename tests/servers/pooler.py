"""A server behind pgbouncer."""

import contextlib
import os
import subprocess

import psycopg

from tests.migration.disturbances import wait_until
from tests.servers import programs
from tests.servers.server import USER, place

PORT = 6432

CONFIGURATION = """
[databases]
* = host={sockets} port={port} user={user}
[pgbouncer]
unix_socket_dir = {home}
listen_port = {PORT}
auth_type = any
pool_mode = {mode}
logfile = {home}/pgbouncer.log
"""


@contextlib.contextmanager
def pgbouncer(server, mode, **more):
    """URLs through a pooler of that mode, with more settings: a function of the database's name."""
    program = programs.pgbouncer()
    with place() as (home, account):
        configuration = home / "pgbouncer.ini"
        lines = "".join(f"{name} = {value}\n" for name, value in more.items())
        configuration.write_text(
            CONFIGURATION.format(sockets=server.sockets, port=server.port, user=USER, home=home, PORT=PORT, mode=mode)
            + lines
        )
        process = subprocess.Popen(
            [program, "-q", configuration],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ},
            **account.for_subprocess(),
        )
        try:
            _wait_for(home, process)
            yield lambda name: f"postgresql:///{name}?host={home}&port={PORT}&user={USER}"
        finally:
            process.terminate()
            process.wait()


def _wait_for(home, process):
    def answers():
        assert process.poll() is None, (home / "pgbouncer.log").read_text()
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(host=str(home), port=PORT, user=USER, dbname="postgres").close()
            return True

    wait_until(answers, "pgbouncer answering")
