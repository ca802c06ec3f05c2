"""
The passes of a backfill over its table.

The first pass skips rows that others have locked, with one connection or several.
The rows left over are then found by a scan, and waited for.
"""

import time
from contextlib import nullcontext
from math import ceil

from epic10.operations.backfill import workers
from epic10.operations.backfill.batches import (
    FOR_DJANGO,
    LEFT_AT_ONCE,
    SMALLEST,
    WAITING_PASSES,
    Batches,
    batch_size,
)
from epic10.operations.backfill.direct import is_alone
from epic10.operations.backfill.label_counts import wrong_and_all
from epic10.operations.backfill.routes import Named, is_large, routes
from epic10.operations.columns.relabel import any_wrong
from epic10.postgres.catalog import holds, quoted
from epic10.postgres.session import beside_an_application, fetch
from epic10.terminal.progress import finished, logger


def fill(connection, backfill):
    """Fill every row of the Backfill's table that is wrong."""
    # With several workers the backfill is to be done soon, and there is no application to spare.
    spares_it = workers.number_of_workers() == 1 and is_large(connection, backfill.table)
    with beside_an_application(connection) if spares_it else nullcontext():
        wrong, rows = _count(connection, backfill)
        logger.info("%s: %s %s to change.", backfill.table, f"{wrong:,}", backfill.unit)
        batches = Batches(connection, backfill.table, wrong, backfill.unit, verb="Migrated")
        if wrong:
            _around_rows_in_use(batches, backfill, rows, share=wrong / rows)
        _wait_for_the_rest(batches, backfill)
        finished()


def is_filled_directly(connection, table: str) -> bool:
    """By the statement for a table without triggers of others. A stripe of pages is no measure for a few rows."""
    return batch_size() >= SMALLEST and holds(connection, is_alone(table))


def _around_rows_in_use(batches, backfill, rows, *, share):
    connection, table, size = batches.connection, backfill.table, batch_size()
    alone = is_filled_directly(connection, table)

    def one_part(connection, route, nap):
        batch = backfill.batch(route, skip_locked=True, **FOR_DJANGO)
        direct = backfill.direct(connection) if alone else None
        batches.one_pass(batch, route, direct=direct, connection=connection, nap=nap)

    ways = {"parts": workers.number_of_workers(), "size": size, "share": share, "direct": alone}
    parts = routes(connection, table, rows, **ways)
    if len(parts) == 1:
        one_part(connection, parts[0], time.sleep)
    else:
        workers.side_by_side(connection.alias, parts, one_part)


def _wait_for_the_rest(batches, backfill):
    for _ in range(WAITING_PASSES):
        left, _ = _count(batches.connection, backfill)
        if not left:
            return
        for _ in range(ceil(left / LEFT_AT_ONCE)):
            # Anywhere in the table: a page to read for each of them, and the application waits meanwhile.
            rest = Named(_left(batches.connection, backfill), size=max(batch_size() // 10, 1))
            batches.one_pass(backfill.batch(rest, skip_locked=False, **FOR_DJANGO), rest)


def _left(connection, backfill):
    """Keys of rows that are wrong, found by a scan, which takes a tenth of the time of key order."""
    wrong = backfill.unless_restored(any_wrong(backfill.rules, backfill.both_ways))
    found = fetch(connection, f"SELECT id FROM {quoted(backfill.table)} WHERE {wrong} LIMIT {LEFT_AT_ONCE}")
    return sorted(key for [key] in found)


def _count(connection, backfill):
    """The number of rows that are wrong, and of all rows."""
    really_wrong = backfill.unless_restored(any_wrong(backfill.rules, backfill.both_ways))
    [counts] = fetch(connection, wrong_and_all(backfill.table, backfill.rules, really_wrong, backfill.both_ways))
    return counts
