"""The settings of a session that migrates."""

import time
from contextlib import contextmanager, suppress

from django.db import Error, OperationalError, connections, transaction

from epic10.postgres.catalog import literal
from epic10.postgres.remembered import once
from epic10.terminal.progress import logger

# Settings that a role, a database or a server may have for web requests and reports,
# and what a migration needs instead. No timeout may cut it short. lock_timeout is for
# statements that only read; those that take a strong lock set a shorter one themselves.
# The server checks for its client twice a second, so that no statement goes on alone
# after a kill -9. Row security must raise an error, not hide rows. Each statement sees
# what is committed when it starts. Answers of the catalog have one spelling, and
# times one time zone. Without sorts a batch looks expensive to the planner, and with
# JIT every one of them would be compiled, which takes three times as long.
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
    "timezone": "UTC",
    "standard_conforming_strings": "on",
    "quote_all_identifiers": "off",
}

# The switch is on disk when it is reported as done. A setting stronger than "on" is kept.
COMMITS_WAIT = "coalesce(nullif(pg_catalog.current_setting('synchronous_commit'), 'off'), 'on')"

# For work beside an application, on a table larger than the server's memory. Its pages
# are flushed as they are written, not all at the end of a checkpoint while every commit
# waits; and a scan uses one core. A value that is set already is kept.
FLUSHES = """coalesce(nullif(pg_catalog.current_setting('backend_flush_after'), '0'),
      (SELECT least(max_val::int, 128)::text FROM pg_settings WHERE name = 'backend_flush_after'))"""
BESIDE_AN_APPLICATION = {"backend_flush_after": FLUSHES, "max_parallel_workers_per_gather": literal("0")}

# As long as a server may take to restart.
PATIENCE, PAUSE = 60.0, 0.5

# First and alone, because the timeout could cancel the statement that sets the others.
NO_LIMIT = "SET statement_timeout = 0"

# The SQLSTATE of a warning of the release's own.
OUR_WARNING = "EP011"

ONE_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

VALUES = "SELECT name, pg_catalog.current_setting(name, true) FROM pg_catalog.unnest(%s::text[]) AS name"

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
    """Set the session up for the work, and restore its settings afterwards."""
    before = _now(connection, ["statement_timeout"])
    execute(connection, NO_LIMIT)
    before |= _now(connection, [*SETTINGS, "synchronous_commit"])
    for statement in statements():
        execute(connection, statement)
    try:
        yield
    finally:
        # On a lost connection there is nothing to restore.
        with suppress(Error):
            execute(connection, _set({name: literal(value) for name, value in before.items() if value}))


@contextmanager
def one_moment(connection):
    """
    A read-only transaction with one snapshot, so that what is done and what is left add up.

    Inside an open transaction it is that transaction, unchanged.
    """
    nested = connection.in_atomic_block
    with transaction.atomic(using=connection.alias):
        if not nested:
            execute(connection, ONE_SNAPSHOT)
        yield


@contextmanager
def warnings_told(connection):
    """Tell the operator what we warn of within the block. A trigger of others might warn of every row, and say it."""

    def tell(said):
        if said.sqlstate == OUR_WARNING:
            logger.warning("%s%s", said.message_primary, f"\nHINT: {said.message_hint}" if said.message_hint else "")

    connection.ensure_connection()
    session = connection.connection
    session.add_notice_handler(tell)
    try:
        yield
    finally:
        session.remove_notice_handler(tell)


@contextmanager
def beside_an_application(connection):
    """Keep the application's commits from waiting for the disk; the work takes a tenth longer."""
    before = _now(connection, [*BESIDE_AN_APPLICATION])
    execute(connection, _set(BESIDE_AN_APPLICATION))
    try:
        yield
    finally:
        with suppress(Error):
            execute(connection, _set({name: literal(value) for name, value in before.items()}))


def reconnect(using: str):
    """Connect again after a lost connection, as soon as the server answers."""
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
    Close a connection whose commit was interrupted.

    Django can then neither leave the transaction nor does it know that it is in one, and
    whatever is written next would never be committed. A new connection is better.
    """
    if not connection.in_atomic_block and not connection.autocommit:
        connection.close()


def statements() -> list[str]:
    """The same settings as statements for a script."""
    values = {name: literal(value) for name, value in SETTINGS.items()}
    return [NO_LIMIT, _set(values | {"synchronous_commit": COMMITS_WAIT})]


def execute(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def fetch(connection, statement, parameters=None) -> list[tuple]:
    def ask():
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall()

    return once(connection, statement, parameters, ask)


def _set(values):
    return SET.format(settings=",\n    ".join(f"({literal(name)}, {value})" for name, value in values.items()))


def _now(connection, names):
    return dict(fetch(connection, VALUES, [names]))
