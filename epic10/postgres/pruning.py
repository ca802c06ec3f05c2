"""Transactions that keep the server from removing dead row versions.

As long as a transaction is open that might still want to see them, every update
needs new room: the table grows, its indexes with it, and a backfill takes several times as
long. It is only said; whose transaction may be ended is for people to decide.
"""

import time

from epic10.postgres import locks
from epic10.terminal.progress import logger

LOOK_EVERY = 5.0  # seconds
SAY_EVERY = 60.0
# A transaction of the application's is over long before.
OLD = 10

# A snapshot matters in its own database, a transaction that has written in every one of the server.
WHO = locks.SESSIONS.format(
    which=f"""a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
   AND a.xact_start < clock_timestamp() - interval '{OLD} s'
   AND (a.backend_xid IS NOT NULL OR (a.backend_xmin IS NOT NULL AND a.datname = current_database()))"""
)

HELD_BACK = (
    "The backfill of %s is slower than it has to be, and the tables grow: as long as this transaction is open, "
    "the server can clear away no old version of a row: %s.\n"
    "HINT: Wait for it (EPIC10_PAUSE_FILE names a file that pauses the backfill), or SELECT pg_terminate_backend(%s);"
)


class Witness:
    """Looks now and then, between two batches; speaks once a minute."""

    def __init__(self, table: str):
        self.table = table
        # The release itself has just begun: whoever is in the way has been there for a while.
        self.looked = self.spoke = float("-inf")

    def look(self, connection):
        now = time.monotonic()
        if now - self.looked < LOOK_EVERY:
            return
        self.looked = now
        found = locks.sessions(connection, WHO, [[]])
        if found and now - self.spoke >= SAY_EVERY:
            self.spoke = now
            logger.warning(HELD_BACK, self.table, found[0], found[0].pid)
