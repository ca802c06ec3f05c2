"""How is a database looked at without disturbing it, and what if it does not answer?"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import Error, transaction

from epic10.what_now import said

# A page that waits for a lock stands in the way of whoever waits behind it. Row
# security must raise, not hide rows. Nothing that a page asks may write.
SETTINGS = """
    SET LOCAL transaction_read_only = on;
    SET LOCAL lock_timeout = '500ms';
    SET LOCAL row_security = off;
    SET LOCAL statement_timeout = {milliseconds:d}"""


@dataclass(frozen=True)
class Answer:
    """What was ``found``, or a ``complaint`` in a sentence, and then nothing was."""

    found: Any = None
    complaint: str = ""


@contextmanager
def reading(connection, *, seconds: float):
    """
    A transaction that only reads, none of whose statements lasts longer than ``seconds``.

    Everything is set for this transaction alone, so that nothing of it is left in
    a session that a pooler gives to somebody else.
    """
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute(SETTINGS.format(milliseconds=int(seconds * 1000)))
        yield


def ask(connection, question: Callable, *arguments, seconds: float) -> Answer:
    """What ``question(connection, …)`` returns, asked once more if a phase committed while we looked."""
    try:
        return Answer(_asked(connection, question, arguments, seconds))
    except Error:
        connection.close_if_unusable_or_obsolete()
    try:
        return Answer(_asked(connection, question, arguments, seconds))
    except Error as error:
        connection.close_if_unusable_or_obsolete()
        return Answer(complaint=said(error))


def _asked(connection, question, arguments, seconds):
    with reading(connection, seconds=seconds):
        return question(connection, *arguments)
