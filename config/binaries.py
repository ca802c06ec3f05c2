"""Which of this machine's PostgreSQL installations runs the embedded server."""

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from config.account import Account, ServerError, digest, shared_directory
from epic10.postgres import installations

OLDEST_MAJOR = 15
PROGRAMS = ("initdb", "pg_ctl", "postgres")


def choose(data: Path, owner: Account) -> Path:
    """
    The directory of the programs for the server of ``data``, which need not exist yet.

    PostgreSQL opens a data directory only with the major version that made it.
    """
    version_file = data / "PG_VERSION"
    wanted = int(version_file.read_text()) if version_file.exists() else None
    found = {path: installations.major(path / "postgres") for path in installations.directories() if is_complete(path)}
    for directory, major in found.items():
        if major >= OLDEST_MAJOR and wanted in (None, major):
            return reachable(directory, owner)
    raise ServerError(
        f'No PostgreSQL {wanted or f"{OLDEST_MAJOR} or newer"} was found for "{data}"'
        f" (found: {', '.join(f'{path} ({major})' for path, major in found.items()) or 'none'}).\n"
        "HINT: Set DATABASE_URL to a running server, or NDAS_PG_BIN to the directory of initdb and pg_ctl."
    )


def is_complete(directory: Path) -> bool:
    """Does the directory have all programs to create and run a server?"""
    return all(os.access(directory / program, os.X_OK) for program in PROGRAMS)


def reachable(directory: Path, owner: Account) -> Path:
    """``directory``, or a copy of its installation where ``owner`` can run the programs."""
    with suppress(PermissionError):
        subprocess.run([directory / "postgres", "--version"], capture_output=True, check=True, **owner.for_subprocess())
        return directory
    return _copy(directory)


def _copy(directory: Path) -> Path:
    """A copy that everybody can run, for when root's virtual environment is inside a closed home directory."""
    installation = directory.parent
    package = installation.parent
    made = (directory / "postgres").stat().st_mtime_ns
    copy = shared_directory() / f"programs-{digest(directory / str(made))}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(dir=copy.parent))
        shutil.copytree(installation, unfinished / package.name / installation.name, symlinks=True)
        # A wheel's libraries are beside the package, and are found by that relative path.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, unfinished / libraries.name)
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)
        try:
            os.rename(unfinished, copy)
        except OSError:  # another process was faster
            shutil.rmtree(unfinished)
    return copy / package.name / installation.name / directory.name
