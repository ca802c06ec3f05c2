"""The account that the embedded PostgreSQL runs under, and the directories it can reach.

PostgreSQL refuses to run as root. When root uses the project, the server runs as
the owner of its directory, or else as ``postgres`` or ``nobody``. Permissions
outside the project are never changed for it.
"""

import hashlib
import os
import pwd
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.db import OperationalError

# Where root keeps what the server's account could not reach inside a closed home directory.
SHARED = Path("/var/lib/ndas-postgres")


class ServerError(OperationalError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int

    def for_subprocess(self) -> dict:
        """The arguments of ``subprocess.run`` that make the child run under this account."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Make sure that ``path`` belongs to this account; a path of another account is left alone."""
        owner = path.lstat().st_uid
        if owner == self.uid:
            return
        if os.geteuid() != 0 or owner != 0:
            raise ServerError(
                f'"{path}" belongs to another account (uid {owner}).\n'
                "HINT: Run as that account, remove the directory, or set DATABASE_URL."
            )
        os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def reaches(self, path: Path) -> bool:
        return all(self._may_enter(parent) for parent in path.parents if parent.exists())

    def _may_enter(self, directory: Path) -> bool:
        status = directory.stat()
        own = status.st_uid == self.uid and status.st_mode & stat.S_IXUSR
        return bool(own or status.st_mode & stat.S_IXOTH)


def account_for(home: Path) -> Account:
    """The account whose server keeps its files in ``home``, which need not exist yet."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for directory in (home, home.parent):
        with suppress(FileNotFoundError):
            owner = directory.stat()
            if owner.st_uid != 0:
                return Account(owner.st_uid, owner.st_gid)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise ServerError(
        'PostgreSQL does not run as root, and there is no account "postgres" or "nobody".\n'
        "HINT: Run as an ordinary user, or set DATABASE_URL."
    )


def reachable_home(home: Path, account: Account) -> Path:
    """``home``, or a directory below /var/lib if ``account`` could not reach it."""
    if os.geteuid() != 0 or account.reaches(home):
        return home
    return shared_directory() / f"home-{digest(home)}"


def shared_directory() -> Path:
    SHARED.mkdir(exist_ok=True)
    SHARED.chmod(0o755)  # regardless of root's umask
    return SHARED


def digest(path: Path) -> str:
    return hashlib.sha256(bytes(path)).hexdigest()[:12]
