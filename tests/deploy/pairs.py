"""
Pairs of commands started together on one database, and how each of them ended.

    python -m tests.deploy.pairs 50

starts fifty pairs of epic10_deploy, each pair on a database of its own, and prints a
table of how they ended.
"""

import argparse
import contextlib
import os
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass

import django

DEPLOY = ("epic10_deploy", "--yes", "--without-rehearsal")

DID_THE_WORK, REFUSED = "did the work", "refused, naming the other"


@dataclass(frozen=True)
class Ending:
    """How a process has ended."""

    pid: int
    status: int
    said: str
    complaint: str

    def in_words(self, database, other: int) -> str:
        """What it did; where it is neither of the two endings there may be, everything it said."""
        if (self.status, self.complaint) == (0, "") and "Epic 10 is in place. Next" in self.said:
            return DID_THE_WORK
        refusal = refused(database.name, other, "epic10_deploy")
        if self.status == 1 and self.said == database.announced and re.fullmatch(refusal, self.complaint):
            return REFUSED
        return f"status {self.status}: {self.said[-500:]} {self.complaint[-500:]}"


def refused(name: str, other: int, command: str) -> str:
    """A pattern for what the one says who finds the process ``other`` at work with ``command``."""
    return (
        rf"(AlreadyRunning|CommandError): The database \"{name}\" is being migrated already: "
        rf"{command} by [^,]+, process {other}(, step [\w ]+)?, user \w+, pid \d+, for \d+ s\.\n"
        r"HINT: Wait until it is done, then run the same command again; what is done is not done twice\.\n"
    )


def ended(process) -> Ending:
    said, complaint = process.communicate()
    return Ending(process.pid, process.returncode, said, complaint)


def pair_of_deploys(database, **environment) -> list[str]:
    """The endings of two, in words, sorted."""
    processes = [database.start(*DEPLOY, **environment) for _ in range(2)]
    first, second = map(ended, processes)
    return sorted([first.in_words(database, second.pid), second.in_words(database, first.pid)])


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.deploy.pairs", description=__doc__)
    parser.add_argument("pairs", type=int, nargs="?", default=50, help="How many (default: 50).")
    return _many(parser.parse_args().pairs)


def _many(number):
    from django.core.management import call_command

    from epic10.release.status import status
    from tests.databases import database
    from tests.servers import in_memory
    from tests.servers.server import alias

    with contextlib.ExitStack() as stack:
        url = stack.enter_context(in_memory.server()).url()
        stack.enter_context(alias("default", url))
        template = stack.enter_context(database())
        template.migrate("0001")
        call_command("epic10_seed", rows=300, database=template.alias)
        template.close()
        found = Counter()
        for turn in range(1, number + 1):
            with database(template.name) as one, tempfile.TemporaryDirectory() as place:
                began = time.monotonic()
                endings = pair_of_deploys(one, EPIC10_SNAPSHOTS=f"{place}/s", EPIC10_RECORDS=f"{place}/r")
                state = status(one.connection).state
                records = one.rows("SELECT count(*), min(verdict) FROM epic10_run_record")
                line = (*endings, f"database {state}", "records {}, {}".format(*records[0]))
                found[line] += 1
                print(f"{turn:3}  {time.monotonic() - began:5.1f} s  {' | '.join(line)}", flush=True)
    print(f"\n{number} pairs of epic10_deploy started together")
    for line, times in found.most_common():
        print(f"{times:4}  {' | '.join(line)}")
    return 0 if list(found) == [(DID_THE_WORK, REFUSED, "database switched", "records 1, OK")] else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    sys.exit(main())
