"""The review file: values that nobody chose, row by row, for the people who own the data.

Asked before the release it is a preview, afterwards the record. A row is listed
for a default, for a label that merged with another, and for a computed value. A
label that only got another name lost nothing, and is not listed.
"""

import csv
from collections.abc import Iterable

from django.core.management import CommandError
from django.db import connections, transaction

from epic10.postgres.catalog import literal, quoted
from epic10.postgres.session import unhurried
from epic10.release import plan
from epic10.release.review_reasons import Subject, reasons
from epic10.terminal.spreadsheet import harmless

ROWS_AT_A_TIME = 2000


def write(using: str, subject: Subject, file, *, only: Iterable[str] = ()) -> int:
    """Write the review as CSV (RFC 4180) and return its number of rows. ``only`` names columns; none means all."""
    connection, rows = connections[using], 0
    if plan.load().is_finalized(connection):
        raise CommandError(
            "Epic 10 is finalized: the old labels are no longer beside the new ones.\n"
            "HINT: What each row's were: SELECT table_name, row_id, labels FROM epic10_original;"
        )
    wanted = [reason for reason in reasons(connection, subject) if not only or reason.column in only]
    lines = csv.writer(file)
    lines.writerow(["id", *subject.names, "column", "before", "after", "why"])
    if not wanted:
        return 0
    with unhurried(connection), transaction.atomic(using=using), connection.chunked_cursor() as cursor:
        cursor.itersize = ROWS_AT_A_TIME
        cursor.execute(_query(subject, wanted))
        for row in cursor:
            lines.writerow(harmless(value) if isinstance(value, str) else value for value in row)
            rows += 1
    return rows


def _query(subject, wanted):
    names = ", ".join(map(quoted, subject.names))
    listed = (
        f"SELECT id, {names}, {literal(reason.column)}, {reason.before}, {reason.after}, {reason.why}\n"
        f"  FROM {quoted(subject.table)} WHERE {reason.condition}"
        for reason in wanted
    )
    return "\nUNION ALL\n".join(listed) + f"\nORDER BY 2, 1, {len(subject.names) + 2}"
