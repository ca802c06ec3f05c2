"""Database errors: their kind, and the message that an operator reads."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import Error, InterfaceError, OperationalError

from epic10.terminal.refusal import Refusal

# SQLSTATEs of a server that refuses or ends a session: class 08, connection exception; class 28,
# invalid authorization; no such database; too many connections; shutting down or starting up.
# (https://www.postgresql.org/docs/current/errcodes-appendix.html)
NOBODY_GETS_IN = re.compile("08|28|3D000|53300|57P0[1-5]")

# SQLSTATEs of a session ended by an administrator, a crash or a shutdown; or there was no time for one.
GONE = ("57P01", "57P02", "57P03", None)


class NotAllowed(Refusal):
    """The role may not do what this takes; the message says what is missing and what gives it."""


class NotVisible(Exception):
    """What is asked of the server's machine cannot be told from here; the message says why."""


# A line of the context, in any language: its first function is the one that raised.
IN_FUNCTION = re.compile(r"^PL/pgSQL\W?\w+ (\S+\([^)\n]*\)) ", re.MULTILINE)


@contextmanager
def raised_as(kind: type[Refusal]) -> Iterator[None]:
    """An exception that one of our own blocks raises on the server, P0001, as a Refusal of that kind."""
    try:
        yield
    except Error as error:
        if not isinstance(error.__cause__, psycopg.errors.RaiseException):
            raise
        refusal = error.__cause__.diag
        raise kind(f"{refusal.message_primary}\nHINT: {refusal.message_hint}\nNothing was changed.") from error


def is_unreachable(error: Exception) -> bool:
    """Could the session not be opened, or was it ended? Any other error is about a statement in it."""
    cause = error.__cause__ if isinstance(error, Error) else error
    if not isinstance(cause, psycopg.Error):
        return isinstance(error, OperationalError | InterfaceError)
    if cause.sqlstate is None:
        # An error of libpq. With psycopg's own ProgrammingError or DataError nothing was ever sent.
        return isinstance(cause, psycopg.OperationalError)
    return bool(NOBODY_GETS_IN.match(cause.sqlstate))


def first_line(error: Exception) -> str:
    """What may be passed on of any error: the server quotes rows under DETAIL, which comes later."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def in_function(error: Exception) -> str:
    """ " in keep_revision()" where it was raised in somebody's PL/pgSQL; the rest of the context may quote a row."""
    context = getattr(getattr(error.__cause__, "diag", None), "context", None)
    found = IN_FUNCTION.search(context or "")
    return f" in {found[1]}" if found else ""


def message_of(error: Exception) -> str:
    """PostgreSQL's message and hint, without the statement and without any rows that it quotes."""
    cause = error.__cause__
    if isinstance(cause, psycopg.InterfaceError | psycopg.OperationalError) and cause.sqlstate in GONE:
        return "The connection to the server was lost."
    diagnostic = getattr(cause, "diag", None)
    if diagnostic is None or diagnostic.message_primary is None:
        return first_line(error)
    hint = f"\nHINT: {diagnostic.message_hint}" if diagnostic.message_hint else ""
    return f"{diagnostic.message_primary}{hint}"
