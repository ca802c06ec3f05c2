"""The failure of a command as JSON, so that a script that asked for JSON always gets it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.management import CommandError
from django.db import Error

from epic10.postgres.errors import first_line


@contextmanager
def as_json(command, format: str, found: Callable[[], dict] = dict) -> Iterator[None]:
    """
    What ``found`` returns, and the message, on standard output; for a person the message on standard error is enough.

    It is for what comes before the command's own JSON, so that there is never a second document.
    """
    try:
        yield
    except (CommandError, Error) as error:
        if format == "json":
            message = str(error) if isinstance(error, CommandError) else first_line(error)
            command.stdout.write(json.dumps({"verdict": "FAILED", "error": message} | found(), indent=2))
        raise
