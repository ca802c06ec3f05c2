"""
``python -m tests.benchmarks [speed|locks|pages|statements] --rows 50000 200000``

Every rival works on its own copy of the same database, in turn, in one run:
quote the ratios, the seconds are this machine's.
"""

import argparse
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.benchmarks import locks, pages, speed, statements  # noqa: E402  Django has to be set up first.

BENCHMARKS = {
    "speed": speed.measure,
    "locks": locks.measure,
    "pages": pages.measure,
    "statements": statements.measure,
}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("benchmark", choices=BENCHMARKS)
    parser.add_argument("--rows", type=int, nargs="+", default=[50_000], help="NDAs, one or several sizes.")
    parser.add_argument("--rounds", type=int, default=3, help="Rounds of each rival (default: 3).")
    options = parser.parse_args()
    for rows in options.rows:
        BENCHMARKS[options.benchmark](rows, options.rounds)


if __name__ == "__main__":
    main()
