"""A server of a test's own: how it starts, stops and dies."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from django.db import connections

from config import postmaster
from config.account import Account, account_for
from config.database_url import database
from tests import left_behind
from tests.servers import programs

USER = "ndas"
START_SECONDS = 180

# Nothing here outlives the machine, and a kill -9 loses nothing that the system has in memory.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
}


@dataclass(frozen=True)
class Server:
    """A data directory and the programs for it; ``port`` names its socket in ``sockets``."""

    programs: Path
    data: Path
    sockets: Path
    account: Account
    port: int = 5432

    def start(self, **settings):
        """With SETTINGS and these; after a kill as well."""
        postmaster.forget_the_dead(self.data, self.sockets)
        options = SETTINGS | {"unix_socket_directories": self.sockets, "port": self.port} | settings
        arguments = " ".join(f"-c {name}={value}" for name, value in options.items())
        log = self.data.parent / f"{self.data.name}.log"
        wait = ("-w", "-t", START_SECONDS, "-s")
        # Backends that outlive a killed postmaster hold its memory for a moment.
        for pause in (0.1, 0.2, 0.5, 1, 2):
            with contextlib.suppress(AssertionError):
                return self.run("pg_ctl", "start", "-D", self.data, *wait, "-l", log, "-o", arguments)
            time.sleep(pause)
        raise AssertionError(log.read_text())

    def stop(self):
        if postmaster.is_alive(self.data):
            self.run("pg_ctl", "stop", "-D", self.data, "-m", "immediate", "-w", "-s")

    def kill(self):
        """SIGKILL to the postmaster, and nothing to anybody else: its children find out."""
        os.kill(int((self.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)

    def url(self, name="postgres", port=None):
        return f"postgresql:///{name}?{urlencode({'host': self.sockets, 'port': port or self.port, 'user': USER})}"

    def run(self, program, *arguments):
        as_user(self.account, [self.programs / program, *map(str, arguments)])

    def basebackup(self, name) -> "Server":
        """A standby of this server, with a slot, not started yet."""
        standby = Server(self.programs, self.data.with_name(name), self.sockets, self.account, self.port + 1)
        where = ("-h", self.sockets, "-p", self.port, "-U", USER)
        self.run("pg_basebackup", *where, "-D", standby.data, "-R", "-C", "-S", name, "-c", "fast", "--no-sync")
        return standby


@contextlib.contextmanager
def running(directory: Path, **settings):
    """A new server with these programs, gone afterwards."""
    with place() as (home, account), new(directory, home, account, **settings) as server:
        yield server


@contextlib.contextmanager
def new(directory: Path, home: Path, account: Account, **settings):
    """The same in a place of the caller's."""
    server = Server(directory, home / "data", home, account)
    locale = ("-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")
    server.run("initdb", "-D", server.data, "-U", USER, *locale)
    server.start(**settings)
    try:
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def of_version(major: int, **settings):
    """A new server of a version; raises programs.Missing."""
    with running(programs.of(major, account()), **settings) as server:
        yield server


@contextlib.contextmanager
def place():
    """A directory that belongs to the account of the servers."""
    left_behind.begin()
    home, owner = Path(tempfile.mkdtemp(prefix="ndas-")), account()
    owner.own(home)
    try:
        yield home, owner
    finally:
        shutil.rmtree(home, ignore_errors=True)


def account() -> Account:
    # Never the owner of this directory: a server must not be able to write in it.
    return account_for(Path(tempfile.gettempdir(), "ndas-no-such-directory"))


@contextlib.contextmanager
def alias(name: str, url: str):
    """A database of Django's by that name, for as long as the block runs."""
    with contextlib.suppress(AttributeError):
        del connections[name]  # Somebody has looked at it already, and would go on where it was.
    connections.settings[name] = connections.configure_settings({"default": {}, name: database(url)})[name]
    try:
        yield connections[name]
    finally:
        connections[name].close()
        del connections[name], connections.settings[name]


def as_user(account: Account, command):
    """Run it under the account; what it says when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    with tempfile.TemporaryFile() as output:  # the server would keep a pipe open
        finished = subprocess.run(
            command,
            env=environment | {"LC_ALL": "C"},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **account.for_subprocess(),
        )
        output.seek(0)
        assert finished.returncode == 0, output.read().decode(errors="replace")
