"""
The chain of run records in the ledger: each has a number and the hash of the one before.

The number and hash of the newest record are also kept in a row of their own and in a
file next to the records, so that removing records from the end is noticed, too.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from django.db import Error, connections, transaction

from epic10.deploy import record_files
from epic10.deploy.record_files import Head
from epic10.ledger import store, tables
from epic10.ledger.models import RunRecord
from epic10.postgres.catalog import holds, relation_exists
from epic10.postgres.session import execute, fetch

FIRST = ""  # What the first record says of the one before.
HEAD = "epic10_run_record_head"

# Readers go on reading; a second writer waits, so that no two records follow the
# same one. Whoever else holds the table must not keep a command from its end. And
# whoever may not write here has to know before the files are written.
ONE_AT_A_TIME = """
    SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = 0;
    LOCK TABLE epic10_run_record IN SHARE ROW EXCLUSIVE MODE;
    INSERT INTO epic10_run_record SELECT * FROM epic10_run_record WHERE false"""
RECORDED = "SELECT hash, body FROM epic10_run_record WHERE body ->> 'run'::text = %s"
NEWEST = """
    SELECT hash, body -> 'number'::text, body ->> 'run'::text, count(*) OVER () FROM epic10_run_record
        ORDER BY id DESC LIMIT 1"""
READ_HEAD = f"SELECT number, hash, run FROM {HEAD}"
MOVE_HEAD = f"""
    INSERT INTO {HEAD} (number, hash, run) VALUES (%s, %s, %s)
    ON CONFLICT (one) DO UPDATE SET number = excluded.number, hash = excluded.hash, run = excluded.run"""


@dataclass(frozen=True)
class Entered:
    """A record with its place in the chain, and its hash; ``new`` is False if it was already there."""

    record: dict
    hash: str
    new: bool = True

    @property
    def head(self) -> Head:
        return Head(self.record["number"], self.hash, self.record["run"])


def hash_of(record: dict) -> str:
    """The hash of the whole record, including the previous hash, as canonical JSON that survives jsonb."""
    spelled = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelled.encode("utf-8", "replace")).hexdigest()


def storable(data: dict) -> dict:
    """The data as jsonb can store it: without NUL and without invalid UTF-8."""
    text = json.dumps(data, ensure_ascii=False).replace(r"\u0000", "\N{REPLACEMENT CHARACTER}")
    return json.loads(text.encode("utf-8", "replace"))


def append(
    using: str, data: dict, *, keep: Callable[[dict], dict] = lambda record: record, seen: Head | None = None
) -> Entered:
    """
    Append ``data`` to the ledger as the next record, with the hash of the previous one.

    ``keep`` writes the files and returns the record with a note on them. ``seen`` is
    the head according to the files: if the ledger has lost that record, the new one
    says so permanently.
    """
    connection = connections[using]
    with transaction.atomic(using=using):
        _make_sure_of_the_tables(connection)
        execute(connection, ONE_AT_A_TIME)
        if (run := data.get("run")) and (there := find(using, run)):
            return there
        known = [head for head in (head_of(connection), seen) if head]
        record = keep(data | _place(connection, known))
        entered = Entered(record, hash_of(record))
        _insert(using, entered)
        if holds(connection, relation_exists(HEAD)):
            with connection.cursor() as cursor:
                cursor.execute(MOVE_HEAD, [record["number"], entered.hash, record.get("run", "")])
    return entered


def find(using: str, run: str) -> Entered | None:
    """The ledger's record of a run, by the name of its file; None if there is none."""
    if not store.is_there(connections[using], RunRecord):
        return None
    found = _row(connections[using], RECORDED, [run])
    return found and Entered(json.loads(found[1]), found[0], new=False)


def head_of(connection) -> Head | None:
    """The newest record according to the ledger's head row."""
    if not holds(connection, relation_exists(HEAD)):
        return None
    found = _row(connection, READ_HEAD)
    return found and Head(*found)


def follow_in_files(directory: Path, using: str, data: dict) -> Entered:
    """A record for when the ledger cannot be written: it waits in a file, after the newest one known here."""
    waits = [found for _, found in waiting(directory, using)]
    newest = max(waits, key=lambda found: found["record"]["finished"], default=None)
    previous = newest["hash"] if newest else FIRST
    with suppress(record_files.Unreadable):
        if not newest and (head := record_files.read_head(record_files.head_path(directory, using))):
            previous = head.hash
    record = data | {"number": None, "previous": previous}
    return Entered(record, hash_of(record))


def waiting(directory: Path, using: str) -> list[tuple[Path, dict]]:
    """Records that could not be entered into the ledger when their run ended, the oldest first."""
    found = []
    for path in record_files.every(directory):
        with suppress(record_files.Unreadable):
            read = record_files.read(path)
            if is_waiting(read) and record_files.is_of(read["record"], using):
                found.append((path, read))
    return found


def is_waiting(found: dict) -> bool:
    """True of a record that was written while the ledger was unavailable and has not been altered since."""
    record = found["record"]
    return record.get("number", 0) is None and found.get("hash") == hash_of(record)


def _make_sure_of_the_tables(connection):
    if not holds(connection, store.complete(RunRecord)):
        tables.create(connection)
    elif not holds(connection, relation_exists(HEAD)):
        # Of an earlier revision. A role that may not make tables keeps its records without.
        with suppress(Error):
            tables.create(connection)


def _last(connection):
    found = _row(connection, NEWEST)
    if found is None:
        return None
    hash, number, run, rows = found
    # One of an earlier revision has no number, and one that somebody has edited may have anything.
    return Head(int(number) if (number or "").isdecimal() else rows, hash, run or "")


def _place(connection, known):
    """The number, the previous hash, and any known heads that have disappeared from the ledger."""
    last = _last(connection)
    number = max((head.number for head in [*known, last] if head), default=0) + 1
    lost = [asdict(head) for head in known if not _is_there(connection, head)]
    unique = [head for at, head in enumerate(lost) if head not in lost[:at]]
    return {"number": number, "previous": last.hash if last else FIRST} | ({"lost": unique} if unique else {})


def _is_there(connection, head):
    return _row(connection, "SELECT 1 FROM epic10_run_record WHERE hash = %s", [head.hash]) is not None


def _insert(using, entered):
    record = entered.record
    RunRecord.objects.using(using).create(
        command=record["command"],
        verdict=record["verdict"],
        started_at=record["started"],
        finished_at=record["finished"],
        previous=record["previous"],
        hash=entered.hash,
        body=record,
    )


def _row(connection, statement, parameters=None):
    return next(iter(fetch(connection, statement, parameters)), None)
