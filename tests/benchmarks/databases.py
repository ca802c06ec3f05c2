"""A database of the size asked for, and fresh copies of it."""

import contextlib
import io
import os
import secrets
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connection

from epic10.postgres import scratch_database
from tests.databases import Scratch, database

# More is made of these by the server itself: invented one by one, 10,000,000 take half an hour.
SEEDED = 50_000
# A copy of more than this goes file by file; of less, through the log, which spares two checkpoints.
LARGE = 200_000
COPIED = {"ndas": "display_id", "nda_status_history": ""}
KEYS = ("id", "nda_id", "cloned_from_id")

COLUMNS = """
SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""
INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
 WHERE tablename = ANY (%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)"""


@contextlib.contextmanager
def seeded(rows: int, using: str = "default") -> Iterator[str]:
    """The name of a vacuumed baseline database with that many NDAs, to copy from."""
    times = rows // SEEDED if rows > LARGE else 1
    with database(using=using) as template:
        template.migrate("0001")
        call_command("epic10_seed", rows=rows // times, database=template.alias, stdout=io.StringIO())
        if times > 1:
            multiply(template, times)
        template.execute("VACUUM (ANALYZE, FREEZE)")
        template.execute("CHECKPOINT")
        template.close()
        yield template.name


def multiply(db: Scratch, times: int):
    """
    As many NDAs and histories ``times`` over, with keys of their own.

    The copies come in the order of the rows, their keys in none, as with real
    inserts, which go into the primary keys one by one. The other indexes are
    built at the end, as full as inserts in random order would leave them.
    Documents and the audit log stay as they are: nothing of the release reads them.
    """
    indexes = db.rows(INDEXES, [list(COPIED)])
    for name, _ in indexes:
        db.execute(f'DROP INDEX "{name}"')
    for table in COPIED:
        db.execute(f"CREATE TABLE original_{table} AS TABLE {table}")
    db.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    [[last]] = db.rows("SELECT max(display_id) FROM ndas")
    for number in range(1, times):
        for table, counted in COPIED.items():
            db.execute(_copies(db, table, counted, number, last))
    db.execute("RESET session_replication_role; RESET synchronous_commit")
    db.execute("SELECT setval('ndas_display_id_seq', (SELECT max(display_id) FROM ndas))")
    for table in COPIED:
        db.execute(f"DROP TABLE original_{table}")
    for name, definition in indexes:
        db.execute(f"{definition} WITH (fillfactor = 70)")
        db.execute(f'ALTER INDEX "{name}" RESET (fillfactor)')


def _copies(db, table, counted, number, last):
    columns = [name for [name] in db.rows(COLUMNS, [table])]
    values = [_value(name, counted, number, last) for name in columns]
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM original_{table}"


def _value(column, counted, number, last):
    if column in KEYS:
        return f"md5({column} || ' {number}')::uuid::text"
    return f"{column} + {number * last}" if column == counted else column


@contextlib.contextmanager
def copy(template: str, rows: int) -> Iterator[Scratch]:
    """A copy of it, gone afterwards."""
    name = f"scratch_benchmark_{secrets.token_hex(4)}"
    strategy = "file_copy" if rows > LARGE else "wal_log"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")
    # What the system still has to write of it would be measured as the rival's.
    os.sync()
    try:
        with scratch_database.reached("default", name) as alias:
            connection_to = Scratch(alias)
            connection_to.name = name
            yield connection_to
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
