"""Where are the snapshots, and are their files what they were when they were written?"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from django.core.management import CommandError

from epic10 import manifest, private_files
from epic10.manifest import File, Manifest

DUMP, MANIFEST, SEAL, VERIFIED = "dump", "manifest.json", "manifest.json.sha256", "verified.json"
UNFINISHED = ".unfinished-"


class NoSnapshot(CommandError):
    """There is no such snapshot, or what is there is none."""


def free_name(directory: Path, database: str, moment: datetime) -> str:
    """The second one of the same second has a number."""
    name = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', database)}-{moment:%Y%m%dT%H%M%SZ}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(name for name in names if not (directory / name).exists())


@contextmanager
def unfinished(directory: Path) -> Iterator[Path]:
    """
    A folder to write a snapshot into. Whatever is not ``finish()``ed is removed, also what a killed process left.

    A lock tells the two apart: it goes when its process does.
    """
    private_files.directory(directory)
    for path in directory.glob(f"{UNFINISHED}*"):
        with suppress(BlockingIOError), _locked(path):
            shutil.rmtree(path)
    with private_files.a_place_for_files(directory):
        folder = Path(tempfile.mkdtemp(dir=directory, prefix=UNFINISHED))  # 0700 by itself
    try:
        with _locked(folder):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def finish(folder: Path, written: Manifest):
    """Give the folder the manifest and its name: from now on it is a snapshot."""
    text = written.text()
    private_files.write(folder / MANIFEST, text)
    private_files.write(folder / SEAL, f"{hashlib.sha256(text.encode()).hexdigest()}  {MANIFEST}\n")
    os.rename(folder, folder.parent / written.name)
    private_files.sync(folder.parent)


def read(directory: Path, name: str) -> Manifest:
    """The manifest of a snapshot, if it is whole. Raises NoSnapshot."""
    folder = directory / name
    if Path(name).name != name or not (folder / MANIFEST).is_file():
        raise NoSnapshot(
            f'There is no snapshot "{name}" in "{directory}".\nHINT: python manage.py epic10_snapshot list'
        )
    try:
        data = (folder / MANIFEST).read_bytes()
        sealed = (folder / SEAL).read_text().split()[0]
        if hashlib.sha256(data).hexdigest() != sealed:
            raise ValueError("checksum")
        return manifest.read(data.decode())
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise NoSnapshot(
            f"{folder / MANIFEST} is not what it was when it was written.\nHINT: python manage.py epic10_snapshot take"
        ) from error


def damages(folder: Path, written: Manifest) -> Iterator[str]:
    """One line a file that is missing, that is too many, or that is not what the manifest says."""
    found = measured(folder / DUMP)
    for name, file in written.files.items():
        now, path = found.get(name), folder / DUMP / name
        if now is None:
            yield f"{path} is missing"
        elif now.bytes != file.bytes:
            yield f"{path} has {now.bytes:,} bytes, expected {file.bytes:,}"
        elif now.sha256 != file.sha256:
            yield f"{path} has other content than when it was written"
    for name in sorted(found.keys() - written.files.keys()):
        yield f"{folder / DUMP / name} was not there when the snapshot was written"


def measured(folder: Path) -> dict[str, File]:
    """Size and SHA-256 of every file of a dump."""
    if not folder.is_dir():
        return {}
    return {path.name: _measured(path) for path in sorted(folder.iterdir())}


def names(directory: Path) -> list[str]:
    """The snapshots in a directory, the oldest first."""
    found = [path.parent for path in directory.glob(f"*/{MANIFEST}") if not path.parent.name.startswith(UNFINISHED)]
    return [path.name for path in sorted(found, key=lambda path: (path / MANIFEST).stat().st_mtime)]


def newest(directory: Path) -> str:
    found = names(directory)
    if not found:
        raise NoSnapshot(f'There is no snapshot in "{directory}".\nHINT: python manage.py epic10_snapshot take')
    return found[-1]


def verified_at(folder: Path) -> datetime | None:
    with suppress(OSError, ValueError, KeyError):
        return datetime.fromisoformat(json.loads((folder / VERIFIED).read_text())["at"])


def mark(folder: Path, *, verified: bool) -> datetime | None:
    """Remember the outcome of a verification beside the dump; when, if it was a success."""
    if not verified:
        (folder / VERIFIED).unlink(missing_ok=True)
        return None
    now = datetime.now(UTC)
    private_files.write(folder / VERIFIED, json.dumps({"at": now.isoformat()}) + "\n")
    return now


def _measured(path):
    with path.open("rb") as file:
        return File(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


@contextmanager
def _locked(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
