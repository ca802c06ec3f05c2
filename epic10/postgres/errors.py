"""Errors of the database by kind: nobody there, or something wrong with what was sent."""

import re

import psycopg
from django.db import Error, InterfaceError, OperationalError

# Of a server that lets nobody in, or ends a session: class 08, connection exception; class 28,
# who are you; no such database; no room; going down or starting.
# (https://www.postgresql.org/docs/current/errcodes-appendix.html)
NOBODY_GETS_IN = re.compile("08|28|3D000|53300|57P0[1-5]")


def is_unreachable(error: Exception) -> bool:
    """Did the session not come about, or end? Any other error is about what was sent in it."""
    cause = error.__cause__ if isinstance(error, Error) else error
    if not isinstance(cause, psycopg.Error):
        return isinstance(error, OperationalError | InterfaceError)
    if cause.sqlstate is None:
        # libpq's own; a ProgrammingError or DataError of psycopg's was never sent.
        return isinstance(cause, psycopg.OperationalError)
    return bool(NOBODY_GETS_IN.match(cause.sqlstate))
