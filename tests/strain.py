"""
The suite under strain: late, in another order, on a machine that is busy with something else.

    python -m pytest --late 3          every query of a test itself reaches the server 3 seconds late
    python -m pytest --all-late 1      every statement of every program reaches the server 1 second late
    python -m pytest --shuffle 10      another order of tests, and of rows without an ORDER BY
    python -m pytest --burn 2          beside two processes that use a core each

No result may depend on any of it. A test that has to act at a certain moment of the
release makes the release wait there (``tests.migration.disturbances``).
"""

import contextlib
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg

TESTS = Path(__file__).parent
PROJECT = TESTS.parent
HAS_AN_ORDER = re.compile(r"ORDER BY|EXPLAIN|WITH ORDINALITY|VALUES|unnest|generate_series", re.IGNORECASE)
# Until its standard input ends, which happens when its parent ends.
BURN = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
while True:
    pass
"""


def pytest_addoption(parser):
    group = parser.getgroup("strain", "the suite under strain")
    group.addoption("--late", type=float, default=0, metavar="SECONDS", help="What a test asks the server comes late.")
    group.addoption("--all-late", type=float, default=0, metavar="SECONDS", help="Every statement of anybody's does.")
    group.addoption("--shuffle", metavar="SEED", help="Another order of tests and rows, the same for the same SEED.")
    group.addoption("--burn", type=int, default=0, metavar="CORES", help="Have so many processes use a core each.")


def pytest_configure(config):
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    if seconds := config.option.late:
        stack.enter_context(tests_are_late(seconds))
    if seed := config.option.shuffle:
        stack.enter_context(rows_in_another_order(seed))
    if not hasattr(config, "workerinput"):
        for _ in range(config.option.burn):
            stack.enter_context(burning())


def pytest_collection_modifyitems(config, items):
    if seed := config.option.shuffle:
        random.Random(seed).shuffle(items)


def pytest_report_header(config):
    wanted = {name: getattr(config.option, name) for name in ("late", "all_late", "shuffle", "burn")}
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in wanted.items() if value)
    return f"strain: {told}" if told else None


@contextlib.contextmanager
def tests_are_late(seconds: float):
    """Delay the queries of tests, but not those of the release in the process of a test."""
    execute = psycopg.Cursor.execute

    def late_execute(cursor, *args, **options):
        if is_of_a_test(sys._getframe(1)):
            time.sleep(seconds)
        return execute(cursor, *args, **options)

    psycopg.Cursor.execute = late_execute
    try:
        yield
    finally:
        psycopg.Cursor.execute = execute


def is_of_a_test(frame) -> bool:
    """Whether the innermost frame of this project's code is in ``tests``."""
    while frame:
        file = Path(frame.f_code.co_filename)
        if PROJECT in file.parents and "site-packages" not in file.parts:
            return TESTS in file.parents
        frame = frame.f_back
    return False


@contextlib.contextmanager
def rows_in_another_order(seed):
    """Shuffle the rows of queries in this process, of tests and of the release."""
    chance, fetches = random.Random(seed), {name: getattr(psycopg.Cursor, name) for name in ("fetchall", "fetchmany")}

    def shuffled(fetch):
        def shuffled_fetch(cursor, *args):
            rows = fetch(cursor, *args)
            if cursor._query and not HAS_AN_ORDER.search(cursor._query.query.decode(errors="replace")):
                chance.shuffle(rows)
            return rows

        return shuffled_fetch

    for name, fetch in fetches.items():
        setattr(psycopg.Cursor, name, shuffled(fetch))
    try:
        yield
    finally:
        for name, fetch in fetches.items():
            setattr(psycopg.Cursor, name, fetch)


@contextlib.contextmanager
def burning():
    process = subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
