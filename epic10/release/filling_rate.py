"""How many rows a second a backfill fills here: the statement that it will use, timed in a few batches."""

import time
from collections.abc import Iterator

from epic10.operations import Backfill
from epic10.operations.backfill.batches import BATCH_SETTINGS, FOR_DJANGO, batch_size
from epic10.operations.backfill.passes import is_filled_directly
from epic10.operations.backfill.routes import Keys, routes
from epic10.operations.columns.relabel import any_wrong
from epic10.postgres.catalog import bound, quoted
from epic10.postgres.session import fetch

WRONG_AND_ALL = "SELECT count(*) FILTER (WHERE {wrong}), count(*) FROM {sample}"


def filled_a_second(connection, backfill: Backfill, table: str) -> float:
    """
    Rows a second, by batches on ``table``, which is like that of the backfill; infinite if there are none to fill.

    What others have hung on the real one decides which of the two statements is used.
    """
    sample = Backfill(table, backfill.rules, unit=backfill.unit)
    with connection.cursor() as cursor:
        cursor.execute("; ".join(BATCH_SETTINGS))
        way = _directly if is_filled_directly(connection, backfill.table) else _around_rows_in_use
        batches = list(way(connection, cursor, sample))
    # The first one looks everything up in the catalog, and one of so many would count as a fifth of them.
    counted = batches[1:] if sum(rows for rows, _ in batches[1:]) else batches
    changed = sum(rows for rows, _ in counted)
    return changed / sum(took for _, took in counted) if changed else float("inf")


def _directly(connection, cursor, sample) -> Iterator[tuple[int, float]]:
    """The rows and the seconds of each batch of the statement for a table without triggers of others."""
    [[wrong, rows]] = fetch(
        connection, WRONG_AND_ALL.format(sample=quoted(sample.table), wrong=any_wrong(sample.rules, "false"))
    )
    if not wrong:
        return
    size = batch_size()
    [route] = routes(connection, sample.table, rows, parts=1, size=size, share=wrong / rows, direct=True)
    direct = sample.direct(connection)
    place = route.first()
    while place is not None:
        began = time.monotonic()
        changed = direct.run(cursor, [], place)
        yield changed, time.monotonic() - began
        place = route.next(place, None, size)
    cursor.execute(f"DEALLOCATE {direct.name}")


def _around_rows_in_use(connection, cursor, sample) -> Iterator[tuple[int, float]]:
    """The same of the statement that locks its rows before."""
    statement = sample.batch(Keys(), skip_locked=True, **FOR_DJANGO)
    last = ""
    while last is not None:
        began = time.monotonic()
        cursor.execute(bound(statement, {"after": last, "size": batch_size()}))
        rows, last, *_ = cursor.fetchone()
        yield rows, time.monotonic() - began
