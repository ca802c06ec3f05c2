"""
``python -m tests.walk [--walks …] [--on 15 16 17 18] [--sample 25] [--seed …] [--every]``

On the server of DATABASE_URL, or on one of each version named, started for it.
"""

import argparse
import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402  Django has to be set up first.
from django.db import connections  # noqa: E402

from tests.servers import programs  # noqa: E402
from tests.servers.server import of_version  # noqa: E402
from tests.walk import commands, registers  # noqa: E402
from tests.walk.seed import of_this_commit  # noqa: E402
from tests.walk.walk import WALKS, Walker, points  # noqa: E402

STRETCHES = 8  # of each walker


def main():
    options = _options()
    if not options.on:
        return _walk(options)
    return max([_elsewhere(version) for version in options.on])


def _elsewhere(version):
    try:
        with of_version(version, max_connections="100") as server:
            command = [sys.executable, "-m", "tests.walk", *_without_versions(sys.argv[1:])]
            return subprocess.run(command, env=os.environ | {"DATABASE_URL": server.url()}).returncode
    except programs.Missing as missing:
        print(missing)
        return 1


def _options():
    parser = argparse.ArgumentParser(prog="python -m tests.walk", description=__doc__)
    parser.add_argument("--walks", nargs="+", choices=WALKS, default=list(WALKS), help="Which commands (default: all).")
    parser.add_argument(
        "--on", type=int, nargs="+", choices=programs.SUPPORTED, default=[], help="Versions to start servers of."
    )
    parser.add_argument("--sample", type=int, help="So many points of each walk, by chance, instead of all.")
    parser.add_argument("--seed", default=of_this_commit(), help="Chooses the sample (default: this commit).")
    parser.add_argument("--every", action="store_true", help="Go on from every point, also from equal states.")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="Walkers at a time.")
    return parser.parse_args()


def _without_versions(arguments):
    """The arguments but for those that are for us."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--on", nargs="+")
    return parser.parse_known_args(arguments)[1]


def _walk(options):
    settings.EPIC10_BATCH_SIZE = registers.BATCH
    commands.get_ready()
    wrong = []
    with registers.made() as templates:
        print(f"{_server()}, {registers.NDAS} NDAs")
        print(f"{'':20}{'requests':>10}{'points':>10}{'missed':>10}{'states':>10}{'different':>12}{'seconds':>10}")
        for walk in options.walks:
            began = time.monotonic()
            expected, found = _found(walk, templates, options)
            wrong += [finding for finding in found if finding.wrong]
            counts = (
                len(expected.requests),
                len(found),
                sum(not finding.was_reached for finding in found),
                len({finding.state for finding in found}),
            )
            different = sum(bool(finding.wrong) for finding in found)
            row = "".join(f"{count:10,}" for count in counts)
            print(f"{walk:20}{row}{different:12,}{time.monotonic() - began:10.0f}", flush=True)
    for (what, why), count in Counter((f"{f.walk}, {f.point}: {f.request}", f.wrong) for f in wrong).items():
        print(f"\n{what}" + (f" ({count} times)" if count > 1 else ""), *why, sep="\n    ")
    return 1 if wrong else 0


def _found(walk, templates, options):
    with Walker(templates) as walker:
        expected = walker.expected(walk)
    wanted = points(expected)
    if options.sample:
        wanted = random.Random(options.seed).sample(wanted, min(options.sample, len(wanted)))
    connections.close_all()
    # Neighbours end in the same state: a walker each for a stretch of the way. The way gets longer: so many stretches.
    share = max(-(-len(wanted) // (options.processes * STRETCHES)), 1)
    stretches = [
        (walk, templates, expected, options.every, wanted[i : i + share]) for i in range(0, len(wanted), share)
    ]
    with multiprocessing.get_context("fork").Pool(options.processes) as pool:
        return expected, [finding for found in pool.map(_stretch, stretches, chunksize=1) for finding in found]


def _stretch(stretch):
    walk, templates, expected, every, wanted = stretch
    with Walker(templates, every=every) as walker:
        return [walker.walk(walk, expected, point) for point in wanted]


def _server():
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 'PostgreSQL ' || current_setting('server_version')")
        return cursor.fetchone()[0]


if __name__ == "__main__":
    sys.exit(main())
