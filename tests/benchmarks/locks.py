"""How long is ACCESS EXCLUSIVE held on ndas, and how long does somebody else wait?"""

import statistics
import threading
import time

import psycopg

from tests.benchmarks.databases import seeded
from tests.databases import database

HELD = """
SELECT clock_timestamp(), EXISTS (
  SELECT FROM pg_locks WHERE relation = 'ndas'::regclass AND mode = 'AccessExclusiveLock' AND granted)
"""


def measure(rows, rounds):
    print(f"\n{rows:,} NDAs, {rounds} rounds, milliseconds")
    print(f"{'':20}{'longest lock':>22}{'slowest answer':>22}{'duration':>12}")
    with seeded(rows) as template:
        found = [_one(template) for _ in range(rounds)]
    for direction in ("forwards", "backwards"):
        locked, slowest, taken = zip(*(run[direction] for run in found), strict=True)
        print(f"{direction:20}{_median_and_max(locked):>22}{_median_and_max(slowest):>22}{max(taken):11.1f} s")


def _one(template):
    with database(template) as db:
        return {"forwards": _watched(db), "backwards": _watched(db, "0001")}


def _watched(db, *target):
    """Longest lock and slowest answer of another session (ms), and the duration (s), of one migrate."""
    done, held, answers = threading.Event(), [0.0], [0.0]
    watchers = [
        threading.Thread(target=_sample_locks, args=(db.url, done, held)),
        threading.Thread(target=_read_rows, args=(db.url, done, answers)),
    ]
    for watcher in watchers:
        watcher.start()
    began = time.perf_counter()
    process = db.start("migrate", "ndas", *target)
    process.communicate()
    taken = time.perf_counter() - began
    done.set()
    for watcher in watchers:
        watcher.join()
    assert process.returncode == 0
    return max(held), max(answers), taken


def _sample_locks(url, done, held):
    """Sample as fast as the server answers; a hold reaches from the last sample without to the first without."""
    with psycopg.connect(url, autocommit=True) as connection:
        free_since = None
        began = None
        while not done.is_set():
            now, is_held = connection.execute(HELD).fetchone()
            if is_held and began is None:
                began = free_since or now
            elif not is_held:
                if began:
                    held.append((now - began).total_seconds() * 1000)
                began, free_since = None, now


def _read_rows(url, done, answers):
    """The work of another session: one row at a time, all the time."""
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM ndas ORDER BY random() LIMIT 1000")]
        while not done.is_set():
            for id in ids:
                began = time.perf_counter()
                connection.execute("SELECT company_name FROM ndas WHERE id = %s", [id]).fetchone()
                answers.append((time.perf_counter() - began) * 1000)
                time.sleep(0.001)


def _median_and_max(values):
    return f"{statistics.median(values):.1f} (max {max(values):.1f})"
