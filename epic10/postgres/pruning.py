"""Transactions that keep the server from removing dead row versions.

As long as an open transaction might still see them, every update needs new space: the
table and its indexes grow, and a backfill takes several times as long. These
transactions are only reported; people decide which of them may be ended.
"""

import time

from epic10.postgres import locks
from epic10.terminal.progress import logger

LOOK_EVERY = 5.0  # seconds
SAY_EVERY = 60.0
# A transaction of the application ends long before that.
OLD = 10

# A snapshot matters in its own database, a transaction that has written in all databases of the server.
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
    """Looks from time to time, between two batches, and warns once a minute."""

    def __init__(self, table: str):
        self.table = table
        # The release itself has just begun, so any transaction in the way is older.
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
