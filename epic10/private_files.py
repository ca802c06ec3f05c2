"""How do files come into being that only their owner may read, and that are never half-written?"""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

OWNER_READS_AND_WRITES, OWNER_ENTERS = 0o600, 0o700


def write(path: Path, text: str):
    """The file appears under its name when all of it is on the disk, in place of an older one of that name."""
    with writing(path) as file:
        file.write(text)


@contextmanager
def writing(path: Path):
    """The same for a file that is written piece by piece, with the line ends it is given."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")  # 0600 by itself
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise


def directory(path: Path) -> Path:
    """``path``, made with all its parents for the owner alone; one that is there is left as it is."""
    for parent in [*reversed(path.parents), path]:
        if not parent.exists():
            parent.mkdir(mode=OWNER_ENTERS, exist_ok=True)
    return path
