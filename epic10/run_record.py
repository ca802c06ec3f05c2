"""
What is kept of a run?

One JSON file, one HTML page of the same, and one row of the ledger, each with
the hash of the record before. While a command runs its file says RUNNING; the
next command seals what a killed one has left.
"""

import fcntl
import getpass
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import Error, connections
from django.template.loader import render_to_string

from epic10 import interrupts, private_files, revision, routing, run_chain
from epic10.progress import logger
from epic10.run import FAILED, INTERRUPTED, RUNNING, Run

LOCK = ".lock"


@contextmanager
def recorded(command: str, using: str, *, begin: Callable[[str], None], arguments: dict) -> Iterator[Run]:
    """A Run whose record is written, whatever its end is; nothing of it where the release cannot be."""
    routing.insist(using)
    directory = private_files.directory(settings.EPIC10_RECORDS)
    _seal_what_was_killed(directory, using)
    run = Run(command, using, begin, arguments)
    path = directory / _name(run)

    def begin_and_note(step):
        _write_if_possible(path, as_data(run) | {"verdict": RUNNING, "running": step})
        begin(step)

    run.begin = begin_and_note
    with _locked(path) as lock:
        try:
            yield run
        except BaseException as error:
            run.verdict = INTERRUPTED if _is_interrupt(error) else FAILED
            run.error = str(error) if isinstance(error, CommandError) else type(error).__name__
            raise
        finally:
            seal(path, using, as_data(run))
            lock.unlink()


def as_data(run: Run) -> dict:
    """The record, but for the hash of the one before."""
    settings_of, finished = connections[run.using].settings_dict, datetime.now(UTC)
    return {
        "command": run.command,
        "arguments": run.arguments,
        "verdict": run.verdict,
        "error": run.error,
        "database": settings_of["NAME"],
        "operator": f"{getpass.getuser()}@{socket.gethostname()}",
        "role": settings_of["USER"],
        "release": revision.identity(),
        "started": run.started.isoformat(),
        "finished": finished.isoformat(),
        "seconds": round((finished - run.started).total_seconds(), 3),
        "steps": [asdict(step) for step in run.steps],
        "decisions": run.decisions,
        "phases": run.phases,
        "batches": run.batches,
        "lock_waits": run.waits,
        "reports": [report.as_json() for report in run.reports],
        "facts": run.facts,
        "sql": [
            {"statement": text, "times": sent.times, "seconds": round(sent.seconds, 3)}
            for text, sent in run.sql.items()
        ],
        "log": run.log,
    }


def seal(path: Path, using: str, data: dict):
    """Give the record its place after the one before, in the ledger as far as that can be written."""
    connection = connections[using]
    try:
        if connection.connection and not connection.is_usable():
            connection.close()
        record = run_chain.append(using, data)
    except Error as error:
        logger.warning("The run is kept in %s only: %s.", path, str(error).splitlines()[0])
        record = run_chain.append_to_files(path.parent, data)
    _write_if_possible(path, record, hash=run_chain.hash_of(record))


def _write_if_possible(path, record, **sealed):
    # A disk that is full of records is no reason to undo a release.
    try:
        _write(path, record, **sealed)
    except private_files.CannotWrite as error:
        logger.warning("%s", error)


def _write(path, record, **sealed):
    private_files.write(path, json.dumps(sealed | {"record": record}, indent=2, ensure_ascii=False) + "\n")
    page = render_to_string("epic10/run.html", {"record": record, "tables": tables(record["facts"]), **sealed})
    private_files.write(path.with_suffix(".html"), page)


def tables(facts):
    """Rows and checksums side by side, where the run has looked at them before and after."""
    before, after = facts.get("before", {}), facts.get("after", {})
    return [{"name": name, "before": table, "after": after.get(name)} for name, table in before.items()]


def _seal_what_was_killed(directory, using):
    database = connections[using].settings_dict["NAME"]
    for path in sorted(path.with_suffix("") for path in directory.glob(f"*{LOCK}")):
        with suppress(BlockingIOError, FileNotFoundError), _locked(path) as lock:
            left = json.loads(path.read_text())
            if left["record"]["database"] == database:
                if "hash" not in left:
                    left["record"].pop("running")
                    seal(path, using, left["record"] | {"verdict": INTERRUPTED, "error": "It was killed."})
                lock.unlink()


@contextmanager
def _locked(path) -> Iterator[Path]:
    """Hold the lock of a record: whoever gets it knows that nobody is writing the record any more."""
    lock = path.with_name(path.name + LOCK)
    with private_files.a_place_for_files(path.parent):
        file = lock.open("a")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock


def _name(run):
    database = re.sub(r"[^A-Za-z0-9_.-]", "_", connections[run.using].settings_dict["NAME"])
    return f"{run.started:%Y%m%dT%H%M%S.%fZ}-{run.command}-{database}.json"


def _is_interrupt(error):
    return isinstance(error, KeyboardInterrupt) or getattr(error, "returncode", None) == interrupts.EXIT_STATUS
