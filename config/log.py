"""
Production logging to standard error: time, level, page, account and request of each problem.

It never contains a row, a password or an e-mail address. An exception is logged as its
class and the first line of its message. Of a PostgreSQL error only the message is
logged, since its DETAIL quotes rows; of a data exception, whose message quotes values,
only the SQLSTATE.
"""

import logging
import re
import time
import traceback

import psycopg
from django.http import HttpRequest

from config.request_id import current
from epic10.monitoring.error_log import plain
from epic10.terminal.progress import logger as progress

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
DATA_EXCEPTION = "22"
NOBODY = "-"


class Formatter(logging.Formatter):
    """One line for each record, ``key=value`` first; below it, the traceback of an exception."""

    def format(self, record):
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        request = getattr(record, "request", None)
        request = request if isinstance(request, HttpRequest) else current.get()
        line = f"{when} {record.levelname} {record.name} {about(request)} {one_line(plain_message(record))}"
        error = record.exc_info[1] if record.exc_info else None
        return "\n".join([line, *told(error)]) if error else line


class NotShownAlready(logging.Filter):
    """
    Drops what a command shows on its terminal itself: its progress and warnings, and that it was interrupted.

    psycopg warns when a query has ended in an error of its own before it could be canceled.
    """

    def filter(self, record):
        is_shown = record.name == progress.name or (
            record.name == "psycopg" and record.getMessage().startswith("query cancellation interrupted")
        )
        return not (is_shown and progress.handlers)


def about(request: HttpRequest | None) -> str:
    """``path=… user=… request=…``; the account's number, and only if the page has looked it up."""
    if request is None:
        return f"path={NOBODY} user={NOBODY} request={NOBODY}"
    # Not request.user, as it may be the database that has failed.
    user = getattr(getattr(request, "_cached_user", None), "pk", None)
    path = one_line(request.path).replace(" ", "%20")
    return f"path={path} user={user or NOBODY} request={getattr(request, 'id', NOBODY)}"


def plain_message(record) -> str:
    """The message, shortened if it repeats the exception that is logged below it."""
    error = record.exc_info[1] if record.exc_info else None
    text = record.getMessage()
    if error and str(error) and str(error) in text:
        text = text.replace(str(error), type(error).__name__)
    return plain(text)


def told(error: BaseException) -> list[str]:
    """The traceback of the exception and of its causes, the first cause first."""
    lines, seen = [], set()
    chain = []
    while error and id(error) not in seen:
        seen.add(id(error))
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for one in reversed(chain):
        frames = traceback.StackSummary.extract(traceback.walk_tb(one.__traceback__), lookup_lines=False)
        lines += [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
        lines.append(f"  {name(one)}: {one_line(said(one))}")
    return lines


def said(error: BaseException) -> str:
    database = error if isinstance(error, psycopg.Error) else error.__cause__
    if not isinstance(database, psycopg.Error) or not database.sqlstate:
        return plain(str(error))
    words = [f"SQLSTATE {database.sqlstate}"]
    if not database.sqlstate.startswith(DATA_EXCEPTION):
        words.append(plain(database.diag.message_primary or ""))
    return ", ".join(words)


def name(error) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")


def one_line(text: str) -> str:
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
