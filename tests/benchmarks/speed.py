"""The whole forward migration against one single UPDATE per table that relabels in place."""

import statistics
import time

from tests.benchmarks.databases import seeded
from tests.databases import database

STATUS = """CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED'
            WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END::"NdaStatus" """
POSITION = """coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER'
              ELSE usmax_position::text END, 'PRIME')::"UsMaxPosition" """
EXPIRATION = "fully_executed_date + interval '1 year'"

# What an in-place migration has to do first; catalog only, but counted as its own.
PREPARE = [
    """ALTER TYPE "NdaStatus" ADD VALUE 'PENDING_APPROVAL'""",
    """ALTER TYPE "NdaStatus" ADD VALUE 'SENT_PENDING_SIGNATURE'""",
    """ALTER TYPE "NdaStatus" ADD VALUE 'INACTIVE_CANCELED'""",
    """ALTER TYPE "NdaStatus" ADD VALUE 'EXPIRED'""",
    """ALTER TYPE "UsMaxPosition" ADD VALUE 'SUB_CONTRACTOR'""",
    "ALTER TABLE ndas ADD COLUMN expiration_date timestamp(3)",
]
UPDATE_NDAS = f"UPDATE ndas SET status = {STATUS}, usmax_position = {POSITION}, expiration_date = {EXPIRATION}"
UPDATE_HISTORY = f"UPDATE nda_status_history SET status = {STATUS}"
# The same, sparing the rows that are right already: the most a careful author could do in place.
ONLY_WRONG_NDAS = f"""
 WHERE status IS DISTINCT FROM {STATUS} OR usmax_position IS DISTINCT FROM {POSITION}
    OR fully_executed_date IS NOT NULL"""
ONLY_WRONG_HISTORY = f" WHERE status IS DISTINCT FROM {STATUS}"
INDEX = "CREATE INDEX CONCURRENTLY idx_ndas_expiration_date ON ndas (expiration_date)"


def ours(db):
    db.migrate(verbosity=0)


def single_update(db):
    _in_place(db, UPDATE_NDAS, UPDATE_HISTORY)


def single_update_only_wrong(db):
    _in_place(db, UPDATE_NDAS + ONLY_WRONG_NDAS, UPDATE_HISTORY + ONLY_WRONG_HISTORY)


def _in_place(db, *updates):
    for statement in [*PREPARE, *updates, INDEX]:
        db.execute(statement)


RIVALS = {
    "migrate ndas": ours,
    "one UPDATE per table": single_update,
    "one UPDATE per table, only wrong rows": single_update_only_wrong,
}


def measure(rows, rounds):
    seconds = {name: [] for name in RIVALS}
    wal = dict.fromkeys(RIVALS, 0)
    with seeded(rows) as template:
        for _ in range(rounds):
            for name, run in RIVALS.items():
                taken, wal[name] = _one(template, run)
                seconds[name].append(taken)
    floor = statistics.median(seconds["one UPDATE per table"])
    print(f"\n{rows:,} NDAs, {rounds} rounds, in turn")
    print(f"{'':40}{'median s':>10}{'min-max':>14}{'ratio':>8}{'WAL MB':>9}")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        spread = f"{min(taken):.2f}-{max(taken):.2f}"
        print(f"{name:40}{median:10.2f}{spread:>14}{median / floor:8.2f}{wal[name] / 1e6:9.0f}")


def _one(template, run):
    """Seconds and bytes of WAL of one run on a fresh copy."""
    with database(template) as db:
        db.execute("CHECKPOINT")
        [[before]] = db.rows("SELECT pg_current_wal_insert_lsn()")
        began = time.perf_counter()
        run(db)
        taken = time.perf_counter() - began
        [[written]] = db.rows("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", [before])
    return taken, int(written)
