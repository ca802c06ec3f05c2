"""Batches: a statement over a whole table, a thousand rows per commit.

A batch is a statement that starts where its route says, takes ``size`` rows, and
returns two values: the number of rows changed, and the last key it saw, or NULL. It
may also return a complaint and a hint; then it is not committed. ``into`` has the
variables for PL/pgSQL.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import Error, OperationalError
from psycopg.errors import QueryCanceled

from epic10.operations.backfill import other_columns
from epic10.operations.backfill.direct import DirectUpdate
from epic10.operations.backfill.routes import Keys, Route
from epic10.postgres import locks
from epic10.postgres.catalog import bound, literal
from epic10.postgres.pruning import Witness
from epic10.postgres.session import execute, fetch
from epic10.postgres.throttle import Throttle
from epic10.terminal.progress import Meter, logger

BATCH_SIZE = 1000
# Where a batch is to last EPIC10_BATCH_TARGET milliseconds, so many rows at least and at most.
SMALLEST, LARGEST = 50, 10_000
# Seconds. Whoever wants a row of a batch waits for it no longer: what takes longer is cut
# off and tried again with fewer rows, and the next batch is to take half of it at most.
LONGEST = 1.0
# After the pass that steps around rows in use come passes that wait for them.
# More of those than this means that somebody undoes what we write.
WAITING_PASSES = 3
# Keys in memory.
LEFT_AT_ONCE = 100_000

# The key's index or nothing: for a few wrong rows in many the planner would
# rather sort the table, once a batch. Commits need not wait for the disk here,
# because a lost batch is found again by its own WHERE and the switch does wait.
BATCH_SETTINGS = (
    "SET LOCAL enable_seqscan = off",
    "SET LOCAL enable_bitmapscan = off",
    "SET LOCAL enable_sort = off",
    "SET LOCAL synchronous_commit = off",
)

COUNT_ROWS = "UPDATE epic10_phase_run SET rows = rows + {changed} WHERE phase = 'backfill' AND finished_at IS NULL"

NO_LIMIT = "SET LOCAL statement_timeout = 0"

REFUSE = "DO $epic10$ BEGIN RAISE EXCEPTION '%', {} USING HINT = {}; END $epic10$"

FOR_DJANGO = {"after": "%(after)s", "size": "%(size)s", "into": ""}


class Batches:
    """The progress of one piece of batched work, shared by all its workers."""

    def __init__(self, connection, table: str, total: int, unit: str, *, verb: str):
        self.connection, self.table, self.unit, self.verb = connection, table, unit, verb
        self.meter, self.witness = Meter(table, total, unit), Witness(table)
        self.rows = self.batches = 0
        self.counting = threading.Lock()

    def one_pass(
        self,
        statement: str,
        route: Route = Keys(),  # noqa: B008  frozen
        *,
        direct: DirectUpdate | None = None,
        connection=None,
        nap=time.sleep,
    ):
        """
        Run the statement along the route, with its parameters and ``%(size)s`` filled in.

        Where there is a ``direct`` one it is tried first. A worker beside others has a
        ``connection`` of its own, and is stopped by what ``nap`` raises.
        """
        connection = connection or self.connection
        throttle = Throttle(connection, self.table, nap=nap)
        place, size = route.first(), batch_size()
        while place is not None:
            nap(0)
            try:
                last, seconds = locks.patiently(
                    lambda values=place | {"size": size}: self._one_batch(connection, statement, values, direct),
                    connection=connection,
                    what=f"backfill of {self.table}",
                    tables=[self.table],
                    nap=nap,
                )
            except TooLong:
                size = max(size // 4, SMALLEST)
                place = route.fewer(place, size)
                logger.info("A batch took more than %g s and was cut off; the next one has %s rows.", LONGEST, size)
                continue
            size = fitting(size, seconds)
            place = route.next(place, last, size)
            throttle.wait()
            self.witness.look(connection)

    def _one_batch(self, connection, statement, values, direct):
        """Run one batch; returns its last key and how many seconds it took."""
        began = time.monotonic()
        done = self._at_once(connection, direct, values) if direct else None
        changed, last = done or self._around_rows_in_use(connection, statement, values)
        if changed:
            self._count(changed)
        return last, time.monotonic() - began

    def _at_once(self, connection, direct, values):
        """The same result by one UPDATE, in two messages; None, and nothing done, if that cannot be."""
        patience = f"SET LOCAL lock_timeout = '{locks.TIMEOUT}'"
        try:
            with rolled_back(connection), connection.cursor() as cursor:
                with canceled(values["size"]):
                    changed = direct.run(cursor, ["BEGIN", patience, *BATCH_SETTINGS, limit(values["size"])], values)
                # Another worker may just be counting.
                counted = COUNT_ROWS.format(changed=literal(changed or 0))
                cursor.execute(f"{NO_LIMIT}; {patience}; {counted}; COMMIT")
        except OperationalError as error:
            if isinstance(error.__cause__, locks.WORTH_ANOTHER_TRY):
                return None
            raise
        return None if changed is None else (changed, None)

    def _around_rows_in_use(self, connection, statement, values):
        settings = [*BATCH_SETTINGS, f"SELECT {other_columns.filling(self.table)}"]
        with locks.short_transaction(connection, *settings), connection.cursor() as cursor:
            with cut_off(cursor, values["size"]):
                cursor.execute(bound(statement, values))
                changed, last, *refusal = cursor.fetchone()
            if any(refusal):
                cursor.execute(REFUSE.format(*map(literal, refusal)))
            cursor.execute(COUNT_ROWS.format(changed=literal(changed)))
        return changed, last

    def _count(self, changed):
        with self.counting:
            self.rows, self.batches = self.rows + changed, self.batches + 1
            self.meter.now_at(self.rows, f"{self.verb} {self.rows:,} {self.unit} (batch {self.batches})", batches=1)


class TooLong(Exception):
    """The batch was canceled and rolled back."""


@contextmanager
def cut_off(cursor, rows: int) -> Iterator[None]:
    """Cancel the statement after LONGEST seconds, unless the batch is already as small as possible."""
    cursor.execute(limit(rows))
    with canceled(rows):
        yield
    cursor.execute(NO_LIMIT)


def limit(rows: int) -> str:
    return NO_LIMIT if rows <= SMALLEST else f"SET LOCAL statement_timeout = {round(1000 * LONGEST)}"


@contextmanager
def canceled(rows: int) -> Iterator[None]:
    """Raises TooLong if the limit has canceled the statement."""
    began = time.monotonic()
    try:
        yield
    except OperationalError as error:
        # The same SQLSTATE says that somebody has cancelled it; that is not for us to try again.
        took = time.monotonic() - began
        if rows > SMALLEST and isinstance(error.__cause__, QueryCanceled) and took >= LONGEST:
            raise TooLong from error
        raise


@contextmanager
def rolled_back(connection) -> Iterator[None]:
    """Roll back what a statement in the block has begun, if it fails; begun and committed in messages of its own."""
    try:
        yield
    except BaseException:
        # On a lost connection there is nothing to roll back.
        with suppress(Error):
            execute(connection, "ROLLBACK")
        raise


def fitting(size: int, seconds: float) -> int:
    """The size of the next batch, given the time that the last one took, aiming at a target if one is set."""
    target, most = getattr(settings, "EPIC10_BATCH_TARGET", 0) / 1000, LARGEST
    if not target:
        target, most = LONGEST / 2, batch_size()
    # Half or twice at the most: one slow moment says little.
    factor = min(max(target / max(seconds, 1e-6), 0.5), 2.0)
    return min(max(int(size * factor), min(SMALLEST, most)), most)


def batch_size() -> int:
    return getattr(settings, "EPIC10_BATCH_SIZE", BATCH_SIZE)


def count(connection, source: str) -> int:
    [[rows]] = fetch(connection, f"SELECT count(*) {source}")
    return rows
