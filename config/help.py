"""Our commands in ``python manage.py help``, a line each, before the list of all; and what a wrong option may mean."""

import argparse
import re
import textwrap
from difflib import get_close_matches

from django.core.management import ManagementUtility, get_commands, load_command_class

OURS = ("epic10", "ndas")
HEADING = "Of this project (manage.py help COMMAND teaches each):"
WIDTH = 100


class Utility(ManagementUtility):
    """Django's, with our commands and their purposes before the list of all commands."""

    def fetch_command(self, subcommand):
        command = super().fetch_command(subcommand)
        create = command.create_parser
        command.create_parser = lambda *names, **options: suggesting(create(*names, **options))
        return command

    def main_help_text(self, commands_only=False):
        names = super().main_help_text(commands_only)
        return names if commands_only else f"{HEADING}\n\n{lines()}\n\n{names}"


def lines() -> str:
    width = max(map(len, purposes())) + 4
    return "\n".join(
        textwrap.fill(f"  {name:<{width - 2}}{purpose}", WIDTH, subsequent_indent=" " * width)
        for name, purpose in purposes().items()
    )


def purposes() -> dict[str, str]:
    """Each command of ours and the first sentence of its help."""
    ours = sorted((name, app) for name, app in get_commands().items() if app in OURS)
    return {name: first_sentence(load_command_class(app, name).help) for name, app in ours}


def first_sentence(text: str) -> str:
    return re.match(r".*?[.?](?= [A-Z]|$)", " ".join(text.split()))[0]


def suggesting(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The parser, which says of an option that there is not which one is like it."""
    error = parser.error

    def told(message):
        unknown = re.match(r"unrecognized arguments: (--[\w-]+)", message)
        near = get_close_matches(unknown[1], options_of(parser), 1) if unknown else []
        error(f"{message}\nHINT: There is {near[0]}." if near else message)

    parser.error = told
    return parser


def options_of(parser: argparse.ArgumentParser) -> list[str]:
    """Those of its actions, too."""
    found = []
    for action in parser._actions:
        found += action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            found += [option for one in action.choices.values() for option in options_of(one)]
    return found
