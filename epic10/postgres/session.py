"""The settings of a session that migrates."""

import time
from contextlib import contextmanager, suppress

from django.db import Error, OperationalError, connections, transaction

from epic10.postgres.catalog import literal

# What a role, a database or a server may have set for web requests and reports,
# and what this work needs instead. No limit may cut it short. lock_timeout is for
# what only reads; whatever takes a strong lock sets a shorter one for itself.
# The server looks for its client twice a second, so that after a kill -9 no
# statement goes on without anybody. Row security must raise, not hide rows. Each
# statement sees what is committed when it starts. What the catalog is asked for
# comes in one spelling. A batch that may not sort counts as dear to the planner,
# and where the server can it would be compiled, each anew: three times the time.
SETTINGS = {
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "transaction_timeout": "0",  # since PostgreSQL 17
    "client_connection_check_interval": "500ms",
    "row_security": "off",
    "jit": "off",
    "default_transaction_isolation": "read committed",
    "default_transaction_deferrable": "off",
    "client_encoding": "UTF8",
    "datestyle": "ISO, MDY",
    "standard_conforming_strings": "on",
    "quote_all_identifiers": "off",
}

# The switch is on disk when it is said to be done. What is stronger than "on" stays.
COMMITS_WAIT = "coalesce(nullif(pg_catalog.current_setting('synchronous_commit'), 'off'), 'on')"

# Beside an application, on a table that outgrows the server's memory. Its pages go to
# the disk as they are written, not all of them while a checkpoint ends and every
# commit waits; and a scan takes one core. What is set already stays.
FLUSHES = """coalesce(nullif(pg_catalog.current_setting('backend_flush_after'), '0'),
      (SELECT least(max_val::int, 128)::text FROM pg_settings WHERE name = 'backend_flush_after'))"""
SPARING = {"backend_flush_after": FLUSHES, "max_parallel_workers_per_gather": literal("0")}

# As long as a server may take to start again.
PATIENCE, PAUSE = 60.0, 0.5

# First and alone: it would cut short the statement that sets the others.
NO_LIMIT = "SET statement_timeout = 0"

SET = """\
DO $epic10$
BEGIN
  PERFORM pg_catalog.set_config(name, value, false) FROM (VALUES
    {settings}
  ) AS wanted (name, value) WHERE pg_catalog.current_setting(name, true) IS NOT NULL;
END
$epic10$"""


@contextmanager
def unhurried(connection):
    """The session's settings for the time of the work, and what it had before afterwards."""
    before = _now(connection, ["statement_timeout"])
    execute(connection, NO_LIMIT)
    before |= _now(connection, [*SETTINGS, "synchronous_commit"])
    for statement in statements():
        execute(connection, statement)
    try:
        yield
    finally:
        # On a connection that is gone there is nothing to put back.
        with suppress(Error):
            execute(connection, _set({name: literal(value) for name, value in before.items() if value}))


@contextmanager
def one_moment(connection):
    """
    A transaction that only reads, and sees one moment: what is done and what is left belong together.

    Inside somebody's transaction it is that one, as it is.
    """
    nested = connection.in_atomic_block
    with transaction.atomic(using=connection.alias):
        if not nested:
            execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def sparing(connection):
    """So that the application's commits need not wait for the disk; a tenth slower than in a hurry."""
    before = _now(connection, [*SPARING])
    execute(connection, _set(SPARING))
    try:
        yield
    finally:
        with suppress(Error):
            execute(connection, _set({name: literal(value) for name, value in before.items()}))


def reconnect(using: str):
    """After a lost connection: as soon as the server answers again."""
    connection, deadline = connections[using], time.monotonic() + PATIENCE
    connection.close()
    while True:
        try:
            return connection.ensure_connection()
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE)


def out_of_a_broken_commit(connection):
    """
    Interrupted while it commits, Django cannot leave a transaction, nor does it know that it is in one.

    What is then written would be in it, and never committed: better a new connection.
    """
    if not connection.in_atomic_block and not connection.autocommit:
        connection.close()


def statements() -> list[str]:
    """The same for a script."""
    values = {name: literal(value) for name, value in SETTINGS.items()}
    return [NO_LIMIT, _set(values | {"synchronous_commit": COMMITS_WAIT})]


def execute(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _set(values):
    return SET.format(settings=",\n    ".join(f"({literal(name)}, {value})" for name, value in values.items()))


def _now(connection, names):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, pg_catalog.current_setting(name, true) FROM pg_catalog.unnest(%s::text[]) AS name", [names]
        )
        return dict(cursor.fetchall())
