"""Filling a database with legacy rows, and refusing where that must not happen."""

import contextlib
import time

from django.db import ProgrammingError, connections, transaction

from epic10.terminal.refusal import Refusal
from ndas.seed import Batch, statements

SEED = 10
UNDEFINED = {"42P01", "42703", "42704"}  # table, column, type

STATUS_LABELS = """
    SELECT enumlabel FROM pg_enum
     WHERE enumtypid = (SELECT atttypid FROM pg_attribute
                         WHERE attrelid = to_regclass('ndas')::oid AND attname = 'status' AND NOT attisdropped)"""
EPIC_10_COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass('ndas')::oid AND NOT attisdropped
       AND attname IN ('status_epic10', 'status_legacy')"""


class SeedRefused(Refusal):
    """The database is not one to fill with legacy rows; nothing was changed."""


def fill(using, rows, *, seed=SEED, append=False, say=print):
    """
    Add ``rows`` legacy NDAs and all that belongs to them, in one transaction.

    The same seed on the same empty register gives the same rows. Returns the number of rows added per table.
    """
    connection = connections[using]
    with transaction.atomic(using), connection.cursor() as cursor:
        refuse_unless_baseline(cursor, connection)
        # Nobody can add an NDA in the meantime, so the numbers from here on are free.
        cursor.execute("LOCK TABLE ndas IN SHARE ROW EXCLUSIVE MODE")
        if not append:
            refuse_if_filled(cursor, connection)
        with unchecked(cursor):
            added = insert(cursor, connection, rows, seed, say)
    with connection.cursor() as cursor:
        for table in added:
            cursor.execute(f"ANALYZE {table}")
    return added


def refuse_unless_baseline(cursor, connection):
    name = connection.settings_dict["NAME"]
    cursor.execute(STATUS_LABELS)
    labels = {label for (label,) in cursor}
    if not labels:
        raise SeedRefused(f'Database "{name}" has no register to fill.\nHINT: python manage.py migrate ndas 0001')
    cursor.execute(EPIC_10_COLUMNS)
    if "EMAILED" not in labels or cursor.fetchall():
        raise SeedRefused(
            f'Database "{name}" is already on its way to Epic 10; legacy rows no longer fit.\n'
            "HINT: python manage.py migrate ndas 0001"
        )


def refuse_if_filled(cursor, connection):
    cursor.execute("SELECT count(*) FROM ndas")
    (count,) = cursor.fetchone()
    if count:
        raise SeedRefused(
            f'Database "{connection.settings_dict["NAME"]}" holds {count:,} NDAs already.\n'
            "HINT: --append adds to them; an invented NDA cannot be told from a real one afterwards."
        )


@contextlib.contextmanager
def unchecked(cursor):
    """
    Skip foreign key checks, if the role may; it saves a third of the time.

    They could find nothing: an invented row only refers to rows of its own transaction.
    """
    cursor.execute("SELECT pg_catalog.has_parameter_privilege('session_replication_role', 'SET')")
    (permitted,) = cursor.fetchone()
    if permitted:
        cursor.execute("SET LOCAL session_replication_role = replica")
    yield
    if permitted:
        cursor.execute("SET LOCAL session_replication_role = origin")


def insert(cursor, connection, rows, seed, say):
    cursor.execute("SELECT nextval('ndas_display_id_seq')")
    (first,) = cursor.fetchone()
    batch = Batch(seed, first, rows)
    added = {}
    for table, statement in statements(batch).items():
        started = time.monotonic()
        added[table] = run(cursor, connection, statement)
        say(f"Seeded {added[table]:,} {table} ({time.monotonic() - started:.1f} s)")
    cursor.execute("SELECT setval('ndas_display_id_seq', %s)", [batch.last])
    return added


def run(cursor, connection, statement):
    try:
        cursor.execute(statement)
    except ProgrammingError as error:
        if error.__cause__.sqlstate not in UNDEFINED:
            raise
        raise SeedRefused(
            f'Database "{connection.settings_dict["NAME"]}" is not a register as 0001 makes it: '
            f"{error.__cause__.diag.message_primary}.\n"
            "HINT: python manage.py epic10_seed --database ALIAS fills another one."
        ) from error
    return cursor.rowcount
