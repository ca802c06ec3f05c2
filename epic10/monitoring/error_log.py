"""
Counts of the application's errors by type, kept in the ledger.

A logging handler counts errors by their type. A thread writes the counts to the
ledger from time to time, on a connection of its own; if it cannot, it tries later.
Whatever goes wrong in here, the application is not affected.
"""

import atexit
import logging
import os
import re
import threading
from datetime import UTC, datetime

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

SECONDS_BETWEEN_WRITES = 5.0
# These come from requests with a forged Host header, not from the application.
NOT_OURS = "django.security"
LAST_WORD = 3.0  # seconds by which the end of the process may be delayed
MOST_KINDS, LONGEST = 50, 200
THE_REST = "others"

# No names of people, and no password in a URL.
MASKED = ((re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "…@…"), (re.compile(r"://[^\s/@]+@"), "://…@"))

ADD = """
    INSERT INTO epic10_error AS kept (kind, message, first_seen, last_seen, count) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (kind) DO UPDATE SET message = EXCLUDED.message, count = kept.count + EXCLUDED.count,
           last_seen = greatest(kept.last_seen, EXCLUDED.last_seen)"""
BRIEFLY = "SET statement_timeout = '2s'; SET lock_timeout = '1s'"
OPTIONS = {"connect_timeout": 2, "application_name": "epic10 errors"}


class ErrorCounter(logging.Handler):
    """Counts what is logged as an error, by the exception's type, or by the logger where there is none."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self._counts: dict[str, list] = {}
        self._wake = threading.Event()
        self._writer: threading.Thread | None = None
        self._ending = False
        os.register_at_fork(after_in_child=self._begin_anew)

    def emit(self, record):
        if not settings.EPIC10_COUNT_ERRORS or record.name.startswith(NOT_OURS):
            return
        if threading.current_thread() is self._writer:
            return
        try:
            self._count(record)
        except Exception:  # Writing a log entry must not make the page fail.
            self.handleError(record)

    def write_now(self):
        """Write the counts, as far as that is possible within a moment."""
        if writer := self._writer:
            self._ending = True
            self._wake.set()
            writer.join(LAST_WORD)
            self._ending = False

    def _count(self, record):
        kind, message = described(record)
        now = datetime.now(UTC)
        # logging holds the handler's lock during this call.
        if kind not in self._counts and len(self._counts) >= MOST_KINDS:
            kind = THE_REST
        counted = self._counts.setdefault(kind, [message, now, now, 0])
        counted[0], counted[2], counted[3] = message, now, counted[3] + 1
        if self._writer is None:
            self._writer = threading.Thread(target=self._write, name="epic10 errors", daemon=True)
            self._writer.start()
            self._be_asked_at_the_end()

    def _write(self):
        """Write at once, then at intervals; ends when there is nothing left."""
        while counts := self._taken():
            try:
                add(counts)
            except Exception:
                # It is the log itself that has failed, so nobody is told. The counts are kept.
                self._put_back(counts)
                if self._ending:
                    self._writer = None
                    return
            # The connection may have started the embedded server, which has to stop after this process.
            self._be_asked_at_the_end()
            if not self._ending:
                self._wake.wait(SECONDS_BETWEEN_WRITES)
            self._wake.clear()

    def _taken(self):
        with self.lock:
            counts, self._counts = self._counts, {}
            if not counts:
                self._writer = None
        return counts

    def _put_back(self, counts):
        with self.lock:
            for kind, (message, first, last, count) in counts.items():
                newer = self._counts.setdefault(kind, [message, first, last, 0])
                newer[1], newer[3] = first, newer[3] + count

    def _be_asked_at_the_end(self):
        atexit.unregister(self.write_now)
        atexit.register(self.write_now)

    def _begin_anew(self):
        self._counts, self._writer, self._wake = {}, None, threading.Event()


def add(counts: dict[str, list]):
    connection = connections[DEFAULT_DB_ALIAS].copy()
    connection.settings_dict["OPTIONS"] = connection.settings_dict["OPTIONS"] | OPTIONS
    try:
        with connection.cursor() as cursor:
            cursor.execute(BRIEFLY)
            for statement in _missing(cursor):
                cursor.execute(statement)
            cursor.executemany(ADD, [(kind, *counted) for kind, counted in counts.items()])
    finally:
        connection.close()


def described(record) -> tuple[str, str]:
    """The type of an error, and its first line without anybody's name."""
    if not record.exc_info or not record.exc_info[1]:
        return record.name, plain(record.getMessage())
    error = record.exc_info[1]
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."), plain(str(error))


def plain(text):
    line = next(iter(text.splitlines()), "")
    for pattern, instead in MASKED:
        line = pattern.sub(instead, line)
    return line[:LONGEST]


def _missing(cursor):
    # Imported late, because the settings import this module before the apps are loaded.
    from epic10.ledger import store, tables
    from epic10.ledger.models import ErrorCount

    cursor.execute(f"SELECT {store.complete(ErrorCount)}")
    return () if cursor.fetchone()[0] else tables.statements(tables.WATCH)
