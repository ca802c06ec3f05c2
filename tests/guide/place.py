"""A server as in production: roles with passwords, TLS, and a time zone of its own."""

import contextlib
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from epic10.postgres import installations
from tests.servers import programs
from tests.servers.server import USER, Server, place

ZONE = "America/New_York"
HBA = """
local all {user} trust
{host} all all 127.0.0.1/32 scram-sha-256
"""
# Any server that was built with TLS has this name in it.
SPEAKS_TLS = b"SSL_CTX_new"
CERTIFICATE = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout server.key -out server.crt"


@dataclass(frozen=True)
class Site:
    """The server, and how its roles reach it."""

    server: Server
    has_tls: bool

    def superuser(self, database="postgres"):
        return psycopg.connect(self.server.url(database), autocommit=True)

    def url(self, role, database, options=""):
        mode = "require" if self.has_tls else "disable"
        who = f"{role}:{quote(_password(role), safe='')}"
        return f"postgresql://{who}@127.0.0.1:{self.server.port}/{database}?sslmode={mode}" + (
            f"&options={quote(options)}" if options else ""
        )

    def has_role(self, role):
        with self.superuser() as session:
            session.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        self.has_password(role)

    def has_password(self, role):
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(_password(role)))
        with self.superuser() as session:
            session.execute(statement)


@contextlib.contextmanager
def site(**more):
    """The programs of this machine that speak TLS, if there are any; gone afterwards. ``more`` are settings."""
    with place() as (home, owner):
        directory, has_tls = _programs(owner)
        server = Server(directory, home / "data", home, owner, port=_free_port())
        server.run("initdb", "-D", server.data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        (server.data / "pg_hba.conf").write_text(HBA.format(user=USER, host="hostssl" if has_tls else "host"))
        settings = {"listen_addresses": "127.0.0.1", "timezone": ZONE, "password_encryption": "scram-sha-256"}
        if has_tls:
            subprocess.run(["openssl", *CERTIFICATE.split()], cwd=server.data, check=True, capture_output=True)
            for name in ("server.key", "server.crt"):
                owner.own(server.data / name)
                (server.data / name).chmod(0o600)
            settings["ssl"] = "on"
        server.start(**settings | more)
        try:
            yield Site(server, has_tls)
        finally:
            server.stop()


def _programs(owner) -> tuple[Path, bool]:
    for directory in installations.directories():
        tools = [directory / tool for tool in ("postgres", "initdb", "pg_ctl", "pg_dump", "pg_restore", "psql")]
        is_whole = all(tool.exists() for tool in tools) and installations.major(tools[0]) in programs.SUPPORTED
        if is_whole and shutil.which("openssl") and SPEAKS_TLS in tools[0].read_bytes():
            return directory, True
    return programs.complete(owner), False


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _password(role):
    return f"{role}'s @ pass/word"
