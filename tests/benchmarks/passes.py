"""Measurements of a rival on a fresh copy: alone, with its locks watched, or beside the application."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import psycopg
from django.conf import settings

from epic10.postgres.lock_watch import LockWatch
from epic10.rehearsal import lock_report, traffic
from epic10.release import plan
from tests.benchmarks.databases import copy
from tests.benchmarks.latency import Stretch, summary
from tests.benchmarks.rivals import RIVALS

FORWARDS, BACKWARDS = "forwards", "backwards"
NAME = "epic10_rival"
IDLE = 30.0  # seconds
QUIET = 5.0  # seconds under load before and after, to compare with
SIZES = """
SELECT sum(pg_table_size(name::regclass)), sum(pg_indexes_size(name::regclass))
  FROM unnest(ARRAY['ndas', 'nda_status_history']) AS name"""
POSITION = "SELECT pg_current_wal_insert_lsn()"


def timed(template, rows, name, _rate) -> dict:
    """Nothing else at work: seconds, bytes of WAL, sizes before and after, the peak memory of the process."""
    with copy(template, rows) as db:
        db.execute("CHECKPOINT")
        before, [[position]] = _sizes(db), db.rows(POSITION)
        there = run(db, name, FORWARDS)
        [[wal]] = db.rows("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", [position])
        measured = {"seconds": there.seconds, "memory": there.memory, "wal": int(wal)}
        measured |= {"before": before, "after": _sizes(db)}
        if RIVALS[name].backwards:
            measured["back"] = run(db, name, BACKWARDS).seconds
        return measured


def locks(template, rows, name, _rate) -> dict:
    """The longest ACCESS EXCLUSIVE, there and back, in milliseconds; and what each statement of ours locks."""
    with copy(template, rows) as db:
        watch = LockWatch(db.connection, plan.load().tables(), application=NAME)
        with watch:
            run(db, name, FORWARDS)
        measured = {"longest": longest(watch), "times": len(watch.looks)}
        if RIVALS[name].backwards:
            back = LockWatch(db.connection, plan.load().tables(), application=NAME)
            with back:
                run(db, name, BACKWARDS)
            measured["longest_back"] = longest(back)
            watch.pieces += back.pieces
        return measured | lock_report.as_data(watch)


def load(template, rows, name, rate) -> dict:
    """Beside so many requests a second of the application: how long do its answers take?"""
    return _beside_the_application(template, rows, name, rate, meanwhile=nobody_in_the_way)


def blocked(template, rows, name, rate) -> dict:
    """The same, and at the beginning of the way there a reader idles in its transaction for half a minute."""
    return _beside_the_application(template, rows, name, rate, meanwhile=_reader_in_the_way)


PASSES = {"timed": timed, "locks": locks, "load": load, "blocked": blocked}


def _beside_the_application(template, rows, name, rate, *, meanwhile):
    with copy(template, rows) as db:
        db.execute("CHECKPOINT")
        with traffic.running(db.alias, rate=rate) as running:
            stretches = list(_one_after_the_other(db, name, meanwhile))
        return {"rate": rate} | summary(running.outcome, stretches)


def _one_after_the_other(db, name, meanwhile):
    yield _nothing("before")
    with meanwhile(db) as begins:
        yield run(db, name, FORWARDS, begins=begins).stretch
    yield _nothing("after")
    if RIVALS[name].backwards:
        yield run(db, name, BACKWARDS).stretch
        yield _nothing("after the way back")


def _reader_in_the_way(db):
    return idle_reader(db.url, IDLE)


@contextlib.contextmanager
def idle_reader(url, seconds):
    """Somebody who has read ndas, and stays in that transaction for so long after what is yielded is called."""
    with psycopg.connect(url, application_name="a reader that idles") as reader:
        reader.execute("SELECT count(*) FROM ndas")
        timer = threading.Timer(seconds, reader.rollback)
        try:
            yield timer.start
            timer.join()
        finally:
            timer.cancel()


def nobody_in_the_way(_):
    return contextlib.nullcontext(_nothing_happens)


def _nothing_happens():
    pass


def _nothing(name):
    began = time.monotonic()
    time.sleep(QUIET)
    return Stretch(name, began, time.monotonic())


@dataclass(frozen=True)
class Took:
    """Seconds by the rival's own clock, the most bytes of memory that its process had, and when it was at work."""

    seconds: float
    memory: int
    stretch: Stretch


def run(db, name, direction, *, begins=_nothing_happens, **environment) -> Took:
    """The rival in a process of its own; ``begins`` is called just before it begins."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.child", name, direction],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": db.url, "PGAPPNAME": NAME} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        process.stdout.readline()
        begins()
        began = time.monotonic()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write("\n")
            process.stdin.flush()
        said, ended = process.stdout.readline(), time.monotonic()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
    assert process.returncode == 0, f"{name} {direction} has failed"
    return Took(json.loads(said)["seconds"], usage.ru_maxrss * 1024, Stretch(direction, began, ended))


def _sizes(db):
    [sizes] = db.rows(SIZES)
    return dict(zip(("tables", "indexes"), map(int, sizes), strict=True))


def longest(watch):
    held = [piece.milliseconds for piece in watch.pieces if piece.granted and piece.mode == "ACCESS EXCLUSIVE"]
    return max(held, default=0.0)
