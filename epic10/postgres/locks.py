"""Waiting for locks: briefly, more than once, and naming the session that blocks."""

import random
import time
from collections.abc import Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from epic10.postgres.catalog import literal, quoted
from epic10.postgres.migration_lock import FOR_A_LOCK, standing_still
from epic10.postgres.session import execute, fetch
from epic10.terminal.progress import logger
from epic10.terminal.refusal import Refusal

# Sessions that come after a waiting ACCESS EXCLUSIVE queue behind it, so this is
# also the longest time that the application is held up.
TIMEOUT = "100ms"
# Seconds before we give up on a lock; EPIC10_LOCK_PATIENCE in the settings.
PATIENCE = 300.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
WORTH_ANOTHER_TRY = (LockNotAvailable, DeadlockDetected, SerializationFailure)

# Longer than deadlock_timeout (1 s), after which an autovacuum worker gives way.
AUTOVACUUM_GIVES_WAY = "3s"

SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE"
SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE"
ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE"

SESSIONS = """
SELECT a.pid, coalesce(a.usename, a.backend_type), a.application_name, a.state,
       coalesce(extract(epoch FROM now() - a.xact_start), 0)::int AS age,
       coalesce(pg_catalog.string_agg(DISTINCT l.relation::regclass::text, ', '), '')
  FROM pg_stat_activity a LEFT JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'relation' AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND l.relation IN (SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest(%s::text[]) AS name)
 WHERE {which}
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY age DESC
 LIMIT 5
"""
HOLDERS = SESSIONS.format(which="l.pid <> pg_backend_pid()")
IN_TRANSACTIONS = SESSIONS.format(
    which="a.datname = current_database() AND a.xact_start IS NOT NULL AND a.pid <> pg_backend_pid()"
)
BLOCKERS_OF = SESSIONS.format(which="a.pid = ANY (pg_blocking_pids(%s))")

# A prepared transaction holds its locks without a session: it has no pid, and blocks
# as pid 0. The lock on its own transaction id tells which locks are its.
PREPARED = """
SELECT 0, owner::text, '', 'prepared', extract(epoch FROM now() - prepared)::int AS age,
       coalesce(pg_catalog.string_agg(DISTINCT l.relation::regclass::text, ', '), ''), gid
  FROM pg_prepared_xacts p
  LEFT JOIN pg_locks own ON own.pid IS NULL AND own.locktype = 'transactionid' AND own.transactionid = p.transaction
  LEFT JOIN pg_locks l ON l.pid IS NULL AND l.virtualtransaction = own.virtualtransaction AND l.locktype = 'relation'
   AND l.relation IN (SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest(%s::text[]) AS name)
 WHERE p.database = current_database() AND {which}
 GROUP BY owner, prepared, gid
 ORDER BY age DESC
 LIMIT 5
"""
PREPARED_HOLDERS = PREPARED.format(which="l.relation IS NOT NULL")
PREPARED_BLOCKERS_OF = PREPARED.format(which="0 = ANY (pg_blocking_pids(%s))")


class LockNotGranted(Refusal):
    """The lock could not be taken in the time allowed. The attempt changed nothing."""


@dataclass(frozen=True)
class Blocker:
    """
    A blocking session; ``seconds`` is the age of its transaction, ``tables`` those it has locks on.

    It may be a prepared transaction, which has a ``gid`` and no session.
    """

    pid: int
    user: str
    application: str
    state: str
    seconds: int
    tables: str
    gid: str = ""

    def __str__(self):
        name = f" ({self.application})" if self.application else ""
        holds = f", holds {self.tables}" if self.tables else ""
        if self.gid:
            return f"prepared transaction {literal(self.gid)} of {self.user}, for {self.seconds} s{holds}"
        return (
            f"pid {self.pid}, {self.user}{name}, {self.state or 'working'}, "
            f"in its transaction for {self.seconds} s{holds}"
        )


def patiently(attempt, *, connection, what: str, tables: list[str], nap=time.sleep):
    """
    Call ``attempt`` until it gets its locks, with growing pauses in between.

    ``attempt`` opens and closes its own transaction. Raises LockNotGranted,
    naming the blockers, when PATIENCE is used up, and whatever ``nap`` raises.
    """
    deadline = time.monotonic() + getattr(settings, "EPIC10_LOCK_PATIENCE", PATIENCE)
    pause = FIRST_PAUSE
    with ExitStack() as told:
        while True:
            try:
                return attempt()
            except OperationalError as error:
                if not isinstance(error.__cause__, WORTH_ANOTHER_TRY):
                    raise
                found = blockers(connection, tables)
                in_the_way = named(found)
                if time.monotonic() > deadline:
                    raise LockNotGranted(
                        f"{what} could not get its locks on {', '.join(tables)}: {in_the_way}.\n"
                        f"HINT: {remedy(found)}; then run the same command again."
                    ) from error
            if pause == FIRST_PAUSE:
                told.enter_context(standing_still(connection, FOR_A_LOCK))
            waits = {"what": what, "blockers": in_the_way}
            logger.warning("%s waits for a lock: %s. Trying again.", what, in_the_way, extra=waits)
            nap(pause * random.uniform(0.5, 1.5))
            pause = min(pause * 2, LONGEST_PAUSE)


def gently(wanted: list[tuple[str, str]]) -> list[str]:
    """
    Statements that lock the tables of ``(table, mode)`` pairs against other changes of their schema.

    This mode blocks neither readers nor writers, so there is time enough for an
    autovacuum worker to give way.
    """
    locks = [f"LOCK TABLE {quoted(table)} IN {SHARE_UPDATE_EXCLUSIVE} MODE" for table, _ in wanted]
    return [f"SET LOCAL lock_timeout = '{AUTOVACUUM_GIVES_WAY}'", *locks]


def firmly(wanted: list[tuple[str, str]], *, before: Iterable[str] = ()) -> list[str]:
    """
    Statements that take the modes themselves, in the order given: the application waits from here on.

    What is ``before`` them takes locks of its own.
    """
    stronger = [
        f"LOCK TABLE {quoted(table)} IN {mode} MODE" for table, mode in wanted if mode != SHARE_UPDATE_EXCLUSIVE
    ]
    return [f"SET LOCAL lock_timeout = '{TIMEOUT}'", *before, *stronger]


@contextmanager
def short_transaction(connection, *more_settings: str):
    """A transaction that waits at most TIMEOUT for any one lock."""
    # SET LOCAL: a SET in a transaction that rolls back would be gone on the retry.
    wanted = [f"SET LOCAL lock_timeout = '{TIMEOUT}'", *more_settings]
    with transaction.atomic(using=connection.alias, durable=True):
        execute(connection, "; ".join(wanted))
        yield


def blockers(connection, tables: list[str]) -> list[Blocker]:
    """Other sessions that hold locks on these tables, the oldest transaction first."""
    return [*sessions(connection, HOLDERS, [tables]), *sessions(connection, PREPARED_HOLDERS, [tables])]


def blockers_of(connection, pid: int) -> list[Blocker]:
    """The sessions that block the session ``pid`` at this moment."""
    found = sessions(connection, BLOCKERS_OF, [[], pid])
    return [*found, *sessions(connection, PREPARED_BLOCKERS_OF, [[], pid])]


def named(found: list[Blocker]) -> str:
    return "; ".join(map(str, found)) or "the session in the way has just gone"


def remedy(found: list[Blocker]) -> str:
    """How to get rid of the blockers; a prepared transaction stays until somebody ends it."""
    ends = [f"end it with ROLLBACK PREPARED {literal(one.gid)}" for one in found if one.gid]
    waits = ["wait for these sessions, or end them with SELECT pg_terminate_backend(pid)"]
    text = "; ".join([*(waits if len(ends) < len(found) or not found else []), *ends])
    return text[0].upper() + text[1:]


def sessions(connection, query: str, parameters: list) -> list[Blocker]:
    """The result of a query built from SESSIONS or PREPARED."""
    return [Blocker(*row) for row in fetch(connection, query, parameters)]
