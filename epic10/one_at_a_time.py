"""One migrator at a time, and what others see of it: who it is, and what it waits for."""

import getpass
import os
import socket
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from django.db import Error

from epic10 import server
from epic10.catalog import literal
from epic10.session import NO_LIMIT, execute

# Any two numbers, as long as nobody else uses them: "EPIC", 10.
KEY = (0x45504943, 10)
# With a number of its own each, held while it is so: which session works, and why nothing moves.
WORKER, STANDSTILL = 0x45504944, 0x45504945
FOR_A_LOCK, BY_FILE, FOR_A_STANDBY = 1, 2, 3
# The session of a migrator that has just ended, or was killed, takes a moment to go.
PAUSES = (0.1, 0.2, 0.3, 0.4)  # seconds

# Silent for hours, it must not be cut by a timeout or forgotten by a firewall.
STAY = "SET idle_session_timeout = 0; SET tcp_keepalives_idle = 60"
LOST = "The connection that held the migration lock was cut, so somebody else may have begun to migrate."

SIGNS = """
SELECT classid::bigint, objid::bigint FROM pg_locks
 WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid IN (%s, %s)
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

HOLDER = """
SELECT a.pid, a.usename, a.application_name, extract(epoch FROM now() - a.backend_start)::int
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class AlreadyRunning(Exception):
    """Somebody else is migrating this database."""


class LockLost(Exception):
    """The connection that held the migration lock was cut."""


# By alias, for as long as it is held.
_holding = {}


@contextmanager
def only_migrator(connection):
    """
    Hold the database's migration lock, or raise AlreadyRunning and say who has it.

    On a connection of its own, and for the session: held by a transaction it
    would make CREATE INDEX CONCURRENTLY wait for it, for ever. The lock goes
    when this process does.
    """
    holding = connection.copy()
    try:
        with holding.cursor() as cursor:
            cursor.execute(NO_LIMIT)
            cursor.execute(f"SET application_name = {literal(_who_we_are())}; {STAY}")
            if not _taken(cursor):
                raise AlreadyRunning(_refusal(connection, holder(connection)))
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", (WORKER, server.backend(connection)))
        _holding[connection.alias] = holding
        yield
    finally:
        _holding.pop(connection.alias, None)
        holding.close()


def still_alone(connection):
    """Raise LockLost if the migration lock was taken, and the connection that held it is gone."""
    if holding := _holding.get(connection.alias):
        try:
            execute(holding, "SELECT 1")
        except Error as error:
            raise LockLost(LOST) from error


@contextmanager
def standing_still(connection, reason: int):
    """Let whoever asks see that nothing moves, and for which of the reasons above."""
    holding = _holding.get(connection.alias)
    # The bare session: workers are threads of their own, and it serves them one after the other.
    session = holding and holding.connection
    _sign(session, "SELECT pg_advisory_lock(%s, %s)", reason)
    try:
        yield
    finally:
        _sign(session, "SELECT pg_advisory_unlock(%s, %s)", reason)


@dataclass(frozen=True)
class Standstill:
    """``reasons`` why the migrator says that it waits; ``worker`` is the process of the server that works for it."""

    reasons: frozenset[int]
    worker: int | None


def standstill(connection) -> Standstill:
    with connection.cursor() as cursor:
        cursor.execute(SIGNS, (WORKER, STANDSTILL))
        signs = cursor.fetchall()
    workers = [number for kind, number in signs if kind == WORKER]
    return Standstill(frozenset(number for kind, number in signs if kind == STANDSTILL), next(iter(workers), None))


def holder(connection) -> str | None:
    """Who is migrating this database at this moment, and for how long."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, KEY)
        found = cursor.fetchone()
    if not found:
        return None
    pid, user, application, seconds = found
    # When another role's session began is for those to know who may see all sessions.
    lasted = "" if seconds is None else f", for {seconds} s"
    return f"{application}, user {user}, pid {pid}{lasted}"


def _sign(session, statement, reason):
    # A session that is gone is still_alone's to tell.
    with suppress(psycopg.Error):
        if session:
            session.execute(statement, (STANDSTILL, reason))


def _taken(cursor):
    for pause in PAUSES:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", KEY)
        if cursor.fetchone()[0]:
            return True
        time.sleep(pause)
    return False


def _who_we_are():
    # PostgreSQL keeps 63 bytes of it.
    return f"migrate by {getpass.getuser()}@{socket.gethostname()}, process {os.getpid()}"[:63]


def _refusal(connection, holder):
    name = connection.settings_dict["NAME"]
    if holder is None:
        return f"Somebody was migrating the database {name} just now.\nHINT: Run the same command again."
    return (
        f"The database {name} is being migrated already: {holder}.\n"
        "HINT: Wait until it is done, then run the same command again; what is done is not done twice."
    )
