"""What do our command lines have in common: database and format, and how to say a duration or a size?"""

from argparse import Action, ArgumentError, ArgumentTypeError

from django.db import DEFAULT_DB_ALIAS, connections

from epic10 import routing, units


def database(parser):
    parser.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        choices=tuple(connections),
        action=_OfTheRegister,
        help="Alias of the database.",
    )


class _OfTheRegister(Action):
    """Refuses the alias of a database that the release cannot be in."""

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


def duration(text) -> float:
    return _parsed(units.duration, text)


def size(text) -> int:
    return _parsed(units.size, text)


def number(text) -> int:
    if not str(text).isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f'"{text}" is not a number above zero.')
    return int(text)


def _parsed(parse, text):
    try:
        return parse(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error
