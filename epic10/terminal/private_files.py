"""Files that only their owner may read, and that are never half-written."""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from epic10.terminal.refusal import Refusal
from epic10.terminal.units import shortened

OWNER_ENTERS = 0o700
UNFINISHED = ".unfinished-"
LONGEST_NAME = 255  # bytes, on every file system there is


class CannotWrite(Refusal):
    """The directory for snapshots or records cannot be written to; the message says why and what to do."""


def path(text: str) -> Path:
    """A path in which no part is longer than a file system allows. Raises ValueError with a sentence."""
    if not text.strip() or "\0" in text or any(len(os.fsencode(part)) > LONGEST_NAME for part in Path(text).parts):
        raise ValueError(f'"{shortened(text)}" cannot be the name of a file or a directory.')
    return Path(text)


def plain(name: str) -> str:
    """A name of a database as a part of the name of a file."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the lock that this file is, until its process ends. Raises BlockingIOError where another one has it."""
    with a_place_for_files(path.parent):
        file = path.open("a")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def write(path: Path, text: str):
    """Write a file that appears under its name only when all of it is on disk; it replaces an older one."""
    with a_place_for_files(path.parent), writing(path) as file:
        file.write(text)


@contextmanager
def writing(path: Path):
    """The same for a file written piece by piece, with line endings as given; raises OSError."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)  # 0600 by itself
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        with suppress(FileNotFoundError):  # It has been renamed already.
            os.unlink(unfinished)
        raise
    sync(path.parent)


def sync(directory: Path):
    """Flush a directory, so that a new name in it is on disk, too."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def directory(path: Path) -> Path:
    """``path``, made with all its parents for the owner alone; one that is there is left as it is."""
    with a_place_for_files(path):
        for parent in [*reversed(path.parents), path]:
            if not parent.exists():
                parent.mkdir(mode=OWNER_ENTERS, exist_ok=True)
    return path


@contextmanager
def a_place_for_files(path: Path) -> Iterator[None]:
    """Turn an OSError in the block into a sentence about the directory ``path``."""
    try:
        yield
    except OSError as error:
        raise CannotWrite(
            f'"{path}" cannot be written: {error.strerror}.\n'
            "HINT: Name another place: EPIC10_SNAPSHOTS or --directory for snapshots, EPIC10_RECORDS for records."
        ) from error
