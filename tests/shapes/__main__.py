"""
``python -m tests.shapes [--on 15 18] [--only words …] [--write]``

On the server of DATABASE_URL, or on one of each version named, started for it. ``--write``
puts the table into docs/any-database.md; exit status 1 where a shape behaved wrongly.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.documents import marks  # noqa: E402
from tests.servers import programs  # noqa: E402  Django has to be set up first.
from tests.servers.server import of_version  # noqa: E402
from tests.shapes import table  # noqa: E402
from tests.shapes.register import register  # noqa: E402
from tests.shapes.shapes import SHAPES  # noqa: E402
from tests.shapes.trial import Trial, tried  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.shapes", description=__doc__)
    parser.add_argument("--on", type=int, nargs="+", choices=programs.SUPPORTED, default=[], help="Versions to try.")
    parser.add_argument("--only", nargs="+", default=[], help="Only shapes whose name has one of these words.")
    parser.add_argument("--write", action="store_true", help=f"Write the table of {table.PAGE.name}.")
    parser.add_argument("--keep", type=Path, help="A file for the trials, as JSON.")
    options = parser.parse_args()
    trials = [trial for version in options.on for trial in _elsewhere(version, options)] or _here(options)
    if options.keep:
        options.keep.write_text(json.dumps([asdict(trial) for trial in trials]))
    if options.write:
        marks.fill(table.PAGE, table.NAME, table.section(trials))
    print(table.summary(trials))
    return int(any(trial.behaved_wrongly or trial.said_go_and_stopped for trial in trials))


def _elsewhere(version, options) -> list[Trial]:
    with tempfile.TemporaryDirectory() as folder, of_version(version, max_connections="100") as server:
        kept = Path(folder) / "trials.json"
        command = [sys.executable, "-m", "tests.shapes", "--keep", kept]
        command += ["--only", *options.only] if options.only else []
        subprocess.run(command, env=os.environ | {"DATABASE_URL": server.url()}, check=False)
        return [Trial(**trial) for trial in json.loads(kept.read_text())]


def _here(options) -> list[Trial]:
    trials = []
    with register() as template:
        [[server]] = template.rows("SELECT current_setting('server_version_num')::int / 10000")
        template.close()
        for shape in SHAPES:
            if not options.only or any(word in shape.name for word in options.only):
                of_this_one = tried(shape, template.name, server)
                print(*map(table.line, of_this_one), sep="\n", flush=True)
                trials += of_this_one
    return trials


if __name__ == "__main__":
    sys.exit(main())
