#!/usr/bin/env python
"""Django's command line, with this project's settings."""

import argparse
import os
import re
import signal
import sys

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, NotSupportedError
from psycopg.errors import UndefinedTable

from config.help import Utility
from epic10.postgres.errors import is_unreachable
from epic10.terminal import encoding, signals
from epic10.terminal.next_command import naming

USAGE = 2  # What argparse ends with, too.


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    encoding.fit_the_terminal()
    if os.environ.get("NO_COLOR"):
        # Django has a variable of its own for it. (https://no-color.org)
        os.environ["DJANGO_COLORS"] = "nocolor"
    if wrong := unreadable(sys.argv[1:]):
        print(wrong, file=sys.stderr)
        sys.exit(USAGE)
    try:
        # Read them now: Django would report a mistake in them as an unknown command.
        settings.INSTALLED_APPS  # noqa: B018
        Utility(sys.argv).execute()
    except BrokenPipeError:
        # Nobody reads on, as with | head; the interpreter must not try again on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except KeyboardInterrupt:
        sys.exit(interrupted())
    except (ImproperlyConfigured, Error) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(naming(explain(error), database_of(sys.argv)))


def unreadable(arguments: list[str]) -> str:
    """
    What is wrong with an argument that no command can make sense of, or nothing.

    Python hands over bytes that are no UTF-8 as halves of characters, which cannot be
    printed again; and its argparse makes an empty list of the value in --option=--.
    """
    for place, argument in enumerate(arguments, start=1):
        if any("\ud800" <= character <= "\udfff" for character in argument):
            return f"Argument {place} is not UTF-8.\nHINT: Type it in UTF-8; a file can be renamed."
        if re.fullmatch(r"-[^=]*=--", argument):
            return f"{argument[:-3]} has no value.\nHINT: python manage.py help COMMAND"
    return ""


def database_of(arguments: list[str]) -> str | None:
    """The alias that was typed, if any: no command can be asked any more."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--database")
    try:
        return parser.parse_known_args(arguments)[0].database
    except argparse.ArgumentError:
        return None


def interrupted() -> int:
    """Of a command that has nothing to say about it; the line of the terminal ends after its ^C."""
    print("\nInterrupted.", file=sys.stderr)
    return signals.EXIT_STATUS


def explain(error: Exception) -> str:
    """What the operator has to set right, without the statement and without the rows it may quote."""
    cause = error.__cause__
    if isinstance(error, NotSupportedError):
        # Django 6.1 says it of PostgreSQL 14 before we can.
        return f"{error}\nHINT: Upgrade the server first."
    if not isinstance(cause, psycopg.Error):
        return str(error)
    reason = cause.diag.message_primary or " ".join(str(error).split())
    if is_unreachable(error):
        return f"The database cannot be reached: {reason}\nHINT: Check DATABASE_URL, and that its server runs."
    if cause.sqlstate:
        missing = "python manage.py migrate, if this is the right database and it never was; "
        hint = missing if cause.sqlstate == UndefinedTable.sqlstate else ""
        return f"The database refused: {reason}.\nHINT: {hint}--traceback shows where."
    return f"A statement was not sent to the database: {reason}.\nHINT: --traceback shows which; it is a fault of ours."


if __name__ == "__main__":
    main()
