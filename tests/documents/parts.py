"""Everything that is written into the documents: by what, where to, and how long it takes."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.documents import first_steps, night, tables, trouble
from tests.documents.machine import Machine

IMAGES = "docs/images"
PICTURES = ("tests/dashboard/test_pictures.py", "tests/web/test_round.py")
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "")
EVERY_WAY = "tests/adversity/test_interruptions.py"
SIZES = ("50000", "200000", "1000000")


class Failed(Exception):
    """A program of a part; what it said is on the terminal."""


@dataclass(frozen=True)
class Part:
    """``write`` fills its blocks, for that many NDAs; it gives the lines that are quoted, and not printed any more."""

    name: str
    writes: str
    takes: str
    write: Callable[[Machine, int], Sequence[object]]
    is_default: bool = True


def _rivals(machine, rows):
    with tempfile.TemporaryDirectory() as folder:
        found = ("--out", f"{folder}/results.jsonl")
        for measured in (
            ("rivals", "--rows", *SIZES, "--rate", "300", *found),
            ("standbys", "--rows", SIZES[1], *found),
        ):
            _python("-m", "tests.benchmarks", *measured)(machine, rows)
        return _python("-m", "tests.benchmarks", "draw", found[1])(machine, rows)


def _python(*arguments, **environment) -> Callable:
    def write(machine, rows):
        if subprocess.run([sys.executable, *arguments], env=os.environ | environment).returncode:
            raise Failed(f"It failed: python {' '.join(arguments)}")
        return ()

    return write


PARTS = {
    part.name: part
    for part in (
        Part("first-steps", "README; what the register's pages quote", "3 minutes", first_steps.write),
        Part("night", "the guide, the way back, the transcript, and who quotes them", "10 minutes", night.write),
        Part("trouble", "what the watch says: docs/monitoring.md", "2 minutes", trouble.write),
        Part("judges", "docs/static-judges.md", "10 seconds", tables.judges),
        Part("versions", "both applications in every state: docs/database-migrations.md", "1 minute", tables.versions),
        Part("statements", "the locks of every change: docs/database-migrations.md", "1 minute", tables.statements),
        Part(
            "interruptions",
            "docs/interruptions.md",
            "15 minutes",
            _python(*PYTEST, "-p", "tests.adversity.writer", EVERY_WAY),
        ),
        Part(
            "pictures", f"{IMAGES}/*.png, with Chromium", "5 minutes", _python(*PYTEST, *PICTURES, SCREENSHOTS=IMAGES)
        ),
        Part(
            "pages",
            "docs/page-plans.md and the application's times, at 500,000 NDAs",
            "20 minutes",
            tables.pages,
            is_default=False,
        ),
        Part(
            "shapes",
            "docs/any-database.md, on PostgreSQL 15 and 18",
            "1 hour",
            _python("-m", "tests.shapes", "--on", "15", "18", "--write"),
            is_default=False,
        ),
        Part(
            "rivals",
            "docs/performance.md and its pictures, at 50,000 to 1,000,000",
            "6 hours",
            _rivals,
            is_default=False,
        ),
        Part(
            "clients",
            "the tables of docs/both-applications.md, with npm, on PostgreSQL 15 and 18",
            "1 hour",
            _python("-m", "tests.clients", "--on", "15", "18", "--write"),
            is_default=False,
        ),
    )
}
