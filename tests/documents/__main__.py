"""``python -m tests.documents``: write what the documents quote, from real runs on this machine."""

import argparse
import contextlib
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tests.documents import machine  # noqa: E402  Django has to be set up first.
from tests.documents.parts import PARTS, Failed  # noqa: E402
from tests.servers import programs  # noqa: E402
from tests.servers.server import account, alias, running  # noqa: E402

ROWS = 50_000
# As after an installation; the servers of tests do without.
SETTINGS = {"fsync": "on", "shared_buffers": "128MB", "max_connections": "100"}
DESCRIPTION = """\
Write every transcript, table, time and picture of the documents again, from real runs on servers of its own. Only what
stands between two comments of a page is written:

    <!-- written by python -m tests.documents: PART -->
    <!-- end of PART -->

In the blocks of a night, the lines that are quoted show what is printed now, and … stands for any others. A line that
is not printed any more is replaced by the one that resembles it most, or left out, and is named at the end; the exit
status is then 1. So write a command with the lines that a reader should see, then run this."""
EXAMPLES = """
examples:
  python -m tests.documents                      all but those that take an hour
  python -m tests.documents night                only these pages
  python -m tests.documents --load 5 judges      on a machine that is busy, which the pages will say
"""


def main():
    options = arguments().parse_args()
    names = options.part or [name for name, part in PARTS.items() if part.is_default]
    try:
        found = machine.insist(options.load)
        gone = [one for name in names for one in _written(PARTS[name], found, options.rows)]
    except (machine.TooBusy, Failed, programs.Missing) as reason:
        print(reason, file=sys.stderr)
        return 1
    if gone:
        print(*gone, "Look at what stands there now: git diff", sep="\n", file=sys.stderr)
    return int(bool(gone))


def _written(part, found, rows):
    print(f"{part.name}: {part.writes}; {part.takes}", flush=True)
    with _server_of_its_own():
        return part.write(found, rows)


@contextlib.contextmanager
def _server_of_its_own():
    """For whoever asks Django for the default database, in this process and in those that it starts."""
    before = os.environ.get("DATABASE_URL")
    with running(programs.complete(account()), **SETTINGS) as server, alias("default", server.url()):
        os.environ["DATABASE_URL"] = server.url()
        try:
            yield
        finally:
            del os.environ["DATABASE_URL"]
            if before is not None:
                os.environ["DATABASE_URL"] = before


def arguments():
    parts = "\n".join(
        f"  {part.name:15}{part.takes:12}{part.writes}{'' if part.is_default else ' (only if named)'}"
        for part in PARTS.values()
    )
    parser = argparse.ArgumentParser(
        prog="python -m tests.documents",
        description=DESCRIPTION,
        epilog=f"parts:\n{parts}\n{EXAMPLES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], metavar="PART", help="Only these; see below.")
    parser.add_argument(
        "--load",
        type=float,
        default=machine.ALLOWED,
        help="Load average that is accepted (default: %(default)g); more than that is said in the pages.",
    )
    parser.add_argument("--rows", type=int, default=ROWS, help="NDAs of the register (default: %(default)s).")
    return parser


if __name__ == "__main__":
    sys.exit(main())
