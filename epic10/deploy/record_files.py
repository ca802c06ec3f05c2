"""
The files of the run records: one JSON and one HTML file each, a lock while writing, the head of the chain.

Anything else in the directory, such as a truncated file, a folder or somebody's
notes, is reported and does not stop any command.
"""

import fcntl
import hashlib
import json
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.db import connections
from django.template.loader import render_to_string

from epic10.terminal import private_files

LOCK, HEAD, CUT_SHORT = ".lock", ".head", ".cut-short"
NO_HASH = "0" * 64  # In the page, while its own digest is taken.
LEFT_OVER = 600.0  # s; writing one takes milliseconds.

NAME = re.compile(r"(?P<started>\d{8}T\d{6}\.\d{6}Z)-(?P<command>\w+)-(?P<database>.+)\.json")


class Unreadable(Exception):
    """The file contains no readable record; the message says why, and follows the path in a sentence."""


@dataclass(frozen=True)
class Head:
    """The newest record of a ledger, as it was last seen; ``run`` is the name of its file."""

    number: int
    hash: str
    run: str


def name(command: str, started: datetime, database: str) -> str:
    return f"{started:%Y%m%dT%H%M%S.%fZ}-{command}-{private_files.plain(database)}.json"


def place(directory: Path) -> str:
    """The directory, with the name of the machine it is on."""
    return f"{socket.gethostname()}:{directory.resolve()}"


def server(using: str) -> str:
    """The server as configured, reachable or not; an embedded server is named by its data directory."""
    known = connections[using].settings_dict
    return f"{known.get('HOME') or known.get('HOST') or 'local'}:{known.get('PORT') or 5432}"


def is_of(record: dict, using: str) -> bool:
    """Is it the record of a run on this database? Records of earlier revisions do not name the server."""
    known = connections[using].settings_dict["NAME"]
    return record["database"] == known and record.get("server", server(using)) == server(using)


def by_its_name(path: Path, using: str) -> dict | None:
    """What the file name says about a run on this database; None if it is not from one."""
    found, known = NAME.fullmatch(path.name), connections[using].settings_dict
    if not found or found["database"] != private_files.plain(known["NAME"]):
        return None
    started = datetime.strptime(found["started"], "%Y%m%dT%H%M%S.%f%z").isoformat()
    said = {"command": found["command"], "database": known["NAME"], "server": server(using)}
    return said | {"started": started, "finished": started, "seconds": 0.0, "operator": "", "role": ""}


def every(directory: Path) -> list[Path]:
    """Files that are named like a record, the oldest first."""
    return sorted(path for path in directory.glob("*.json") if not path.name.startswith("."))


def read(path: Path) -> dict:
    """The record, and the hash if it is sealed. Raises Unreadable."""
    if not path.is_file():
        raise Unreadable("is missing" if not path.exists() else "is no file")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Unreadable("is not a whole record") from error
    if not _is_one(found):
        raise Unreadable("is no record of a run")
    return found


def write(path: Path, record: dict, **sealed):
    """
    Write the page first, so that once the JSON is sealed both files are complete.

    Raises CannotWrite.
    """
    private_files.write(path.with_suffix(".html"), page(record, sealed.get("hash", "")))
    write_json(path, record, **sealed)


def write_json(path: Path, record: dict, **sealed):
    private_files.write(path, json.dumps(sealed | {"record": record}, indent=2, ensure_ascii=False) + "\n")


def page(record: dict, hash: str) -> str:
    facts = record.get("facts") or {}
    return render_to_string("epic10/run.html", {"record": record, "tables": tables(facts), "hash": hash})


def digest(page: str, hash: str = NO_HASH) -> str:
    """The digest of a page, without the record's hash on it, because the record contains this digest."""
    return hashlib.sha256(page.replace(hash, NO_HASH).encode()).hexdigest()


def tables(facts: dict) -> list[dict]:
    """Row counts and checksums before and after, side by side, if the run took both."""
    before, after = facts.get("before", {}), facts.get("after", {})
    return [{"name": name, "before": table, "after": after.get(name)} for name, table in before.items()]


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[Path]:
    """Hold the lock of a record; whoever gets it knows that nobody else is writing the record."""
    lock = lock_of(path)
    with private_files.locked(lock, wait=wait):
        yield lock


def lock_of(path: Path) -> Path:
    return path.with_name(path.name + LOCK)


def is_being_written(path: Path) -> bool:
    with suppress(FileNotFoundError), lock_of(path).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def interrupted(directory: Path) -> list[Path]:
    """Records that have a lock file; if nobody holds it, the process that created it has died."""
    return sorted(lock.with_suffix("") for lock in directory.glob(f"*{LOCK}"))


def clear(directory: Path):
    """Remove what a process left behind when it was killed while writing."""
    for path in directory.glob(f"{private_files.UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFT_OVER:
                path.unlink()


def head_path(directory: Path, using: str) -> Path:
    database, at = connections[using].settings_dict["NAME"], server(using)
    of_both = hashlib.sha256(f"{at}\n{database}".encode()).hexdigest()[:8]
    return directory / f"{private_files.plain(database)}-{of_both}{HEAD}"


def read_head(path: Path) -> Head | None:
    """None where there is none yet. Raises Unreadable."""
    if not path.exists():
        return None
    try:
        found = Head(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Unreadable("is not what was written") from error
    if [*map(type, asdict(found).values())] != [int, str, str]:
        raise Unreadable("is not what was written")
    return found


def write_head(path: Path, head: Head):
    private_files.write(path, json.dumps(asdict(head)) + "\n")


def _is_one(found):
    if not isinstance(found, dict) or not isinstance(found.get("record"), dict):
        return False
    record = found["record"]
    texts = [record.get(key) for key in ("command", "verdict", "database", "started", "finished")]
    if not all(isinstance(text, str) for text in [*texts, found.get("hash", "")]):
        return False
    with suppress(ValueError):
        return all(datetime.fromisoformat(text) for text in texts[-2:])
    return False
