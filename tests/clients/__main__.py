"""
``python -m tests.clients [--on 15 18] [--rows 20000] [--rate 300] [--rounds 4] [--only words …] [--write]``

Both applications on ten drivers, through a whole release on a seeded register: on the server of DATABASE_URL, or on
one of each version named, started for it. ``--write`` puts the tables into docs/both-applications.md; the exit
status is 1 if anything failed. What the clients need is installed once, outside of the project.
"""

import argparse
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.clients import table  # noqa: E402  Django has to be set up first.
from tests.clients.kinds import KINDS  # noqa: E402
from tests.clients.night import Night  # noqa: E402
from tests.clients.packages import Missing  # noqa: E402
from tests.clients.register import register  # noqa: E402
from tests.servers import programs  # noqa: E402
from tests.servers.server import of_version  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("--on", type=int, nargs="+", choices=programs.SUPPORTED, default=[], help="Versions to try.")
    parser.add_argument("--rows", type=int, default=20_000, help="NDAs in the register (default: 20000).")
    parser.add_argument("--rate", type=float, default=300.0, help="Operations a second, of all clients (default: 300).")
    parser.add_argument("--rounds", type=int, default=4, help="Of every operation by every client in each phase.")
    parser.add_argument("--only", nargs="+", default=[], help="Only clients whose name has one of these words.")
    parser.add_argument("--write", action="store_true", help=f"Write the tables of {table.PAGE.name}.")
    parser.add_argument("--keep", type=Path, help="A file for what was found.")
    options = parser.parse_args()
    runs = [run for version in options.on for run in _elsewhere(version, options)] or [_here(options)]
    if options.keep:
        options.keep.write_bytes(pickle.dumps(runs))
        return 0
    for run in runs:
        print(table.section(run), table.against(run), sep="\n")
    if options.write:
        table.PAGE.write_text(table.with_section(table.PAGE.read_text(), runs))
    return int(not all(run.found.is_flawless() for run in runs))


def _elsewhere(version, options) -> list[table.Run]:
    with tempfile.TemporaryDirectory() as folder, of_version(version, max_connections="100") as server:
        kept = Path(folder) / "run"
        command = [sys.executable, "-m", "tests.clients", "--keep", kept, "--rows", str(options.rows)]
        command += ["--rate", str(options.rate), "--rounds", str(options.rounds)]
        command += ["--only", *options.only] if options.only else []
        if status := subprocess.run(command, env=os.environ | {"DATABASE_URL": server.url()}).returncode:
            sys.exit(status)
        return pickle.loads(kept.read_bytes())


def _here(options) -> table.Run:
    with register(options.rows) as database:
        [[server]] = database.rows("SELECT current_setting('server_version_num')::int / 10000")
        found = Night(
            database,
            _to_be_had(options.only),
            rate=options.rate,
            rounds=options.rounds,
            say=lambda line: print(line, flush=True),
        ).whole()
    return table.Run(server, options.rows, options.rate, found)


def _to_be_had(words):
    """Of the kinds that are wanted, those whose packages are there; what is missing is said once."""
    kinds, said = [], {}
    for kind in KINDS:
        if words and not any(word in kind.name for word in words):
            continue
        try:
            if kind.needs and kind.needs.name in said:
                raise Missing(said[kind.needs.name])
            if kind.needs:
                kind.needs.folder()
            kinds.append(kind)
        except Missing as missing:
            if kind.needs.name not in said:
                print(missing, flush=True)
            said[kind.needs.name] = str(missing)
            print(f"Without {kind.name}.", flush=True)
    return kinds


if __name__ == "__main__":
    sys.exit(main())
