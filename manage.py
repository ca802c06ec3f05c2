#!/usr/bin/env python
"""Django's command line, with this project's settings."""

import os
import signal
import sys

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error

from config.help import Utility
from epic10.database_errors import is_unreachable


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        # Read them now: Django would report a mistake in them as an unknown command.
        settings.INSTALLED_APPS  # noqa: B018
        Utility(sys.argv).execute()
    except BrokenPipeError:
        # Nobody reads on, as with | head; the interpreter must not try again on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except (ImproperlyConfigured, Error) as error:
        if "--traceback" in sys.argv:
            raise
        sys.exit(explain(error))


def explain(error: Exception) -> str:
    """What the operator has to set right, without the statement and without the rows it may quote."""
    cause = error.__cause__
    if not isinstance(cause, psycopg.Error):
        return str(error)
    reason = cause.diag.message_primary or " ".join(str(error).split())
    if is_unreachable(error):
        return f"The database cannot be reached: {reason}\nHINT: Check DATABASE_URL, and that its server runs."
    if cause.sqlstate:
        return f"The database refused: {reason}.\nHINT: --traceback shows where."
    return f"A statement was not sent to the database: {reason}.\nHINT: --traceback shows which; it is a fault of ours."


if __name__ == "__main__":
    main()
