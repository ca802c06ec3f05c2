"""
The advisory lock that lets only one process change the state of a release, and who holds it.

It is one lock for migrate, epic10_deploy, epic10_rollback, epic10_finalize and the
scripts. A longer command takes it before its first step and keeps it until its last;
the migrate that it calls finds the lock held by its own process, and goes on. Others
see who holds it, at which step, and what it waits for.
"""

import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psycopg
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from epic10.postgres import server
from epic10.postgres.catalog import holds, table_oid
from epic10.postgres.own_name import naming, own_name
from epic10.postgres.session import NO_LIMIT, execute, fetch
from epic10.terminal.refusal import Refusal

# Any two numbers, as long as nobody else uses them: "EPIC", 10.
KEY = (0x45504943, 10)
# Each has a number of its own and is held while it applies: which session works, and why nothing moves.
WORKER, STANDSTILL = 0x45504944, 0x45504945
FOR_A_LOCK, BY_FILE, FOR_A_STANDBY = 1, 2, 3
# The session of a process that has just ended, or was killed, takes a moment to disappear.
PAUSES = (0.1, 0.2, 0.3, 0.4)  # seconds

# It is idle for hours, and must not be ended by a timeout or dropped by a firewall.
STAY = "SET idle_session_timeout = 0; SET tcp_keepalives_idle = 60"
LOST = "The connection that held the migration lock was cut, so somebody else may have begun to migrate."
LOOK = "HINT: python manage.py epic10_status says where the database stands; the same command goes on from there."

SIGNS = """
SELECT classid::bigint, objid::bigint FROM pg_locks
 WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid IN (%s::oid, %s::oid)
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""

# Everybody may see whose sessions they are, but not when a session of another role began.
HOLDER = """
SELECT a.application_name, a.usename, a.pid, extract(epoch FROM clock_timestamp() - a.backend_start)::float8
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.classid = %s::oid AND l.objid = %s::oid AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
NEWEST_RUN = "SELECT coalesce(max(id), 0) FROM epic10_phase_run"


class AlreadyRunning(Refusal):
    """Somebody else is migrating this database."""


class LockLost(Refusal):
    """The connection that held the migration lock was cut."""


@dataclass(frozen=True)
class Holder:
    """Who has the lock, and for how many ``seconds``: None if this role may not see that."""

    application: str
    user: str
    pid: int
    seconds: float | None

    def __str__(self):
        lasts = "" if self.seconds is None else f", for {self.seconds:.0f} s"
        return f"{self.application}, user {self.user}, pid {self.pid}{lasts}"


@dataclass
class _Held:
    """``newest`` is the newest phase run when the lock was taken, or that its holder has begun."""

    session: BaseDatabaseWrapper
    command: str
    thread: int
    newest: int
    worker: int = 0


# By alias, while it is held.
_held: dict[str, _Held] = {}


@contextmanager
def only_migrator(connection, command: str = "migrate"):
    """
    Hold the database's migration lock, or raise AlreadyRunning and say who has it.

    It is a session-level lock on a connection of its own: CREATE INDEX CONCURRENTLY
    would wait forever for a transaction that holds it. The lock is released when this
    process ends. A process that holds it already just goes on.
    """
    if _is_ours(connection):
        still_alone(connection)
        _sign_worker(connection)
        yield
        return
    # Behind a transaction pooler the lock would belong to an arbitrary session, and stay with it.
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
    """Raise LockLost if the connection that held the migration lock is gone."""
    if held := _held.get(connection.alias):
        _ask(held, "SELECT 1", LOST)


def at_step(connection, step: str):
    """Announce the step for epic10_status; raises LockLost as above."""
    if held := _held.get(connection.alias):
        _ask(held, naming(own_name(held.command, step)), f"{LOST}\n{LOOK}")


def has_begun_a_phase(connection):
    """Note that the newest phase run in the ledger is the holder's own."""
    if held := _held.get(connection.alias):
        held.newest = _newest_run(connection)


def regain(connection):
    """
    Take the lock again after it was lost, for example when the server has restarted.

    Raises AlreadyRunning or LockLost if somebody else has come meanwhile: the
    database may be in the state that they made.
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
    """Show others that nothing moves, and for which of the reasons above."""
    held = _held.get(connection.alias)
    # The psycopg connection: workers are separate threads, and it serves them one at a time.
    session = held and held.session.connection
    _sign(session, "SELECT pg_advisory_lock(%s, %s)", STANDSTILL, reason)
    try:
        yield
    finally:
        _sign(session, "SELECT pg_advisory_unlock(%s, %s)", STANDSTILL, reason)


@dataclass(frozen=True)
class Standstill:
    """``reasons`` why the migrating process waits; ``worker`` is the backend that works for it."""

    reasons: frozenset[int]
    worker: int | None


def standstill(connection) -> Standstill:
    signs = fetch(connection, SIGNS, (WORKER, STANDSTILL))
    workers = [number for kind, number in signs if kind == WORKER]
    return Standstill(frozenset(number for kind, number in signs if kind == STANDSTILL), next(iter(workers), None))


def holder(connection) -> Holder | None:
    """The process that is migrating this database at this moment, and for how long."""
    return next((Holder(*found) for found in fetch(connection, HOLDER, KEY)), None)


def _is_ours(connection):
    held = _held.get(connection.alias)
    return held is not None and held.thread == threading.get_ident()


def _take(connection, command) -> BaseDatabaseWrapper:
    session = connection.copy()
    try:
        with session.cursor() as cursor:
            cursor.execute(NO_LIMIT)
            cursor.execute(f"{naming(own_name(command))}; {STAY}")
            if not _taken(cursor):
                raise AlreadyRunning(_refusal(connection, holder(connection)))
    except BaseException:
        session.close()
        raise
    return session


def _sign_worker(connection):
    """Record the backend that works, which may not be the one from when the lock was taken."""
    held, worker = _held[connection.alias], server.backend(connection)
    if held.worker != worker:
        if held.worker:
            _sign(held.session.connection, "SELECT pg_advisory_unlock(%s, %s)", WORKER, held.worker)
        _sign(held.session.connection, "SELECT pg_advisory_lock(%s, %s)", WORKER, worker)
        held.worker = worker


def _sign(session, statement, kind, number):
    # If the session is gone, still_alone says so.
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


def _newest_run(connection) -> int:
    # A role that may not read it gets the full message before the first change.
    may_read = f"pg_catalog.has_table_privilege({table_oid('epic10_phase_run')}::pg_catalog.oid, 'SELECT')"
    if not holds(connection, may_read):
        return 0
    [[newest]] = fetch(connection, NEWEST_RUN)
    return newest


def _refusal(connection, holder):
    name = connection.settings_dict["NAME"]
    if holder is None:
        return f'Somebody was migrating the database "{name}" just now.\nHINT: Run the same command again.'
    return (
        f'The database "{name}" is being migrated already: {holder}.\n'
        "HINT: Wait until it is done, then run the same command again; what is done is not done twice."
    )
