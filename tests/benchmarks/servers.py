"""The same measurement on servers of our own, one after the other: each version with each size of shared_buffers."""

import os
import subprocess
import sys

from tests.servers.server import of_version

# What a test's server spares, a measurement wants.
SETTINGS = {"fsync": "on", "max_connections": "100"}
OPTIONS = ("--on", "--shared-buffers")


def each(options, arguments: list[str]):
    """``arguments`` of the command line, without the servers, in a process on each of them."""
    for version in options.on:
        for buffers in options.shared_buffers:
            print(f"PostgreSQL {version}, shared_buffers {buffers}", flush=True)
            with of_version(version, shared_buffers=buffers, **SETTINGS) as server:
                subprocess.run(
                    [sys.executable, "-m", "tests.benchmarks", *without_servers(arguments)],
                    env=os.environ | {"DATABASE_URL": server.url()},
                    check=True,
                )


def without_servers(arguments: list[str]) -> list[str]:
    kept, is_ours = [], False
    for argument in arguments:
        is_ours = argument in OPTIONS if argument.startswith("--") else is_ours
        if not is_ours:
            kept.append(argument)
    return kept
