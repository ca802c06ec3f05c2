"""
One rival in a process of its own, timed: ``python -m tests.benchmarks.child NAME forwards|backwards``

A process of its own, on the database of DATABASE_URL: the memory it needs at
its peak is the rival's. It says that it is ready, and begins when it is told.
"""

import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection  # noqa: E402  Django has to be set up first.

from tests.benchmarks.rivals import RIVALS  # noqa: E402


def main(name, direction):
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    getattr(RIVALS[name], direction)()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
