"""The order in which a backfill goes over its table, and how workers share it.

A route gives the parameters of a batch: ``first()``, then ``next()`` after each,
until that is None. ``HERE`` is the condition on the rows that it covers, ``ROWS``
selects those that a batch locks, ``LAST`` is the last key that it saw.

No batch reads far while it holds a lock: a whole table of right rows may lie between
two wrong ones, and the application would wait for the first of them all that time.

In the order of keys, which are random, a batch finds its thousand rows on as many
pages, and the space that one dead row version leaves is used by the next update on
that page: almost every update is HOT. Once the table outgrows the server's memory
each row costs a page read and, after every checkpoint, a full-page image in the WAL.
Then a batch keeps to some neighboring pages, and takes a row or two from each.
(docs/decisions/0004-large-tables-go-by-place.md)
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import ClassVar

from epic10.postgres.catalog import holds, literal, quoted

# Stripes for each index. With fewer, a page has no room for all that a batch writes on it, and a row
# that leaves its page costs an entry in every index; with more, the server tidies
# up a page more often, and reads it more often. Measured: docs/decisions/0004.
FOR_EACH_INDEX = 4
# For the direct statement, to which such an entry costs less: so many, and one for each index.
DIRECT = 8
# As long as any transaction is open that began before a batch was committed, another worker's batch above all, the
# dead versions that the batch has left stay on their pages. So each window waits for the turns of others.
TURNS = 4
# The rows to be changed may all be in one place: a batch has twice as many as it should at most.
LEAST_SHARE = 0.5

SIZES = """
SELECT pg_catalog.pg_relation_size({0}::regclass) / pg_catalog.current_setting('block_size')::int,
       (SELECT count(*) FROM pg_index WHERE indrelid = {0}::regclass::oid)"""
LARGE = (
    "pg_catalog.pg_relation_size({}::regclass) > pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers'))"
)
BOUNDARY = "SELECT id FROM {table} ORDER BY id OFFSET {rows} LIMIT 1"


@dataclass(frozen=True)
class Keys:
    """In the order of keys, beyond ``after``: looked for first, and then locked in that order."""

    after: str = ""
    HERE: ClassVar[str] = "id > {after}"
    WANTED: ClassVar[str] = """\
wanted AS MATERIALIZED (
  SELECT ARRAY(SELECT id FROM {table}
                WHERE {here} AND ({wrong})
                ORDER BY id LIMIT {size}) AS keys
), """
    ROWS: ClassVar[str] = "id = ANY ((SELECT keys FROM wanted)::text[])"
    LAST: ClassVar[str] = "(SELECT keys[pg_catalog.cardinality(keys)] FROM wanted)"

    def first(self) -> dict:
        return {"after": self.after}

    def fewer(self, place: dict, size: int) -> dict:
        """The same place for a smaller batch, after one that was canceled because it took too long."""
        return place

    def next(self, place: dict, last: str | None, size: int) -> dict | None:
        return None if last is None else place | {"after": last}


@dataclass(frozen=True)
class KeysUntil(Keys):
    """The same, as far as ``until``."""

    until: str = ""
    HERE: ClassVar[str] = "id > {after} AND id <= %(until)s"

    def first(self) -> dict:
        return super().first() | {"until": self.until}


@dataclass(frozen=True)
class Places:
    """
    The pages from ``begin`` to before ``end``, a window of neighbours at a time.

    A batch is a stripe of the window: so many rows ``of_each`` page. Some neighboring
    windows take turns.
    """

    begin: int
    end: int
    rows_a_page: int
    of_each: int
    size: int
    # Of the rows, how many are to be changed: a batch has so many more pages.
    share: float = 1.0
    # The sixth byte of a row's place is the lower one of its number on the page.
    HERE: ClassVar[str] = (
        "ctid >= %(from)s::tid AND ctid < %(to)s::tid AND get_byte(tidsend(ctid), 5) % %(stripes)s = %(stripe)s"
    )
    WANTED: ClassVar[str] = ""
    ROWS: ClassVar[str] = "{here} AND ({wrong})\n   LIMIT {size}"
    LAST: ClassVar[str] = "NULL"

    @property
    def stripes(self) -> int:
        return ceil(self.rows_a_page / self.of_each)

    def first(self) -> dict | None:
        return self._stretch(self.begin, self.size)

    def fewer(self, place: dict, size: int) -> dict:
        # What is done already of these pages is not wrong any more.
        return self._stretch(place["begin"], size)

    def next(self, place: dict, last: str | None, size: int) -> dict | None:
        if place["turn"] + 1 < TURNS and place["end"] < place["beyond"]:
            return self._window(place, turn=place["turn"] + 1)
        if place["stripe"] + 1 < self.stripes:
            return self._window(place, turn=0, stripe=place["stripe"] + 1)
        return self._stretch(place["beyond"], size)

    def _stretch(self, begin, size):
        if begin >= self.end:
            return None
        pages = max(int(size / self.share) // self.of_each, 1)
        beyond = min(begin + TURNS * pages, self.end)
        return self._window(
            {"begin": begin, "beyond": beyond, "pages": pages, "stripes": self.stripes}, turn=0, stripe=0
        )

    def _window(self, stretch, **turn):
        # Pages are not all alike; what a stripe has beyond a batch's size waits for a later pass.
        begin = stretch["begin"] + turn["turn"] * stretch["pages"]
        end = min(begin + stretch["pages"], stretch["beyond"])
        return stretch | turn | {"from": f"({begin},0)", "to": f"({end},0)", "end": end}


@dataclass(frozen=True)
class Named:
    """These rows and no others, in the order of their ``keys``, ``size`` a batch whatever the size of the others."""

    keys: list[str]
    size: int
    HERE: ClassVar[str] = "id = ANY (%(keys)s::text[])"
    WANTED: ClassVar[str] = ""
    ROWS: ClassVar[str] = "{here} AND ({wrong})"
    LAST: ClassVar[str] = "NULL"

    def first(self) -> dict | None:
        return self._from(0, self.size)

    def fewer(self, place: dict, size: int) -> dict:
        return self._from(place["begin"], min(size, len(place["keys"]) // 4))

    def next(self, place: dict, last: str | None, size: int) -> dict | None:
        return self._from(place["begin"] + len(place["keys"]), size)

    def _from(self, begin, size):
        keys = self.keys[begin : begin + max(min(size, self.size), 1)]
        return {"keys": keys, "begin": begin} if keys else None


Route = Keys | Places | Named


def is_large(connection, table: str) -> bool:
    """Is the table larger than the server's shared buffers?"""
    return holds(connection, LARGE.format(literal(quoted(table))))


def routes(
    connection, table: str, rows: int, *, parts: int, size: int, share: float = 1.0, direct: bool = False
) -> list[Route]:
    """
    Routes over the whole table, with ``rows`` rows, in at most ``parts`` parts of similar size.

    Of the rows a ``share`` is to be changed. The ``direct`` statement always goes by place.
    """
    with connection.cursor() as cursor:
        cursor.execute(SIZES.format(literal(quoted(table))))
        pages, indexes = cursor.fetchone()
        if direct or is_large(connection, table):
            ends = [pages * part // parts for part in range(parts + 1)]
            rows_a_page = max(ceil(rows / pages), 1)
            stripes = DIRECT + indexes if direct else FOR_EACH_INDEX * max(indexes, 1)
            of_each = ceil(rows_a_page / stripes)
            return [
                Places(begin, end, rows_a_page, of_each, size, max(share, LEAST_SHARE)) for begin, end in pairwise(ends)
            ]
        boundaries = []
        for part in range(1, parts):
            cursor.execute(BOUNDARY.format(table=quoted(table), rows=rows * part // parts))
            boundaries += [key for [key] in cursor.fetchall()]
    shares = [KeysUntil(after, until) for after, until in zip(["", *boundaries], boundaries, strict=False)]
    return [*shares, Keys(boundaries[-1] if boundaries else "")]
