"""
Which rows are older than a snapshot, decided by transaction ids and not by a clock.

A row carries the id of the transaction that wrote it (xmin). An id below the oldest
one in progress when the snapshot was exported had ended by then. Above that it cannot
be told: a savepoint has an id of its own, which no snapshot lists. So one may say "it
was there", but never "it was not".
(https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT)
"""

from dataclasses import dataclass

from django.db import Error, transaction

from epic10.postgres.session import fetch

# Transaction ids have 32 bits, and are compared within half of that.
COMPARABLE = 2**31

SEEN = """
    SELECT (SELECT system_identifier::pg_catalog.text FROM pg_catalog.pg_control_system()),
           (SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()),
           (SELECT oid::pg_catalog.int8 FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()),
           pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8,
           pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8"""

# The next transaction id as the statement itself sees it: the id of every row it finds is below.
NEXT = (
    "(SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8"
    " AS epic10_next) AS epic10_numbers"
)
XMIN = "xmin::pg_catalog.text::pg_catalog.int8"


@dataclass(frozen=True)
class Visible:
    """
    The transactions visible to a snapshot: all below ``oldest`` had ended, none from ``next`` on had begun.

    The ids are comparable only on the same server, in the same database, on the same timeline.
    """

    server: str
    timeline: int
    database: int
    oldest: int
    next: int


def visible_to(connection) -> Visible | None:
    """What the current transaction's snapshot sees; None if the role may not know."""
    try:
        with transaction.atomic(using=connection.alias):
            [row] = fetch(connection, SEEN)
        return Visible(*row)
    except Error:
        return None


def why_not(connection, then: Visible | None) -> str:
    """Why the transaction ids of that snapshot say nothing in this database, or ""."""
    now = visible_to(connection)
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
    A condition on a row: its transaction had ended when ``oldest`` was the oldest in progress.

    ``number`` has 32 bits and stands for the newest such id below ``next``. A row that
    was frozen longer ago than that looks newer than it is, never older.
    """
    whole = f"((({next} >> 32) << 32) | {number})"
    return f"({number} < 3 OR {whole} - CASE WHEN {whole} >= {next} THEN 4294967296 ELSE 0 END < {oldest})"
