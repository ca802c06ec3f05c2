"""How does a statement get over a whole table, a thousand rows a commit?

A batch is a statement that goes on from the key ``after``, takes ``size`` rows,
and answers with two values: how many rows it changed, and the last key it saw,
NULL when there was none. It may add a complaint and a hint; then it is not committed.
``into`` is where PL/pgSQL wants them.
"""

from django.conf import settings

from epic10 import locks, psql
from epic10.catalog import literal
from epic10.progress import Meter
from epic10.throttle import Throttle

BATCH_SIZE = 1000
# After the pass that steps around rows in use come passes that wait for them.
# More of those than this means that somebody undoes what we write.
WAITING_PASSES = 3

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

REFUSE = "DO $epic10$ BEGIN RAISE EXCEPTION '%', {} USING HINT = {}; END $epic10$"

FOR_DJANGO = {"after": "%(after)s", "size": "%(size)s", "into": ""}
FOR_PSQL = {"after": "last", "size": str(BATCH_SIZE), "into": " INTO rows_changed, last, complaint, remedy"}


class Batches:
    """One piece of batched work: where it is, and how much it has done."""

    def __init__(self, connection, table: str, total: int, unit: str, *, verb: str):
        self.connection, self.table, self.unit, self.verb = connection, table, unit, verb
        self.meter = Meter(table, total, unit)
        self.throttle = Throttle(connection, table)
        self.rows = self.batches = 0

    def one_pass(self, statement: str):
        """From the first key to the last, with ``%(after)s`` and ``%(size)s`` filled in."""
        last = ""
        while last is not None:
            last = locks.patiently(
                lambda after=last: self._one_batch(statement, after),
                connection=self.connection,
                what=f"backfill of {self.table}",
                tables=[self.table],
            )
            self.throttle.wait()

    def _one_batch(self, statement, after):
        with locks.short_transaction(self.connection, *BATCH_SETTINGS), self.connection.cursor() as cursor:
            cursor.execute(statement, {"after": after, "size": batch_size()})
            changed, last, *refusal = cursor.fetchone()
            if any(refusal):
                cursor.execute(REFUSE.format(*map(literal, refusal)))
            cursor.execute(COUNT_ROWS.format(changed="%s"), [changed])
        if changed:
            self.rows, self.batches = self.rows + changed, self.batches + 1
            self.meter.now_at(self.rows, f"{self.verb} {self.rows:,} {self.unit} (batch {self.batches})", batches=1)
        return last


def batch_size() -> int:
    return getattr(settings, "EPIC10_BATCH_SIZE", BATCH_SIZE)


def loop(batch: str, unit: str, *, verb: str, passes: int, only_if: str = "true") -> str:
    """The same batches for psql; ``batch`` is written FOR_PSQL."""
    return psql.batches(
        batch,
        settings=BATCH_SETTINGS,
        count_rows=COUNT_ROWS.format(changed="rows_changed"),
        passes=passes,
        unit=unit,
        verb=verb,
        only_if=only_if,
    )


def count(connection, source: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {source}")
        return cursor.fetchone()[0]
