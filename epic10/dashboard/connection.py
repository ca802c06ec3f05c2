"""A read-only connection that does not disturb the database, and what the page says when it does not answer."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import Error
from psycopg.errors import InsufficientPrivilege

from epic10.postgres import view_schemas
from epic10.postgres.catalog import array
from epic10.postgres.errors import message_of
from epic10.postgres.session import execute, fetch, one_moment
from epic10.release import plan

# A page that waits for a lock blocks the sessions queued behind it. Row security must
# raise an error, not hide rows. No query of a page may write.
SETTINGS = """
    SET LOCAL transaction_read_only = on;
    SET LOCAL lock_timeout = '500ms';
    SET LOCAL row_security = off;
    SET LOCAL statement_timeout = {milliseconds:d}"""

# All tables at once, since a grant on one would only lead to the same message for the next.
UNREADABLE = """
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), pg_catalog.quote_ident(current_user)
      FROM pg_catalog.unnest({tables}) AS name, to_regclass(pg_catalog.quote_ident(name)) AS oid
     WHERE oid IS NOT NULL AND NOT pg_catalog.has_table_privilege(oid, 'SELECT')"""


@dataclass(frozen=True)
class Answer:
    """What was ``found``, or else a ``complaint`` in a sentence."""

    found: Any = None
    complaint: str = ""


@contextmanager
def reading(connection, *, seconds: float):
    """
    A read-only transaction with a statement_timeout of ``seconds``.

    The settings are local to the transaction, so that none of them is left in a session
    that a pooler gives to somebody else.
    """
    with one_moment(connection):
        execute(connection, SETTINGS.format(milliseconds=int(seconds * 1000)))
        execute(connection, view_schemas.past_them(local=True))
        yield


def ask(connection, question: Callable, *arguments, seconds: float) -> Answer:
    """The result of ``question(connection, …)``, asked once more if a phase committed in between."""
    try:
        return Answer(_answered(connection, question, arguments, seconds))
    except Error:
        connection.close_if_unusable_or_obsolete()
    try:
        return Answer(_answered(connection, question, arguments, seconds))
    except Error as error:
        connection.close_if_unusable_or_obsolete()
        return Answer(complaint=_complaint(connection, error, seconds))


def grant(connection) -> str:
    """The statement that lets this role read all that the dashboard shows; "" if it may already."""
    books = [model._meta.db_table for model in apps.get_app_config("epic10").get_models()]
    wanted = array([plan.RECORD, *plan.load().tables(), *books])
    [[tables, role]] = fetch(connection, UNREADABLE.format(tables=wanted))
    return f"GRANT SELECT ON {tables} TO {role};" if tables else ""


def _complaint(connection, error, seconds) -> str:
    if isinstance(error.__cause__, InsufficientPrivilege):
        try:
            return f"{message_of(error)}. {_answered(connection, grant, (), seconds)}".strip()
        except Error:
            connection.close_if_unusable_or_obsolete()
    return message_of(error)


def _answered(connection, question, arguments, seconds):
    with reading(connection, seconds=seconds):
        return question(connection, *arguments)
