"""Our commands in ``python manage.py help``: one line each, before the list of all."""

import re
import textwrap

from django.core.management import ManagementUtility, get_commands, load_command_class

OURS = ("epic10", "ndas")
HEADING = "Of this project (manage.py help COMMAND teaches each):"
WIDTH = 100


class Utility(ManagementUtility):
    """Django's help, with our commands and their purposes before the list of all commands."""

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
