"""The suite's own server, for when DATABASE_URL names none.

It is in memory because most tests create a database of their own, and copying one to a
disk takes ten times as long. It is a real server with the same programs.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests import left_behind
from tests.servers import programs
from tests.servers.server import Server, account, new

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3  # bytes
# Nobody kills this one: what a crash could tear need not be written twice.
SETTINGS = {"max_connections": "200", "shared_buffers": "128MB", "full_page_writes": "off"}


def is_to_be_had() -> bool:
    """A container may have 64 MB of it."""
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM


@contextlib.contextmanager
def server() -> Iterator[Server]:
    home, owner = Path(tempfile.mkdtemp(prefix="ndas-suite-", dir=MEMORY)), account()
    owner.own(home)
    left_behind.goes(home)
    try:
        with new(programs.complete(owner), home, owner, **SETTINGS) as running:
            yield running
    finally:
        shutil.rmtree(home, ignore_errors=True)
