"""Running the checks one after the other, for the report of a command."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from django.db import Error, connections

from epic10 import checks
from epic10.checks.report import Report
from epic10.postgres.errors import message_of
from epic10.postgres.session import execute, reconnect, statements, unhurried
from epic10.terminal.progress import logger

Show = Callable[[checks.Result], None]


def report(
    command: str, asked: Iterable[checks.Check], using: str, show: Show | None = None, *, release: str
) -> Report:
    """Ask the checks of a ``release`` one after the other, ``show`` each result as it comes, and return all of them."""
    connection = connections[using]
    started, results = datetime.now(UTC), []
    db = checks.Database(connection)
    with unhurried(connection):
        for check in asked:
            results.append(_answer(check, db))
            if show:
                show(results[-1])
        [[server]] = db.rows("SHOW server_version")
    return Report(
        results,
        command=command,
        release=release,
        database=connection.settings_dict["NAME"],
        server=server,
        started=started,
        finished=datetime.now(UTC),
    )


def _answer(check, db) -> checks.Result:
    """The result of a check, asked again in a new session if the first one is lost, as when the server restarts."""
    try:
        return checks.ask(check, db)
    except Error as error:
        if db.connection.in_atomic_block:
            raise
        logger.warning("%s Asking again as soon as the server answers.", message_of(error))
    reconnect(db.alias)
    for statement in statements():
        execute(db.connection, statement)
    return checks.ask(check, db)


def answered(check: checks.Check, lines: Iterable[str], show: Show | None = None) -> checks.Result:
    """The result of a check that asks more than one database: what it found, and how long that took."""
    began, found = time.perf_counter(), list(lines)
    result = checks.result_of(check, found, time.perf_counter() - began)
    if show:
        show(result)
    return result
