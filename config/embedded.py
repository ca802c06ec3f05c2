"""The project's own PostgreSQL: how it starts, is shared, and stops.

Without DATABASE_URL the first connection starts a server in ``.postgres/``,
reachable through a unix socket only. Every process that uses it holds a shared
lock, its lease, and the last one to leave stops the server. A killed process loses
its lease with its locks, so there is nothing to clean up: the next process finds the
server running, or its files, and goes on.
"""

import atexit
import fcntl
import os
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import IO

import psycopg

from config import binaries, postmaster
from config.account import ServerError, account_for, digest, reachable_home
from epic10.postgres.catalog import quoted
from epic10.postgres.installations import major

DATABASE = "ndas"
USER = "ndas"
# The path of a unix socket may have 103 bytes on macOS, 107 on Linux.
LONGEST_SOCKET_DIRECTORY = 85
# Backends that outlive a killed postmaster keep its shared memory for a moment.
PAUSES = (0.1, 0.2, 0.5, 1, 2, 4, 8)
START_SECONDS = 60
FIRST_WITH_BUILTIN_LOCALE = 17


@cache
def server(home: Path) -> "Server":
    """The one Server of this process for ``home``."""
    return Server(home)


class Server:
    """A PostgreSQL server with all its files in ``home``, or below /var/lib if root needs that."""

    def __init__(self, home: Path) -> None:
        home = Path(home).absolute()
        self.account = account_for(home)
        self.home = reachable_home(home, self.account)
        self.data = self.home / "data"
        self.socket_directory = _socket_directory(self.home)
        self._lease: IO | None = None
        atexit.register(self.leave)
        os.register_at_fork(after_in_child=self._forget_lease)

    def join(self) -> None:
        """Hold a lease on the running server; start it first when it is not running."""
        if self._lease and postmaster.is_alive(self.data):
            return
        self._make_directory(self.home)
        with self._alone():
            if not postmaster.is_ready(self.data):
                self._start()
            if not self._lease:
                self._lease = self._open("lease")
                fcntl.flock(self._lease, fcntl.LOCK_SH)

    def leave(self) -> None:
        """Give the lease back, and stop the server when it was the last one."""
        if not self._lease:
            return
        with self._alone():
            if self._nobody_else_holds_a_lease() and postmaster.is_alive(self.data):
                self._run("pg_ctl", "stop", "-D", self.data.name, "-m", "fast", "-w", "-s")
            self._forget_lease()

    def _start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._make_directory(self.socket_directory)
        for pause in PAUSES:
            failure = "it is alive, but takes no connections."
            if not postmaster.is_alive(self.data):
                postmaster.forget_the_dead(self.data, self.socket_directory)
                failure = self._run_postmaster()
            if postmaster.is_ready(self.data):
                return self._create_database()
            time.sleep(pause)
        raise ServerError(
            f'The embedded PostgreSQL in "{self.home}" did not start: {failure}\n'
            f'HINT: Read "{self.home / "server.log"}", or set DATABASE_URL to a server of your own.'
        )

    def _run_postmaster(self) -> str:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket_directory,
            "unix_socket_permissions": "0700",
            "port": 5432,
        }
        arguments = " ".join(f"-c {name}={shlex.quote(str(value))}" for name, value in options.items())
        patience = ("-w", "-t", START_SECONDS)
        log = ("-s", "-l", "server.log")
        return self._run("pg_ctl", "start", "-D", self.data.name, *patience, *log, "-o", arguments)

    def _initialise(self) -> None:
        """Create the data directory under another name first, so that a killed initdb leaves no incomplete one."""
        unfinished = self.home / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_directory(unfinished)
        options = ["-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--data-checksums"]
        if major(self._programs / "postgres") >= FIRST_WITH_BUILTIN_LOCALE:
            # The C locale alone would not know that UPPER('é') is 'É'.
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if failure := self._run("initdb", "-D", unfinished.name, *options, "--no-instructions"):
            raise ServerError(f'The data directory "{self.data}" could not be made: {failure}')
        os.rename(unfinished, self.data)

    def _create_database(self) -> None:
        where = {"host": str(self.socket_directory), "port": 5432, "user": USER, "dbname": "postgres"}
        with psycopg.connect(**where, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {quoted(DATABASE)}")

    def _run(self, program: str, *arguments: object) -> str:
        """Run a server program under the server's account; returns its output if it failed, else nothing."""
        # PGDATA, PGPORT and the like are meant for another server.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        with tempfile.TemporaryFile() as output:  # the server would keep a pipe open
            finished = subprocess.run(
                [self._programs / program, *map(str, arguments)],
                env=environment | {"LC_ALL": "C"},
                cwd=self.home,  # so that no path of ours gets into the shell command that pg_ctl makes
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for us, not for the server
                **self.account.for_subprocess(),
            )
            output.seek(0)
            return output.read().decode(errors="replace").strip() if finished.returncode else ""

    @cached_property
    def _programs(self) -> Path:
        return binaries.choose(self.data, self.account)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A lock, so that one process at a time starts, stops or joins the server."""
        with self._open("lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _nobody_else_holds_a_lease(self) -> bool:
        try:
            fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _forget_lease(self) -> None:
        # A forked child shares the parent's lock; closing its copy leaves the parent's in place.
        if self._lease:
            self._lease.close()
            self._lease = None

    def _open(self, name: str) -> IO:
        path = self.home / name
        file = path.open("a")
        self.account.own(path)
        return file

    def _make_directory(self, path: Path) -> None:
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ServerError(
                f'"{path}" cannot be made: {error.strerror}.\nHINT: Set DATABASE_URL to a server of your own.'
            ) from error
        self.account.own(path)


def _socket_directory(home: Path) -> Path:
    # PostgreSQL reads the setting as a list, in which these characters are special.
    if len(bytes(home)) <= LONGEST_SOCKET_DIRECTORY and not set(str(home)) & set(",'\"\\"):
        return home
    return Path("/tmp", f"ndas-postgres-{digest(home)}")
