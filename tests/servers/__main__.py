"""
``python -m tests.servers matrix [--on 15 16 17 18] [--processes 2] [--tests …]``

Starts a server of each version in turn, runs the tests that speak of the database on it,
and prints one line a version. Its exit status is 1 when one of them fails.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.servers import programs  # noqa: E402  Django has to be set up first.
from tests.servers.server import of_version  # noqa: E402

TESTS = [
    "tests/migration",
    "tests/operations",
    "tests/commands",
    "tests/checks",
    "tests/release",
    "tests/walk",
    "tests/rehearsal",
    "tests/versions",
]
COLUMNS = "{:<12}{:>9}{:>9}{:>9}{:>9}{:>10}"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description=__doc__)
    parser.add_argument("what", choices=["matrix"])
    parser.add_argument("--on", type=int, nargs="+", choices=programs.SUPPORTED, default=list(programs.SUPPORTED))
    parser.add_argument("--processes", default="2", help="Of pytest at a time (default: 2).")
    parser.add_argument("--tests", nargs="+", default=TESTS, help=f"What to run (default: {' '.join(TESTS)}).")
    options = parser.parse_args()
    print(COLUMNS.format("PostgreSQL", "tests", "passed", "skipped", "failed", "seconds"), flush=True)
    return max([_run(version, options) for version in options.on])


def _run(version, options):
    try:
        with of_version(version, max_connections="100") as server, tempfile.TemporaryDirectory() as directory:
            report = Path(directory) / "report.xml"
            command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", options.processes]
            finished = subprocess.run(
                [*command, "-m", "not long", f"--junit-xml={report}", *options.tests],
                env=os.environ | {"DATABASE_URL": server.url()},
                stdout=subprocess.PIPE,
                text=True,
            )
            _print(version, report)
            if finished.returncode:
                print(finished.stdout)
            return finished.returncode
    except programs.Missing as missing:
        print(missing)
        return 1


def _print(version, report):
    [suite] = ElementTree.parse(report).getroot().iter("testsuite")
    tests, skipped, failed = (int(suite.get(name)) for name in ("tests", "skipped", "failures"))
    failed += int(suite.get("errors"))
    seconds = f"{float(suite.get('time')):.0f}"
    print(COLUMNS.format(version, tests, tests - skipped - failed, skipped, failed, seconds), flush=True)


if __name__ == "__main__":
    sys.exit(main())
