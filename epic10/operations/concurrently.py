"""How does a statement run that may not be inside a transaction?

CREATE and DROP INDEX CONCURRENTLY wait for every older transaction in the
database. That wait blocks nobody, so it gets a long timeout of its own, and a
second connection that says how far the build is and whom it waits for.
"""

import threading
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from epic10 import locks, psql
from epic10.catalog import literal
from epic10.progress import Meter, logger

LOOK_EVERY = 0.5  # seconds

HOW_FAR = """
SELECT coalesce(blocks_done, 0), coalesce(blocks_total, 0), pg_blocking_pids(a.pid)
  FROM pg_stat_activity a LEFT JOIN pg_stat_progress_create_index p USING (pid)
 WHERE a.pid = %s
"""


def run_concurrently(schema_editor, statement: str, *, name: str, table: str, only_if: str):
    """Run ``statement`` about the index ``name`` if the condition ``only_if`` holds, or write both down."""
    if schema_editor.collect_sql:
        schema_editor.collected_sql += written_down(schema_editor, statement, only_if)
        return
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {only_if}")
        if not cursor.fetchone()[0]:
            return
    try:
        with long_lock_timeout(connection), watched(connection, name):
            schema_editor.execute(statement, params=None)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise locks.LockNotGranted(
            f"The index {name} could not be finished: {locks.named(locks.blockers(connection, [table]))}.\n"
            "HINT: It waits for every older transaction in the database. End those, then run the same command again."
        ) from error


def written_down(schema_editor, statement: str, only_if: str) -> list[str]:
    if psql.is_script(schema_editor):
        return psql.only_if(only_if, f"{statement};")
    return [f"-- Only if {only_if}", f"{statement};"]


@contextmanager
def long_lock_timeout(connection):
    patience = getattr(settings, "EPIC10_LOCK_PATIENCE", locks.PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {literal(f'{patience:.0f}s')}")
    try:
        yield
    finally:
        if connection.connection and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")


@contextmanager
def watched(connection, name: str):
    """Report on the statement from a second connection, if it takes long enough to wonder."""
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(connection, name, done), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _watch(connection, name, done):
    pid, meter = connection.connection.info.backend_pid, None
    watching = connection.copy()
    try:
        while not done.wait(LOOK_EVERY):
            with watching.cursor() as cursor:
                cursor.execute(HOW_FAR, [pid])
                blocks, total, blocking = cursor.fetchone() or (0, 0, [])
            if blocking:
                logger.warning(
                    "index %s waits for the older transaction of pid %s.", name, ", ".join(map(str, blocking))
                )
            elif total:
                meter = meter or Meter(f"index {name}", total, "blocks")
                meter.now_at(blocks, f"index {name}")
    except OperationalError as error:
        logger.debug("no progress of index %s: %s", name, error)
    finally:
        watching.close()
