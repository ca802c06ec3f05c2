"""Throttling: waiting between two batches so that others can go on.

Between two batches nothing is locked, so waiting here blocks nobody. It waits while
a standby is too far behind, while a pause file exists, and for a moment when a
session queues for a lock on the table.
"""

import time
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings

from epic10.postgres.migration_lock import BY_FILE, FOR_A_STANDBY, standing_still
from epic10.postgres.session import fetch
from epic10.terminal.progress import logger

# Bytes a standby may be behind; EPIC10_MAX_LAG in the settings, in MB.
MAX_LAG = 64
MEGABYTE = 1_000_000
LOOK_EVERY = 1.0  # seconds
SAY_EVERY = 10.0
SHORT_PAUSE = 0.2

# A role without pg_read_all_stats reads the state of a standby as NULL. A running base
# backup has no replay position, and is not waited for.
STANDBY = """\
SELECT application_name AS name, state, pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn) AS lag
    FROM pg_stat_replication"""
LOOK = f"""
WITH standby AS (
  {STANDBY}
)
SELECT (SELECT count(*) FROM standby),
       (SELECT count(*) FROM standby WHERE state IS NULL),
       (SELECT ARRAY[name, lag::text] FROM standby WHERE lag IS NOT NULL ORDER BY lag DESC LIMIT 1),
       (SELECT pg_catalog.count(DISTINCT pid) FROM pg_locks
         WHERE NOT granted AND relation = to_regclass(pg_catalog.quote_ident(%s))::oid
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""

BLIND = (
    "This role may not see how far the standbys are behind, so the backfill does not wait for them.\n"
    "HINT: GRANT pg_read_all_stats TO the role that migrates."
)
FAR_BEHIND = (
    "the standby {} is {:,.1f} MB behind, and {} MB is the most it may be.\n"
    "HINT: It goes on by itself when the standby has caught up; with EPIC10_MAX_LAG=0 it does not wait for standbys"
)
PAUSED = "the file {} is there.\nHINT: Remove it, and it goes on"


class Throttle:
    """Called between two batches of a table; returns when the next one may run."""

    def __init__(self, connection, table: str, *, nap=time.sleep, clock=time.monotonic):
        self.connection, self.table, self.nap, self.clock = connection, table, nap, clock
        self.looked = self.spoke = float("-inf")
        self.has_standbys = self.is_known_to_be_blind = False

    def wait(self):
        is_waiting = False
        with ExitStack() as told:
            while reason := self._paused() or self._far_behind():
                self._say(f"The backfill of {self.table} waits: {reason}.")
                if not is_waiting:
                    told.enter_context(standing_still(self.connection, BY_FILE if self._paused() else FOR_A_STANDBY))
                is_waiting = True
                self.nap(LOOK_EVERY)
        if is_waiting:
            self.spoke = float("-inf")
            logger.info("The backfill of %s goes on.", self.table)

    def _paused(self):
        path = getattr(settings, "EPIC10_PAUSE_FILE", "")
        return PAUSED.format(path) if path and Path(path).exists() else ""

    def _far_behind(self):
        # With a standby, look at every batch: the lag then exceeds its limit by no more
        # than what one batch writes.
        if not self.has_standbys and self.clock() - self.looked < LOOK_EVERY:
            return ""
        self.looked = self.clock()
        standbys, hidden, furthest, queueing = self._look()
        most = getattr(settings, "EPIC10_MAX_LAG", MAX_LAG)
        self.has_standbys = most > 0 and standbys > hidden
        if hidden and most and not self.is_known_to_be_blind:
            self.is_known_to_be_blind = True
            logger.warning(BLIND)
        if queueing:
            who = "1 session pass that waits" if queueing == 1 else f"{queueing} sessions pass that wait"
            self._say(f"The backfill of {self.table} lets {who} for a lock on it.")
            self.nap(SHORT_PAUSE)
        if self.has_standbys and furthest and int(furthest[1]) > most * MEGABYTE:
            return FAR_BEHIND.format(furthest[0], int(furthest[1]) / MEGABYTE, most)
        return ""

    def _look(self):
        [found] = fetch(self.connection, LOOK, [self.table])
        return found

    def _say(self, message):
        if self.clock() - self.spoke >= SAY_EVERY:
            self.spoke = self.clock()
            logger.warning(message)
