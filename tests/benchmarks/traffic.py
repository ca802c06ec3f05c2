"""Waiting times of both applications, phase by phase, there and back, and with a reader that stays too long."""

import contextlib
import sys
import time

from epic10.ledger.phase_record import newest
from epic10.rehearsal import phases_under_load, traffic
from tests.benchmarks.databases import copy, seeded
from tests.migration.disturbances import begun, idling

IDLE = 10.0  # seconds
THERE_AND_BACK = {"idle": None, "forward": [], "back": ["0001"]}


def measure(rows, options):
    with seeded(rows) as template:
        title = f"\n{rows:,} NDAs, {options.rate:g} requests a second from {options.processes} processes"
        print(f"{title}; milliseconds from when a request was due", flush=True)
        with copy(template, rows) as db:
            show(_told(db, options))
        if options.reader:
            print(f"{title}, a reader idles in its transaction for {options.reader:g} s before each strong lock")
            with copy(template, rows) as db:
                show(_told(db, options, reader=options.reader))


def show(steps):
    print("\n".join(phases_under_load.table([found for step in steps for found in step["figures"]])))
    print(f"  {'':<{phases_under_load.WIDTH}}{'acknowledged':>13}{'lost':>7}{'mislabelled':>13}{'seconds':>9}")
    for step in steps:
        counts = f"{step['acknowledged']:>13,}{step['lost']:>7,}{step['mislabelled']:>13,}{step['seconds']:>9.1f}"
        print(f"  {step['name']:<{phases_under_load.WIDTH}}{counts}")
    for failure in [failure for step in steps for failure in step["failures"]][:20]:
        print(f"  {failure}")
    sys.stdout.flush()


def _told(db, options, *, reader=0.0):
    db.execute("CHECKPOINT")
    load, told = None, []
    for name, arguments in THERE_AND_BACK.items():
        load, step = _step(db, name, arguments, options, load, reader)
        told.append(step)
    return told


def _step(db, name, arguments, options, before, reader):
    before, began = newest(db.connection), time.monotonic()
    with traffic.running(db.alias, rate=options.rate, processes=options.processes, after=before) as load:
        if arguments is None:
            time.sleep(options.idle)
        else:
            moments = before_strong_locks(name, newest)
            with idling(db, *moments, seconds=reader) if reader else contextlib.nullcontext():
                migrated = db.manage("migrate", "ndas", *arguments)
            assert migrated.returncode == 0, migrated.stderr
    outcome = load.outcome
    figures = phases_under_load.by_phase(db.alias, outcome, after=newest) | {name: outcome.figures()}
    return load, {
        "name": name,
        "seconds": outcome.ended - began,
        "figures": phases_under_load.as_json(figures),
        "acknowledged": sum(map(len, outcome.written.values())),
        "lost": len(outcome.lost),
        "mislabelled": len(outcome.mislabelled),
        "failures": outcome.failures,
    }


def before_strong_locks(way, newest):
    """When a reader begins that will be in the way of a phase: of expand, of the switch, there and back."""
    if way == "forward":
        return begun("expand", after=newest), begun("enforce", after=newest)
    return begun("filters", "backwards", after=newest), begun("guard", "backwards", after=newest, done=True)
