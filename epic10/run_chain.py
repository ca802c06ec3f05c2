"""Is every record of a run still there, in its place, and as it was written?"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from django.db import connections, transaction

from epic10 import ledger
from epic10.models import RunRecord

FIRST = ""  # What the first record says of the one before.

# Readers go on reading; a second writer waits, so that no two records follow the same one.
ONE_AT_A_TIME = "LOCK TABLE epic10_run_record IN SHARE ROW EXCLUSIVE MODE"


def hash_of(record: dict) -> str:
    """Over all of the record, the hash of the one before included; JSON in one spelling, as jsonb keeps it."""
    spelled = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelled.encode()).hexdigest()


def append(using: str, data: dict) -> dict:
    """``data`` as the next record of the ledger, with the hash of the one before."""
    connection = connections[using]
    with transaction.atomic(using=using):
        if not ledger.is_there(connection, RunRecord):
            ledger.create(connection)
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME)
        last = RunRecord.objects.using(using).order_by("-id").first()
        record = data | {"previous": last.hash if last else FIRST}
        RunRecord.objects.using(using).create(
            **{name: record[name] for name in COPIED},
            started_at=record["started"],
            finished_at=record["finished"],
            hash=hash_of(record),
            body=record,
        )
    return record


def append_to_files(directory: Path, data: dict) -> dict:
    """The same where the ledger cannot be written: it follows the newest file of that database."""
    files = [found for _, found in _files(directory, data["database"])]
    newest = max(files, key=lambda found: found["record"]["finished"], default=None)
    return data | {"previous": newest["hash"] if newest else FIRST}


def breaks(using: str, directory: Path) -> Iterator[str]:
    """One line a record that is not what it was, or not where it was."""
    connection, previous, known = connections[using], FIRST, set()
    rows = RunRecord.objects.using(using).order_by("id") if ledger.is_there(connection, RunRecord) else []
    for row in rows:
        name = f"record {row.id} ({row.command}, {row.started_at:%Y-%m-%d %H:%M:%S} UTC)"
        if hash_of(row.body) != row.hash or any(row.body[copied] != getattr(row, copied) for copied in COPIED):
            yield f"{name} is not what was written"
        elif row.previous != previous:
            yield f"{name} does not follow the one before it: there was another one in between"
        previous = row.hash
        known.add(row.hash)
    for path, found in _files(directory, connection.settings_dict["NAME"]):
        if hash_of(found["record"]) != found["hash"]:
            yield f"{path} is not what was written"
        elif found["hash"] not in known:
            yield f"{path} is not in the ledger"


COPIED = ("command", "verdict", "previous")


def _files(directory, database):
    for path in sorted(directory.glob("*.json")):
        found = json.loads(path.read_text())
        if "hash" in found and found["record"].get("database") == database:
            yield path, found
