"""How long do both applications wait, phase by phase, there and back; and with a reader that forgets to go?"""

import contextlib
import sys
import threading
import time

import psycopg

from epic10 import pace, traffic
from epic10.run import last_phase
from tests.benchmarks.databases import copy, seeded

IDLE = 10.0  # seconds
THERE_AND_BACK = {"forward": [], "back": ["0001"]}
# A strong lock is wanted in each of them, and the reader has just begun.
BESIDE_A_READER = {"prepare": ["--prepare"], "switch": [], "back": ["0001"]}


def measure(rows, options):
    with seeded(rows) as template:
        title = f"\n{rows:,} NDAs, {options.rate:g} requests a second from {options.processes} processes"
        print(f"{title}; milliseconds from when a request was due", flush=True)
        with copy(template, rows) as db:
            show(_told(db, {"idle": None} | THERE_AND_BACK, options))
        if options.reader:
            print(f"{title}, a reader idle in its transaction for {options.reader:g} s from the beginning of each")
            with copy(template, rows) as db:
                show(_told(db, {"idle": None} | BESIDE_A_READER, options, reader=options.reader))


def show(steps):
    print("\n".join(pace.table([found for step in steps for found in step["figures"]])))
    print(f"  {'':<{pace.WIDTH}}{'acknowledged':>13}{'lost':>7}{'mislabelled':>13}{'seconds':>9}")
    for step in steps:
        counts = f"{step['acknowledged']:>13,}{step['lost']:>7,}{step['mislabelled']:>13,}{step['seconds']:>9.1f}"
        print(f"  {step['name']:<{pace.WIDTH}}{counts}")
    for failure in [failure for step in steps for failure in step["failures"]][:20]:
        print(f"  {failure}")
    sys.stdout.flush()


def _told(db, steps, options, *, reader=0.0):
    db.execute("CHECKPOINT")
    load, told = None, []
    for name, arguments in steps.items():
        load, step = _step(db, name, arguments, options, load, reader)
        told.append(step)
    return told


def _step(db, name, arguments, options, before, reader):
    newest, began = last_phase(db.connection), time.monotonic()
    with traffic.running(db.alias, rate=options.rate, processes=options.processes, after=before) as load:
        if arguments is None:
            time.sleep(options.idle)
        else:
            with idle_in_transaction(db, reader) if reader else contextlib.nullcontext():
                migrated = db.manage("migrate", "ndas", *arguments)
            assert migrated.returncode == 0, migrated.stderr
    outcome = load.outcome
    figures = pace.by_phase(db.alias, outcome, after=newest) | {name: outcome.figures()}
    return load, {
        "name": name,
        "seconds": outcome.ended - began,
        "figures": pace.as_json(figures),
        "acknowledged": sum(map(len, outcome.written.values())),
        "lost": len(outcome.lost),
        "mislabelled": len(outcome.mislabelled),
        "failures": outcome.failures,
    }


@contextlib.contextmanager
def idle_in_transaction(db, seconds):
    with psycopg.connect(db.url, application_name="a reader that forgot to go") as session:
        session.execute("SELECT company_name FROM ndas LIMIT 1")
        leaving = threading.Timer(seconds, session.close)
        leaving.start()
        yield
        leaving.cancel()
