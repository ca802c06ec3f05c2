"""
``python -m tests.shapes [--on 15 18] [--only words …] [--write]``

On the server of DATABASE_URL, or on one of each version named, started for it. ``--write``
puts the table into docs/any-database.md; exit status 1 where a shape behaved wrongly.
"""

import argparse
import os
import subprocess
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.servers import programs  # noqa: E402  Django has to be set up first.
from tests.servers.server import of_version  # noqa: E402
from tests.shapes import table  # noqa: E402
from tests.shapes.register import register  # noqa: E402
from tests.shapes.shapes import SHAPES  # noqa: E402
from tests.shapes.trial import tried  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.shapes", description=__doc__)
    parser.add_argument("--on", type=int, nargs="+", choices=programs.SUPPORTED, default=[], help="Versions to try.")
    parser.add_argument("--only", nargs="+", default=[], help="Only shapes whose name has one of these words.")
    parser.add_argument("--part", default="1/1", help="Every so manieth shape: 1/2 is the first half.")
    options = parser.parse_args()
    if options.on:
        return max(_elsewhere(version, options) for version in options.on)
    return _here(options)


def _elsewhere(version, options):
    with of_version(version, max_connections="100") as server:
        command = [sys.executable, "-m", "tests.shapes", "--part", options.part]
        command += ["--only", *options.only] if options.only else []
        return subprocess.run(command, env=os.environ | {"DATABASE_URL": server.url()}).returncode


def _here(options):
    number, of = map(int, options.part.split("/"))
    wanted = [shape for shape in SHAPES if not options.only or any(word in shape.name for word in options.only)]
    with register() as template:
        print(f"PostgreSQL {template.rows('SHOW server_version')[0][0]}", flush=True)
        template.close()
        trials = []
        for shape in wanted[number - 1 :: of]:
            of_this_one = tried(shape, template.name)
            print(*map(table.line, of_this_one), sep="\n", flush=True)
            trials += of_this_one
    print(table.summary(trials))
    return int(any(trial.behaved_wrongly or trial.said_go_and_stopped for trial in trials))


if __name__ == "__main__":
    sys.exit(main())
