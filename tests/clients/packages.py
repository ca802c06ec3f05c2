"""Packages that only these clients need: installed once, in the versions of ``pinned/``, outside of the project."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PINNED = Path(__file__).parent / "pinned"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "ndas-clients")


class Missing(Exception):
    """This machine lacks something; the message says what, and how to get it."""


@dataclass(frozen=True)
class Packages:
    """What ``install(folder)`` puts into a folder, as ``files`` in ``pinned`` say."""

    name: str
    files: tuple[str, ...]
    install: Callable[[Path], None]

    def folder(self) -> Path:
        """Installed now if it is not there; raises Missing."""
        content = b"\0".join((PINNED / file).read_bytes() for file in self.files)
        kept = CACHE / f"{self.name}-{hashlib.sha256(content + sys.version.encode()).hexdigest()[:12]}"
        if not kept.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=CACHE) as unfinished:
                folder = Path(unfinished) / "packages"
                folder.mkdir()
                for file in self.files:
                    shutil.copy(PINNED / file, folder)
                self.install(folder)
                try:
                    folder.rename(kept)
                except OSError:  # somebody else's was ready first
                    if not kept.exists():
                        raise
        return kept


def _install_python(folder):
    wanted = ["--target", folder, "-r", folder / "requirements.txt"]
    _run("pip", [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted], folder)


def _install_node(folder):
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Missing(f"{program} is not on this machine.\nHINT: apt-get install nodejs npm")
    # No script of a package runs. Prisma's would fetch an engine, which its adapter for drivers does without.
    _run("npm", ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], folder)
    prisma = folder / "node_modules/.bin/prisma"
    offline = {"PRISMA_SCHEMA_ENGINE_BINARY": shutil.which("true"), "CHECKPOINT_DISABLE": "1"}
    for application in ("old", "new"):
        _run("prisma", [prisma, "generate", "--schema", f"{application}.prisma"], folder, **offline)


def _run(program, command, folder, **environment):
    finished = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if finished.returncode:
        said = (finished.stderr or finished.stdout).strip().splitlines()[-1:]
        words = " ".join(map(str, command[:3]))
        raise Missing(f"{program} could not install the packages: {' '.join(said)}\nHINT: {words} has to work here.")


PYTHON = Packages("python", ("requirements.txt",), _install_python)
NODE = Packages("node", ("package.json", "prisma.config.ts", "old.prisma", "new.prisma"), _install_node)
