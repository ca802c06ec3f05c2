"""The revision of the code: the release, the exact SQL it consists of, and the commit it was checked out at."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from django.conf import settings

from epic10.release import plan, scripts

UNKNOWN = "unknown"


@cache
def identity() -> dict[str, str]:
    release = plan.load()
    return {"release": release.title, "digest": digest(), "revision": revision()}


@cache
def digest() -> str:
    """SHA-256 of migration.sql and rollback.sql: the same digest, the same statements."""
    release = plan.load()
    texts = {path.name: text for path, text in scripts.files(release).items()}
    return hashlib.sha256((texts["migration.sql"] + texts["rollback.sql"]).encode()).hexdigest()


def revision() -> str:
    """The git revision, with "+" when files differ from it; EPIC10_REVISION where there is no checkout."""
    if settings.EPIC10_REVISION:
        return settings.EPIC10_REVISION
    head = _git("rev-parse", "--short=12", "HEAD")
    if not head:
        return UNKNOWN
    return f"{head}+" if _git("status", "--porcelain", "--untracked-files=no") else head


def _git(*arguments: str) -> str:
    root = Path(settings.BASE_DIR)
    # A checkout of another account, as in a container, is read all the same.
    command = ["git", "-c", f"safe.directory={root}", *arguments]
    try:
        return subprocess.run(command, cwd=root, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""
