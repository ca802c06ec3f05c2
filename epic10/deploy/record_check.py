"""
Verification of the records: the chain in the ledger, the files beside it, and the heads of both.

A hash is not a signature: the owner of the table can rewrite the whole chain, and the
owner of the files can rewrite those. The check reports whatever is inconsistent.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections

from epic10.deploy import record_chain, record_files
from epic10.deploy.record_files import Head, Unreadable
from epic10.ledger import store
from epic10.ledger.models import RunRecord
from epic10.postgres.session import fetch

# As text, because a column that somebody has edited may hold what Python cannot read.
ROWS = """
    SELECT id, coalesce(command, ''), coalesce(verdict, ''), coalesce(started_at::text, ''),
           coalesce(finished_at::text, ''), previous, hash, coalesce(body::text, '0')
      FROM epic10_run_record ORDER BY id"""
ACKNOWLEDGED = "acknowledged"
SHORT = 12


@dataclass(frozen=True)
class Row:
    """A row of the ledger; ``body`` is empty if it no longer contains a record."""

    id: int
    number: int
    command: str
    verdict: str
    started: str
    finished: str
    previous: str
    hash: str
    body: dict

    @property
    def name(self) -> str:
        return f"record {self.number} ({self.command}, {self.started[:19]} UTC)"

    @property
    def edited(self) -> str:
        """What has been changed since it was written, or ""."""
        if record_chain.hash_of(self.body) != self.hash:
            return "its content"
        said = self.body.get
        copied = {"command": self.command, "verdict": self.verdict, "previous": self.previous}
        other = [name for name, value in copied.items() if said(name) != value]
        times = {"started": self.started, "finished": self.finished}
        other += [name for name, value in times.items() if _moment(said(name)) != _moment(value)]
        return ", ".join(other)


@dataclass
class RecordReview:
    """``wrong`` needs an explanation, ``acknowledged`` has one, and ``notes`` need none."""

    rows: list[Row] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)


def look(using: str, directory: Path) -> RecordReview:
    """Raises Error where the ledger cannot be read."""
    rows = list(_rows(connections[using]))
    known = {row.hash: row for row in rows}
    files = list(_files(using, directory))
    chain = list(_chain(rows, known, files))
    wrong = [line for _, line in chain]
    wrong += [*_heads(using, directory, rows, known)]
    wrong += [line for path, found in files for line in _file(path, found, known)]
    wrong += _missing_files(rows, directory)
    # A record that acknowledges also says of the place it took what was wrong there.
    told = [row for row in rows if not row.edited and ACKNOWLEDGED in row.body.get("facts", {})]
    said = {line for row in told for line in row.body["facts"][ACKNOWLEDGED]}
    said |= {line for row, line in chain if row in told}
    return RecordReview(
        rows,
        [line for line in wrong if line not in said],
        [*_notes(rows, files, directory)],
        [line for line in wrong if line in said],
    )


def _rows(connection) -> Iterator[Row]:
    if not store.is_there(connection, RunRecord):
        return
    number = 0
    for id, *copied, body in fetch(connection, ROWS):
        read = json.loads(body)
        read = read if _is_body(read) else {}
        number = read["number"] if "number" in read and record_chain.hash_of(read) == copied[-1] else number + 1
        yield Row(id, number, *copied, read)


def _is_body(read) -> bool:
    """Does it have the structure of a record, even if somebody has edited it?"""
    if not isinstance(read, dict):
        return False
    facts, lost, waited = read.get("facts", {}), read.get("lost", []), read.get("waited", {})
    try:
        heads = [*map(type, (value for head in lost for value in asdict(Head(**head)).values()))]
    except TypeError:
        return False
    texts = [read.get(name, "") for name in ("run", "kept", "operator")]
    return (
        type(read.get("number", 0)) is int
        and heads == [int, str, str] * len(lost)
        and isinstance(facts, dict)
        and isinstance(facts.get(ACKNOWLEDGED, []), list)
        and isinstance(waited, dict)
        and all(isinstance(text, str) for text in [*texts, *waited.values()])
    )


def _files(using, directory) -> Iterator[tuple[Path, dict | str]]:
    """The content of each file of this database, or what is wrong with the file."""
    for path in record_files.every(directory):
        try:
            found = record_files.read(path)
        except Unreadable as error:
            yield path, str(error)
        else:
            if record_files.is_of(found["record"], using):
                yield path, found


def _chain(rows, known, files) -> Iterator[tuple[Row, str]]:
    """Each finding with the record it is about, or before which something is missing."""
    previous, at = record_chain.FIRST, 0
    in_files = {
        found["record"].get("number"): path for path, found in files if isinstance(found, dict) and "hash" in found
    }
    waited = {row.body.get("waited", {}).get("hash") for row in rows}
    for row in rows:
        if row.edited:
            yield row, f"{row.name} is not what was written: {row.edited}"
        missing = range(at + 1, row.number)
        for number in missing:
            its_file = f"; its file is {in_files[number]}" if number in in_files else ""
            yield row, f"record {number} is missing from the ledger{its_file}"
        if row.previous != previous and not missing:
            yield row, f"{row.name} does not follow the one before it"
        for lost in row.body.get("lost", []):
            if lost["number"] not in missing:
                yield row, f"{row.name} noted that {_lost(Head(**lost))}"
        before = row.body.get("waited", {}).get("previous")
        if before and before not in known and before not in waited:
            yield row, f"{row.name} waited in a file for the ledger, after another one that is nowhere"
        previous, at = row.hash, max(at, row.number)


def _heads(using, directory, rows, known) -> Iterator[str]:
    last = rows[-1] if rows else None
    own = record_chain.head_of(connections[using])
    if own and (not last or own.hash != last.hash):
        yield f"{record_chain.HEAD}: {_lost(own) if own.hash not in known else 'another record is the newest'}"
    if own is None and last and "number" in last.body:
        yield f"{record_chain.HEAD} is not there, or empty"
    path = record_files.head_path(directory, using)
    try:
        head = record_files.read_head(path)
    except Unreadable as error:
        yield f"{path} {error}"
    else:
        if head and head.hash not in known:
            yield f"{path}: {_lost(head)}"


def _lost(head: Head) -> str:
    return f"the ledger had record {head.number}, {head.run or 'of an earlier revision'}, hash {head.hash[:SHORT]}…"


def _file(path, found, known) -> Iterator[str]:
    if isinstance(found, str):
        yield f"{path} {found}"
        return
    record, hash = found["record"], found.get("hash")
    if hash is None:
        if not record_files.lock_of(path).exists():
            yield f"{path} says {record['verdict']}, and has no hash"
        return
    if record_chain.hash_of(record) != hash:
        yield f"{path} is not what was written"
    elif record.get("run", path.name) != path.name:
        yield f"{path} holds the record of another run, {record['run']}"
    elif hash not in known and not record_chain.is_waiting(found):
        yield f"{path} is not in the ledger"
    else:
        yield from _page(path.with_suffix(".html"), record, hash)


def _page(path, record, hash) -> Iterator[str]:
    if not record.get("page"):
        return
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if record.get("file"):
            yield f"{path} is missing"
    except (OSError, ValueError):
        yield f"{path} cannot be read"
    else:
        if record_files.digest(text, hash) != record["page"]:
            yield f"{path} is not what was written"


def _missing_files(rows, directory) -> Iterator[str]:
    here = record_files.place(directory)
    for row in rows:
        if row.body.get("kept") == here and row.body.get("file") and not row.edited:
            path = directory / row.body["run"]
            if not path.exists():
                yield f"{row.name}: its file {path} is missing"


def _notes(rows, files, directory) -> Iterator[str]:
    here = record_files.place(directory)
    elsewhere = sorted({row.body["kept"] for row in rows if row.body.get("kept", here) != here})
    if elsewhere:
        yield f"Files of other records are in {', '.join(elsewhere)}."
    for path, found in files:
        if isinstance(found, dict) and "hash" not in found and record_files.is_being_written(path):
            yield f"{path} is being written: {found['record']['command']} is at work."


def _moment(text) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
