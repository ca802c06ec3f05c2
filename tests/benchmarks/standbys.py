"""Standbys: how far they fall behind, and how long their readers wait."""

import contextlib
import statistics
import threading
import time

import psycopg
from django.db import connections

from tests.benchmarks import results, tables
from tests.benchmarks.databases import seeded
from tests.benchmarks.passes import FORWARDS, idle_reader, nobody_in_the_way, run
from tests.databases import database
from tests.servers import programs
from tests.servers.server import account, alias, running

SETTINGS = {"fsync": "on", "shared_buffers": "128MB", "max_wal_senders": "4", "wal_keep_size": "1GB"}
REPORT = 10.0  # seconds
EVERY = 0.005
CASES = {
    "as set: at most 64 MB behind": ({}, False),
    "not waited for": ({"EPIC10_MAX_LAG": "0"}, False),
    "as set, and a report of 10 s on the standby": ({}, True),
}
LAG = "SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn)), 0) FROM pg_stat_replication"


def measure(rows, out):
    """Each case on a copy of its own, on a primary of our own with one standby on the same machine."""
    lines = []
    with running(programs.complete(account()), **SETTINGS) as primary, alias("primary", primary.url()):
        standby = primary.basebackup("standby")
        standby.start(hot_standby="on", **SETTINGS)
        try:
            with seeded(rows, using="primary") as template:
                for case in CASES:
                    measured = _one(template, standby, *CASES[case])
                    lines.append(results.keep(out, "standby", rows=rows, case=case, **measured))
        finally:
            standby.stop()
    print("\n".join(tables.standbys(lines)))


def _one(template, standby, environment, has_report):
    with database(template, using="primary") as db:
        _caught_up()
        url = standby.url(db.name)
        with _watched(url) as seen, _report(url, has_report) as begins:
            took = run(db, "ours", FORWARDS, begins=begins, **environment)
            lag = _lag()
            behind = _caught_up()
    answers = {"median": statistics.median(seen["answers"]), "slowest": max(seen["answers"])}
    return (
        {"seconds": took.seconds}
        | answers
        | {"lag": max(*seen["lags"], lag), "behind": behind, "errors": seen["errors"]}
    )


def _report(url, has_report):
    return idle_reader(url, REPORT) if has_report else nobody_in_the_way(url)


def _lag():
    with connections["primary"].cursor() as cursor:
        cursor.execute(LAG)
        return int(cursor.fetchone()[0])


def _caught_up() -> float:
    """Seconds until the standby has replayed everything."""
    began = time.monotonic()
    while _lag():
        time.sleep(EVERY)
    return time.monotonic() - began


@contextlib.contextmanager
def _watched(url):
    """The lag, and the answers of a reader of the standby in milliseconds, as long as the block runs."""
    seen, done = {"lags": [0], "answers": [], "errors": 0}, threading.Event()
    watchers = [threading.Thread(target=watch, args=(url, seen, done)) for watch in (_read, _look)]
    for watcher in watchers:
        watcher.start()
    try:
        yield seen
    finally:
        done.set()
        for watcher in watchers:
            watcher.join()


def _look(_, seen, done):
    try:
        while not done.wait(0.05):
            seen["lags"].append(_lag())
    finally:
        connections["primary"].close()


def _read(url, seen, done):
    with psycopg.connect(url, autocommit=True, prepare_threshold=None) as reader:
        ids = [id for [id] in reader.execute("SELECT id FROM ndas ORDER BY display_id LIMIT 1000")]
        while not done.wait(EVERY):
            began = time.monotonic()
            try:
                reader.execute("SELECT company_name FROM ndas WHERE id = %s", [ids[len(seen["answers"]) % len(ids)]])
            except psycopg.Error:
                seen["errors"] += 1
            seen["answers"].append((time.monotonic() - began) * 1000)
