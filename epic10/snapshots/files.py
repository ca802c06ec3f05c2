"""The directories of the snapshots: created whole or not at all, and verified file by file."""

import errno
import fcntl
import hashlib
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain, count
from pathlib import Path

from epic10.snapshots import manifest
from epic10.snapshots.manifest import File, Manifest
from epic10.terminal import private_files
from epic10.terminal.refusal import Refusal

DUMP, MANIFEST, SEAL, VERIFIED = "dump", "manifest.json", "manifest.json.sha256", "verified.json"
UNFINISHED = ".unfinished-"
TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)


class NoSnapshot(Refusal):
    """There is no such snapshot, or it is damaged."""


@contextmanager
def unfinished(directory: Path) -> Iterator[Path]:
    """
    A folder to write a snapshot into. What is not ``finish()``ed is removed, also what a killed process left.

    A file lock shows which folders are in use: it is released when its process ends.
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


def finish(folder: Path, written: Manifest, *, known: Collection[str] = ()) -> Manifest:
    """
    Write the manifest and give the folder its name: from now on it is a snapshot.

    A name that is taken, in the directory, in ``known``, or by another process at this
    moment, gets a number.
    """
    database, moment = written.database, written.taken_at
    for name in names_for(database, moment):
        if name in known or (folder.parent / name).exists():
            continue
        named = replace(written, name=name)
        text = named.text()
        private_files.write(folder / MANIFEST, text)
        private_files.write(folder / SEAL, f"{digest(text.encode())}  {MANIFEST}\n")
        try:
            os.rename(folder, folder.parent / name)
        except OSError as error:
            if error.errno not in TAKEN:
                raise
        else:
            private_files.sync(folder.parent)
            return named


def names_for(database: str, moment: datetime) -> Iterator[str]:
    """Names in the order in which they are tried."""
    name = f"{private_files.plain(database)}-{moment:%Y%m%dT%H%M%SZ}"
    return chain([name], (f"{name}-{number}" for number in count(2)))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def read(directory: Path, name: str) -> Manifest:
    """The manifest of a snapshot, if it is intact and in its own folder. Raises NoSnapshot."""
    folder = directory / name
    if Path(name).name != name or not (folder / MANIFEST).is_file():
        raise NoSnapshot(
            f'There is no snapshot "{name}" in "{directory}".\nHINT: python manage.py epic10_snapshot list'
        )
    try:
        data = (folder / MANIFEST).read_bytes()
        sealed = (folder / SEAL).read_text().split()[0]
        if digest(data) != sealed:
            raise ValueError("checksum")
        found = manifest.read(data.decode())
    except (OSError, *manifest.NONSENSE) as error:
        raise NoSnapshot(
            f"{folder / MANIFEST} is not what it was when it was written.\nHINT: python manage.py epic10_snapshot take"
        ) from error
    if found.name != name:
        raise NoSnapshot(
            f'The folder "{folder}" holds another snapshot, "{found.name}": it was renamed, or two were exchanged.\n'
            f"HINT: {_renamed(directory, name, found.name)}"
        )
    return found


def _renamed(directory, name, right):
    """The commands that put a folder back, and move away whatever has its name."""
    aside = [f"mv {shlex.quote(str(directory / right))} {shlex.quote(str(directory / f'{right}.aside'))}; "]
    there = "".join(aside if (directory / right).exists() else [])
    return f"{there}mv {shlex.quote(str(directory / name))} {shlex.quote(str(directory / right))}"


def damages(folder: Path, written: Manifest) -> Iterator[str]:
    """One line for each file that is missing, unexpected, or not what the manifest says."""
    found, there = measured(folder / DUMP), _entries(folder / DUMP)
    for name, file in written.files.items():
        now, path = found.get(name), folder / DUMP / name
        if now is None:
            yield f"{path} {'is no file that can be read' if name in there else 'is missing'}"
        elif now.bytes != file.bytes:
            yield f"{path} has {now.bytes:,} bytes, expected {file.bytes:,}"
        elif now.sha256 != file.sha256:
            yield f"{path} has other content than when it was written"
    for name in sorted(there - written.files.keys()):
        yield f"{folder / DUMP / name} was not there when the snapshot was written"


def measured(folder: Path) -> dict[str, File]:
    """Size and SHA-256 of every readable file of a dump."""
    return {name: file for name in sorted(_entries(folder)) if (file := _measured(folder / name))}


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
    """When this very snapshot was verified; a mark of another snapshot, or a forged one, does not count."""
    with suppress(OSError, *manifest.NONSENSE):
        said = json.loads((folder / VERIFIED).read_text())
        if said["manifest"] == digest((folder / MANIFEST).read_bytes()):
            return datetime.fromisoformat(said["at"])


def mark(folder: Path, *, verified: bool) -> datetime | None:
    """Write the result of a verification beside the dump; returns the time, if it was successful."""
    if not verified:
        (folder / VERIFIED).unlink(missing_ok=True)
        return None
    now = datetime.now(UTC)
    said = {"at": now.isoformat(), "manifest": digest((folder / MANIFEST).read_bytes())}
    private_files.write(folder / VERIFIED, json.dumps(said) + "\n")
    return now


def _entries(folder):
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def _measured(path):
    with suppress(OSError):
        if path.is_file():
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
