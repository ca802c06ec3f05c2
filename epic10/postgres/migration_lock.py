"""
The advisory lock that lets only one process change the state of a release, and who holds it.

One for migrate, epic10_deploy, epic10_rollback, epic10_finalize and the scripts. A
longer command takes it before its first step and keeps it to its last; the migrate
that it calls finds it held by its own process, and goes in. Others see who it is, at
which step, and what it waits for.
"""

import getpass
import os
import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from django.core.management import CommandError
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from epic10.postgres import server
from epic10.postgres.catalog import holds, literal, table_oid
from epic10.postgres.session import NO_LIMIT, execute

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
LOOK = "HINT: python manage.py epic10_status says where the database stands; the same command goes on from there."

SIGNS = """
SELECT classid::bigint, objid::bigint FROM pg_locks
 WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid IN (%s::oid, %s::oid)
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

# Whose sessions they are everybody may see, but when another role's began only who may see all sessions.
HOLDER = """
SELECT a.application_name, a.usename, a.pid, extract(epoch FROM clock_timestamp() - a.backend_start)::float8
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.classid = %s::oid AND l.objid = %s::oid AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
NEWEST_RUN = "SELECT coalesce(max(id), 0) FROM epic10_phase_run"

LONGEST_NAME = 63  # bytes that PostgreSQL keeps of an application_name


class AlreadyRunning(CommandError):
    """Somebody else is migrating this database."""


class LockLost(CommandError):
    """The connection that held the migration lock was cut."""


@dataclass(frozen=True)
class Holder:
    """Who has the lock; ``seconds`` for how long, None where this role may not know."""

    application: str
    user: str
    pid: int
    seconds: float | None

    def __str__(self):
        lasts = "" if self.seconds is None else f", for {self.seconds:.0f} s"
        return f"{self.application}, user {self.user}, pid {self.pid}{lasts}"


@dataclass
class _Held:
    """``newest`` is the newest run of a phase that was there when the lock was taken, or that its holder has begun."""

    session: BaseDatabaseWrapper
    command: str
    thread: int
    newest: int
    worker: int = 0


# By alias, for as long as it is held.
_held: dict[str, _Held] = {}


@contextmanager
def only_migrator(connection, command: str = "migrate"):
    """
    Hold the database's migration lock, or raise AlreadyRunning and say who has it.

    On a connection of its own, and for the session: held by a transaction it
    would make CREATE INDEX CONCURRENTLY wait for it, for ever. The lock goes
    when this process does. Whoever has it already goes in.
    """
    if _is_ours(connection):
        still_alone(connection)
        _sign_worker(connection)
        yield
        return
    # There the lock would be of some session, and stay with it.
    server.insist_on_one_session(connection)
    held = _Held(_take(connection, command), command, threading.get_ident(), _newest_run(connection))
    _held[connection.alias] = held
    try:
        _sign_worker(connection)
        yield
    finally:
        _held.pop(connection.alias, None)
        held.session.close()


def still_alone(connection):
    """Raise LockLost if the migration lock was taken, and the connection that held it is gone."""
    if held := _held.get(connection.alias):
        _ask(held, "SELECT 1", LOST)


def at_step(connection, step: str):
    """Let epic10_status say which step has begun; LockLost as above."""
    if held := _held.get(connection.alias):
        _ask(held, _named(held.command, step), f"{LOST}\n{LOOK}")


def has_begun_a_phase(connection):
    """What the ledger has from now on is known to be the work of the holder itself."""
    if held := _held.get(connection.alias):
        held.newest = _newest_run(connection)


def regain(connection):
    """
    Hold the lock again after it was lost, as when the server has started anew.

    AlreadyRunning or LockLost where somebody else has come meanwhile: what is
    there now may be theirs.
    """
    held = _held[connection.alias]
    try:
        return still_alone(connection)
    except LockLost:
        held.session.close()
        held.session, held.worker = _take(connection, held.command), 0
        _sign_worker(connection)
    if _newest_run(connection) != held.newest:
        raise LockLost(f"The migration lock was lost, and somebody else has been at work since.\n{LOOK}")


@contextmanager
def standing_still(connection, reason: int):
    """Let whoever asks see that nothing moves, and for which of the reasons above."""
    held = _held.get(connection.alias)
    # The bare session: workers are threads of their own, and it serves them one after the other.
    session = held and held.session.connection
    _sign(session, "SELECT pg_advisory_lock(%s, %s)", STANDSTILL, reason)
    try:
        yield
    finally:
        _sign(session, "SELECT pg_advisory_unlock(%s, %s)", STANDSTILL, reason)


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


def holder(connection) -> Holder | None:
    """Who is migrating this database at this moment, and for how long."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, KEY)
        found = cursor.fetchone()
    return Holder(*found) if found else None


def _is_ours(connection):
    held = _held.get(connection.alias)
    return held is not None and held.thread == threading.get_ident()


def _take(connection, command) -> BaseDatabaseWrapper:
    session = connection.copy()
    try:
        with session.cursor() as cursor:
            cursor.execute(NO_LIMIT)
            cursor.execute(f"{_named(command)}; {STAY}")
            if not _taken(cursor):
                raise AlreadyRunning(_refusal(connection, holder(connection)))
    except BaseException:
        session.close()
        raise
    return session


def _sign_worker(connection):
    """The session that works may be another one than when the lock was taken."""
    held, worker = _held[connection.alias], server.backend(connection)
    if held.worker != worker:
        if held.worker:
            _sign(held.session.connection, "SELECT pg_advisory_unlock(%s, %s)", WORKER, held.worker)
        _sign(held.session.connection, "SELECT pg_advisory_lock(%s, %s)", WORKER, worker)
        held.worker = worker


def _sign(session, statement, kind, number):
    # A session that is gone is still_alone's to tell.
    with suppress(psycopg.Error):
        if session:
            session.execute(statement, (kind, number))


def _taken(cursor):
    for pause in PAUSES:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", KEY)
        if cursor.fetchone()[0]:
            return True
        time.sleep(pause)
    return False


def _ask(held, statement, otherwise):
    try:
        execute(held.session, statement)
    except Error as error:
        raise LockLost(otherwise) from error


def _named(command, step=""):
    return f"SET application_name = {literal(_who_we_are(command, step))}"


def _who_we_are(command, step):
    """The name of this machine gives way where not all of it is kept."""
    who, where = f"{command} by {getpass.getuser()}", f"@{socket.gethostname()}"
    what = f", process {os.getpid()}" + (f", step {step}" if step else "")
    room = LONGEST_NAME - len(f"{who}{what}".encode())
    return f"{who}{where[:room] if room > 1 else ''}{what}"


def _newest_run(connection) -> int:
    # Who may not read it is told so in full, before the first change.
    may_read = f"pg_catalog.has_table_privilege({table_oid('epic10_phase_run')}::pg_catalog.oid, 'SELECT')"
    if not holds(connection, may_read):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(NEWEST_RUN)
        return cursor.fetchone()[0]


def _refusal(connection, holder):
    name = connection.settings_dict["NAME"]
    if holder is None:
        return f"Somebody was migrating the database {name} just now.\nHINT: Run the same command again."
    return (
        f"The database {name} is being migrated already: {holder}.\n"
        "HINT: Wait until it is done, then run the same command again; what is done is not done twice."
    )
