"""
Which rows are older than a snapshot, decided by transaction ids and not by a clock.

A row carries the number of the transaction that wrote it. What is below the
oldest number that was at work when the snapshot was exported had ended by then.
Above that it cannot be told: a savepoint has a number of its own, which no
snapshot names. So one may say "it was there", and never "it was not".
(https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT)
"""

from dataclasses import dataclass

from django.db import Error, transaction

# Numbers are kept in 32 bits, and compared within half of that.
COMPARABLE = 2**31

SEEN = """
    SELECT (SELECT system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system()),
           (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()),
           (SELECT oid::pg_catalog.int8 FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()),
           pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8,
           pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8"""

# The next number as the statement itself sees it: every row it finds is below.
NEXT = (
    "(SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8"
    " AS epic10_next) AS epic10_numbers"
)
XMIN = "xmin::pg_catalog.text::pg_catalog.int8"


@dataclass(frozen=True)
class Visible:
    """
    What a snapshot saw of transactions: all below ``oldest`` had ended, none from ``next`` on had begun.

    They mean the same on one server, in one database, on one line of its history.
    """

    server: str
    timeline: int
    database: int
    oldest: int
    next: int


def seen(connection) -> Visible | None:
    """As of the snapshot of the transaction that asks; None where the role may not know."""
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            cursor.execute(SEEN)
            return Visible(*cursor.fetchone())
    except Error:
        return None


def why_not(connection, then: Visible | None) -> str:
    """Why nothing can be told by the numbers of that snapshot in this database, or ""."""
    now = seen(connection)
    if then is None or now is None:
        return "the snapshot does not say which transactions it saw"
    if then.server != now.server:
        return "the snapshot is from another server"
    if then.database != now.database:
        return "the snapshot is from another database of this server"
    if then.timeline != now.timeline:
        return "the server was promoted or restored since the snapshot"
    if not then.next <= now.next < then.oldest + COMPARABLE:
        return "too many transactions were made since the snapshot"
    return ""


def is_older(oldest: int, *, number: str = XMIN, next: str = "epic10_next") -> str:
    """
    A condition on a row: it was written by a transaction that had ended when ``oldest`` was the oldest at work.

    ``number`` has 32 bits: it is the newest of that kind below ``next``. One that
    was frozen longer ago than that looks newer than it is, never older.
    """
    whole = f"((({next} >> 32) << 32) | {number})"
    return f"({number} < 3 OR {whole} - CASE WHEN {whole} >= {next} THEN 4294967296 ELSE 0 END < {oldest})"
