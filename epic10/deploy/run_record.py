"""
The record of a run: one JSON file, one HTML page of the same, and one row of the ledger.

Each record contains the hash of the previous one. While a command is running, its file
says RUNNING. The next command seals the record of a command that was killed, and adds
to the ledger any record that could not be added at the time.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError
from django.db import Error, connections

from epic10.deploy import record_chain, record_files
from epic10.deploy.record_chain import Entered
from epic10.deploy.record_files import Unreadable
from epic10.deploy.run import FAILED, INTERRUPTED, RUNNING, Run, operator
from epic10.postgres import routing
from epic10.postgres.errors import first_line
from epic10.postgres.migration_lock import at_step, only_migrator
from epic10.release import revision
from epic10.terminal import private_files, signals
from epic10.terminal.progress import logger

KILLED = "It was killed."
CUT_SHORT = "It was killed, and its file was cut short."


@contextmanager
def alone(command: str, using: str, *, begin: Callable[[str], None], arguments: dict) -> Iterator[Run]:
    """The same for a command that may change the release; it holds the migration lock from the start."""
    routing.insist(using)
    with (
        only_migrator(connections[using], command),
        recorded(command, using, begin=begin, arguments=arguments) as run,
    ):
        yield run


@contextmanager
def recorded(command: str, using: str, *, begin: Callable[[str], None], arguments: dict) -> Iterator[Run]:
    """A Run whose record is written however it ends; refused in a database that the release cannot be in."""
    routing.insist(using)
    directory = private_files.directory(settings.EPIC10_RECORDS)
    settle(directory, using)
    run = Run(command, using, begin, arguments)
    path = directory / record_files.name(command, run.started, connections[using].settings_dict["NAME"])

    def begin_and_note(step):
        at_step(connections[using], step)
        _write_if_possible(path, as_data(run) | {"verdict": RUNNING, "running": step})
        begin(step)

    run.begin = begin_and_note
    with record_files.locked(path, wait=True) as lock:
        try:
            yield run
        except BaseException as error:
            run.verdict = INTERRUPTED if signals.is_interruption(error) else FAILED
            run.error = str(error) if isinstance(error, CommandError) else type(error).__name__
            raise
        finally:
            _say(run, seal(path, using, as_data(run)), lock)


def as_data(run: Run) -> dict:
    """The record without its place in the chain."""
    settings_of, finished = connections[run.using].settings_dict, datetime.now(UTC)
    return {
        "command": run.command,
        "arguments": run.arguments,
        "verdict": run.verdict,
        "error": run.error,
        "database": settings_of["NAME"],
        "server": record_files.server(run.using),
        "operator": operator(),
        "role": settings_of["USER"],
        "release": revision.identity(),
        "started": run.started.isoformat(),
        "finished": finished.isoformat(),
        "seconds": round((finished - run.started).total_seconds(), 3),
        "steps": [asdict(step) for step in run.steps],
        "decisions": run.decisions,
        "overrides": run.overrides,
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


def seal(path: Path, using: str, data: dict) -> Entered | None:
    """Append the record to the chain, in the ledger or, if that cannot be written, in the files."""
    try:
        return _enter(path, using, data)
    except Error as error:
        logger.warning("The run is kept in %s only: %s.", path, first_line(error))
    waits = record_chain.follow_in_files(path.parent, using, _as_kept(path, data))
    return waits if _write_if_possible(path, waits.record, hash=waits.hash) else None


def settle(directory: Path, using: str):
    """
    Seal records of killed commands, add records that are missing from the ledger, and log each.

    A record that cannot be settled now is tried again later, and does not stop the command.
    """
    record_files.clear(directory)
    interrupted = record_files.interrupted(directory)
    for path in [
        *interrupted,
        *(path for path, _ in record_chain.waiting(directory, using) if path not in interrupted),
    ]:
        with suppress(BlockingIOError, FileNotFoundError), record_files.locked(path) as lock:
            try:
                if _settled(path, using):
                    lock.unlink()
            except (Error, CommandError, OSError) as error:
                logger.warning("The record %s cannot be settled yet: %s.", path, first_line(error))


def _enter(path, using, data):
    """
    The files are written before the ledger commits, so that it can say whether they are there.

    Raises Error where the ledger cannot be written.
    """
    connection, head, seen = connections[using], record_files.head_path(path.parent, using), None
    with suppress(Unreadable):
        seen = record_files.read_head(head)
    if connection.connection and not connection.is_usable():
        connection.close()
    entered = record_chain.append(using, _as_kept(path, data), keep=partial(_keep, path), seen=seen)
    with suppress(private_files.CannotWrite):
        if entered.new:
            record_files.write_head(head, entered.head)
        else:
            _write_again(path, entered)
    return entered


def _as_kept(path, data):
    return record_chain.storable(data) | {"run": path.name, "kept": record_files.place(path.parent), "file": True}


def _keep(path, record):
    """Write the files of a record, and note in the record which of them exist."""
    record |= {"page": record_files.digest(record_files.page(record, record_files.NO_HASH))}
    is_there = _write_if_possible(path, record, hash=record_chain.hash_of(record))
    return record if is_there else record | {"file": False}


def _write_if_possible(path, record, **sealed) -> bool:
    # A disk that is full of records is no reason to undo a release.
    try:
        record_files.write(path, record, **sealed)
    except private_files.CannotWrite as error:
        logger.warning("%s", error)
        return False
    return True


def _say(run, entered, lock):
    """Log the record. If its file could not be written, the lock file stays, so that the next command writes it."""
    if entered and entered.record.get("file"):
        lock.unlink(missing_ok=True)
    if entered and entered.record.get("number"):
        run.place = f"Record {entered.record['number']} of this database: {entered.hash}"
        logger.info(run.place)


def _settled(path, using) -> bool:
    """Is the record complete now? Records of other databases are left alone."""
    left = _left(path, using)
    if left is None:
        return False
    if there := record_chain.find(using, path.name):
        _write_again(path, there)
        logger.info("The record %s, which was in the ledger already, is in its files again.", path)
    elif left.get("hash"):
        if left["hash"] == record_chain.hash_of(left["record"]):
            _enter_late(path, using, left)
    elif left["record"]:
        error = left["record"].get("error") or KILLED
        if error == CUT_SHORT:
            shutil.copy(path, path.with_name(path.name + record_files.CUT_SHORT))
        _enter(path, using, _without(left["record"], "running") | {"verdict": INTERRUPTED, "error": error})
        logger.info("The record %s, whose command was killed, is sealed now.", path)
    return True


def _left(path, using) -> dict | None:
    """The incomplete record; None if it is of another database."""
    try:
        left = record_files.read(path)
        return left if record_files.is_of(left["record"], using) else None
    except Unreadable:
        record = record_files.by_its_name(path, using)
        if record is None or not path.exists():
            return record and {"record": {}}
        return {"record": record | {"error": CUT_SHORT, "release": {}}}


def _enter_late(path, using, left):
    record = left["record"]
    waited = {"hash": left["hash"], "previous": record["previous"], "entered": datetime.now(UTC).isoformat()}
    _enter(path, using, _without(record, "number", "previous", "lost", "page") | {"waited": waited})
    logger.info("The record %s, which could not be entered at its time, is in the ledger now.", path)


def _write_again(path, entered):
    """Write the files from the ledger; without the page if this revision would render it differently."""
    record, hash = entered.record, entered.hash
    if hash != record_chain.hash_of(record):
        return
    page = record_files.page(record, hash)
    if record_files.digest(page, hash) == record.get("page"):
        record_files.write(path, record, hash=hash)
    else:
        record_files.write_json(path, record, hash=hash)


def _without(record, *names):
    return {name: value for name, value in record.items() if name not in names}
