"""
The locks of a session: how long it holds or waits for them, and which sessions it blocks.

It samples pg_locks on a connection of its own, as fast as the server answers. A
duration runs from the last sample without the lock before it to the first sample
without it afterwards: it is never too short, and too long by two samples at most. A
lock that is held for less than one sample may be missed.
"""

import re
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

import psycopg
from django.db import Error

from epic10.postgres.catalog import table_oids
from epic10.postgres.errors import first_line
from epic10.postgres.session import execute, fetch
from epic10.terminal.progress import logger

# Weakest first; https://www.postgresql.org/docs/current/explicit-locking.html
MODES = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
]

WATCHED = """
SELECT pg_catalog.current_setting('application_name'), oid, {tables}
  FROM pg_database WHERE datname = current_database()"""

# locktype: a relation has more locks than its table lock, such as the one for extending its file.
# The transaction is part of the key, so that two consecutive batches are not taken for one.
LOOK = """
WITH ours AS MATERIALIZED (
  SELECT pid, left(query, 1000) AS query FROM pg_stat_activity
   WHERE datname = current_database() AND application_name = %(application)s AND pid <> pg_backend_pid()
), seen AS MATERIALIZED (
  SELECT pid, virtualtransaction, (SELECT relname FROM pg_class WHERE oid = relation) AS relname, mode, granted
    FROM pg_locks
   WHERE (database = %(database)s AND locktype = 'relation' AND relation = ANY (%(tables)s::oid[])) OR NOT granted
)
SELECT statement_timestamp(), clock_timestamp(),
       (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(
                 pid, virtualtransaction, coalesce(relname, 'a transaction'), mode, granted, query,
                 CASE WHEN NOT granted THEN (
                   SELECT pg_catalog.json_agg(pg_catalog.json_build_array(b.pid, b.application_name))
                       FROM pg_stat_activity b
                    WHERE b.pid = ANY (pg_blocking_pids(seen.pid)) AND b.pid <> pg_backend_pid()) END)), '[]')
          FROM seen JOIN ours USING (pid)),
       (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(pid, application_name, relname,
           blocking)), '[]')
          FROM seen JOIN pg_stat_activity USING (pid) CROSS JOIN LATERAL pg_blocking_pids(pid) AS blocking
         WHERE NOT granted AND pid NOT IN (SELECT pid FROM ours)
           AND blocking && ARRAY(SELECT pid FROM ours))
"""
# These take no lock; a lock first seen while they run was taken by the statement before.
ENDS = ("COMMIT", "ROLLBACK")
NOTHING = "SELECT statement_timestamp(), clock_timestamp(), '[]'::json, '[]'::json"


@dataclass
class Piece:
    """
    One lock of one transaction, held or waited for.

    ``waited_for`` holds pid and application of the sessions that blocked it,
    ``kept_waiting`` the milliseconds that each session was blocked by it.
    """

    pid: int
    table: str
    mode: str
    granted: bool
    statement: str
    began: datetime
    ended: datetime | None = None
    waited_for: set = field(default_factory=set)
    kept_waiting: dict = field(default_factory=dict)

    @property
    def milliseconds(self) -> float:
        return milliseconds(self.began, self.ended)

    @property
    def middle(self) -> datetime:
        """A moment at which it was certainly there."""
        return self.began + (self.ended - self.began) / 2


class LockWatch:
    """
    Watches the sessions of a database with the application_name ``application``, or that of ``connection``.

    ``around(action)`` runs the action under watch; what was observed is in ``pieces``.
    """

    def __init__(self, connection, tables: list[str], *, application: str | None = None):
        self.connection, self.tables, self.application = connection, tables, application
        self.pieces: list[Piece] = []
        self.looks: list[float] = []  # milliseconds between two samples
        self._open: dict[tuple, Piece] = {}
        self._waiting: dict[tuple, datetime] = {}
        self._statement: dict[int, str] = {}  # the last one of each session

    def around(self, action: Callable) -> Callable:
        def watched(*args, **options):
            with self:
                return action(*args, **options)

        return watched

    def __enter__(self):
        [(ours, database, tables)] = fetch(self.connection, WATCHED.format(tables=table_oids(self.tables)))
        parameters = {"application": self.application or ours, "database": database, "tables": tables}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, args=[parameters], daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()

    def _watch(self, parameters):
        try:
            with closing(self.connection.copy()) as own:
                execute(own, "SET application_name = 'epic10 lock watch'")
                # A cursor of psycopg, not of Django, so that the statement is planned once.
                self._look(psycopg.Cursor(own.connection), parameters)
        except (psycopg.Error, Error) as error:
            logger.warning("The locks are no longer watched: %s.", first_line(error))

    def _look(self, eyes, parameters):
        [before] = eyes.execute("SELECT clock_timestamp()").fetchone()
        while not self._done.is_set():
            before = self._note(before, *eyes.execute(LOOK, parameters, prepare=True).fetchone())
        self._note(before, *eyes.execute(NOTHING).fetchone())

    def _note(self, before, began, ended, ours, waiting) -> datetime:
        """Take one sample; ``before`` is when the last one began."""
        self.looks.append(milliseconds(before, began))
        # A session blocked by nobody has the lock by now; or it waits for us, as an index build waits for all.
        seen = {tuple(key): (query, others) for *key, query, others in ours if key[-1] or others}
        for key in [key for key in self._open if key not in seen]:
            self._open.pop(key).ended = ended
        for key, (query, others) in seen.items():
            pid, _, table, mode, granted = key
            if query not in ENDS:
                self._statement[pid] = query
            if key not in self._open:
                statement = self._statement.get(pid, query)
                self._open[key] = Piece(pid, table, as_written(mode), granted, statement, before)
                self.pieces.append(self._open[key])
            self._open[key].waited_for.update(map(tuple, others or ()))
        self._note_waiting(before, ended, waiting)
        return began

    def _note_waiting(self, before, ended, waiting):
        current = {(pid, application) for pid, application, *_ in waiting}
        self._waiting = {who: since for who, since in self._waiting.items() if who in current}
        for pid, application, table, blocking in waiting:
            since = self._waiting.setdefault((pid, application), before)
            # A wait for a row is a wait for its transaction, which does not name the table.
            in_the_way = [p for p in self._open.values() if p.pid in blocking and table in (p.table, None)]
            if in_the_way:
                piece = max(in_the_way, key=lambda piece: MODES.index(piece.mode))
                piece.kept_waiting[pid, application] = milliseconds(since, ended)


def milliseconds(began: datetime, ended: datetime) -> float:
    return round((ended - began).total_seconds() * 1000, 3)


def as_written(mode: str) -> str:
    """A lock mode from pg_locks, as LOCK TABLE spells it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", mode.removesuffix("Lock")).upper()
