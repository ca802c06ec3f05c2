"""Statements that cannot run inside a transaction.

CREATE and DROP INDEX CONCURRENTLY wait for every older transaction in the database.
That wait blocks nobody, so it has a long timeout of its own, and a second connection
reports the progress of the build and the sessions that it waits for.
"""

import threading
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import Error, OperationalError
from psycopg.errors import LockNotAvailable

from epic10.postgres import locks, psql_script
from epic10.postgres.catalog import holds
from epic10.postgres.server import backend
from epic10.postgres.session import SETTINGS, execute, fetch
from epic10.terminal.progress import Meter, finished, logger

LOOK_EVERY = 0.5  # seconds

SET_LOCK_TIMEOUT = "SET lock_timeout = '{}'"
SET_LONG = SET_LOCK_TIMEOUT.format(f"{locks.PATIENCE:.0f}s")
SET_SHORT = SET_LOCK_TIMEOUT.format(SETTINGS["lock_timeout"])

# A build goes over the blocks several times, and counts each time anew; some of its stages count none.
HOW_FAR = """
    SELECT phase, blocks_done, blocks_total FROM pg_stat_progress_create_index WHERE pid = %s AND blocks_total > 0"""


def run_concurrently(schema_editor, statement: str, *, name: str, only_if: str):
    """Run ``statement`` about the index ``name`` if the condition ``only_if`` holds, or write both down."""
    if schema_editor.collect_sql:
        schema_editor.collected_sql += written_down(schema_editor, statement, only_if)
        return
    connection = schema_editor.connection
    if not holds(connection, only_if):
        return
    in_the_way = []
    try:
        with long_lock_timeout(connection), watched(connection, name, in_the_way):
            schema_editor.execute(statement, params=None)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        # Nobody was seen in the way where the patience ended before the first look.
        older = in_the_way or locks.sessions(connection, locks.IN_TRANSACTIONS, [[]])
        raise locks.LockNotGranted(
            f"The index {name} could not be finished: {locks.named(older)}.\n"
            f"HINT: It waits for every older transaction in the database. {_end(older)}, "
            "then run the same command again."
        ) from error


def written_down(schema_editor, statement: str, only_if: str) -> list[str]:
    if psql_script.is_script(schema_editor):
        return psql_script.only_if(only_if, f"{SET_LONG};", f"{statement};", f"{SET_SHORT};")
    return [f"-- Only if {only_if}", f"{statement};"]


@contextmanager
def long_lock_timeout(connection):
    patience = getattr(settings, "EPIC10_LOCK_PATIENCE", locks.PATIENCE)
    execute(connection, SET_LOCK_TIMEOUT.format(f"{patience:.0f}s"))
    try:
        yield
    finally:
        with suppress(Error):
            execute(connection, SET_SHORT)


@contextmanager
def watched(connection, name: str, in_the_way: list[locks.Blocker]):
    """
    Report on the statement from a second connection if it takes long.

    ``in_the_way`` is kept up to date with the sessions that it is waiting for.
    """
    done = threading.Event()
    # Asked here, on the thread the connection belongs to.
    watcher = threading.Thread(
        target=_watch, args=(connection, backend(connection), name, in_the_way, done), daemon=True
    )
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
        finished()


def _watch(connection, pid, name, in_the_way, done):
    meters = {}
    watching = connection.copy()
    try:
        while not done.wait(LOOK_EVERY):
            if blockers := locks.blockers_of(watching, pid):
                if {(one.pid, one.gid) for one in blockers} != {(one.pid, one.gid) for one in in_the_way}:
                    waits = {"what": f"index {name}", "blockers": locks.named(blockers)}
                    logger.warning("%(what)s waits for an older transaction: %(blockers)s.", waits, extra=waits)
                in_the_way[:] = blockers
            elif progress := _progress(watching, pid):
                stage, blocks, total = progress
                what = f"index {name}, {stage}"
                meters.setdefault(stage, Meter(what, total, "blocks", since=blocks)).now_at(blocks, what)
    except Error as error:
        logger.debug("no progress of index %s: %s", name, error)
    finally:
        watching.close()


def _end(in_the_way):
    prepared = [f"; {locks.remedy([one])}" for one in in_the_way if one.gid]
    return f"End those{''.join(prepared)}"


def _progress(connection, pid):
    return next(iter(fetch(connection, HOW_FAR, [pid])), None)
