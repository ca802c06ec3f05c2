"""Arguments that our commands share: whole options, and durations, sizes, numbers, names and paths."""

from argparse import Action, ArgumentError, ArgumentTypeError
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from epic10.deploy.gates import ACCEPT_COPY
from epic10.deploy.writers import ACCEPT_WRITERS
from epic10.postgres import routing
from epic10.snapshots import snapshot
from epic10.terminal import private_files, units


def database(parser):
    parser.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        choices=tuple(connections),
        action=_OfTheRegister,
        help="Alias of the database.",
    )


class _OfTheRegister(Action):
    """Refuses the alias of a database that cannot contain the release."""

    def __call__(self, parser, namespace, alias, option_string=None):
        if refusal := routing.refusal(alias):
            raise ArgumentError(self, refusal)
        setattr(namespace, self.dest, alias)


def format(parser, *, html=False):
    more = ", html to mail or print" if html else ""
    parser.add_argument(
        "--format",
        default="text",
        choices=("text", "json", "html") if html else ("text", "json"),
        help=f"text to read, json for a script{more}.",
    )


def directory(parser):
    parser.add_argument(
        "--directory",
        type=path,
        default=settings.EPIC10_SNAPSHOTS,
        help="Where snapshots are (default: EPIC10_SNAPSHOTS).",
    )


def jobs(parser, help="Tables dumped and restored at once."):
    parser.add_argument("--jobs", type=number, default=snapshot.JOBS, metavar="N", help=help)


def window(parser):
    parser.add_argument(
        "--window", type=duration, default="5m", metavar="DURATION", help="How long the release may take (default: 5m)."
    )


def duration(text) -> float:
    return _parsed(units.duration, text)


def size(text) -> int:
    return _parsed(units.size, text)


def number(text) -> int:
    return _parsed(units.whole_number, text)


def any_number(text) -> int:
    """A number that may be zero or negative, such as a seed."""
    return _parsed(partial(units.whole_number, least=-units.LARGEST_NUMBER), text)


def path(text) -> Path:
    return _parsed(private_files.path, text)


def file_name(text) -> str:
    """The name of one file or folder, without a path to it."""
    if path(text).name != text:
        raise ArgumentTypeError(f'"{units.shortened(text)}" is a path; only the name is wanted.')
    return text


def _parsed(parse, text):
    try:
        return parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def schema_rehearsal(parser):
    parser.add_argument(
        "--without-schema-rehearsal",
        action="store_true",
        help="Do not try the release on a copy of the schema, without rows, beside this database.",
    )


def age(parser, option, help):
    parser.add_argument(option, type=duration, default="7d", metavar="DURATION", help=help)


def accepted(parser):
    """Decisions that override a gate are typed out, and recorded with who has taken them."""
    parser.add_argument(
        ACCEPT_WRITERS, action="store_true", help="Accept that somebody is still writing to the tables."
    )
    accept_copy(parser)


def accept_copy(parser):
    parser.add_argument(
        ACCEPT_COPY,
        action="store_true",
        help="Accept that the newest record in the ledger is of another database, whose place this one has taken.",
    )
