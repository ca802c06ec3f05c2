"""In which order does a backfill go over its table, and who goes over which part of it?

A route answers with parameters of a batch: ``first()``, then ``next()`` after
each, until that is None. ``HERE`` is the condition on the rows that it means.

In the order of keys, which are random, a batch finds its thousand rows on as many
pages, and the space that one has left serves the next on that page: almost
every update is HOT. Once the table outgrows the server's memory each row costs a
page read and, after every checkpoint, a whole page of log. Then a batch keeps to
a few hundred neighbouring pages, and takes every sixteenth row of them.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from epic10.catalog import literal, quoted

# A power of two. With fewer a page has no room for what a batch writes on it; with more
# the pages of one window are read more often. Measured: 4 to 32.
STRIPES = 16

SIZES = """
SELECT pg_relation_size({0}::regclass) / current_setting('block_size')::int,
       pg_relation_size({0}::regclass) > pg_size_bytes(current_setting('shared_buffers'))"""
BOUNDARY = "SELECT id FROM {table} ORDER BY id OFFSET {rows} LIMIT 1"


@dataclass(frozen=True)
class Keys:
    """In the order of keys, beyond ``after``."""

    after: str = ""
    HERE: ClassVar[str] = "id > {after}"
    ORDER: ClassVar[str] = "ORDER BY id "

    def first(self) -> dict:
        return {"after": self.after}

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
    """The pages from ``begin`` to before ``end``, a window of neighbours at a time, a stripe of it a batch."""

    begin: int
    end: int
    rows_a_page: float
    size: int
    HERE: ClassVar[str] = f"ctid >= %(from)s::tid AND ctid < %(to)s::tid AND hashtid(ctid) & {STRIPES - 1} = %(stripe)s"
    ORDER: ClassVar[str] = ""

    def first(self) -> dict | None:
        return self._window(self.begin, self.size)

    def next(self, place: dict, last: str | None, size: int) -> dict | None:
        if place["stripe"] + 1 < STRIPES:
            return place | {"stripe": place["stripe"] + 1}
        return self._window(place["page"], size)

    def _window(self, page, size):
        if page >= self.end:
            return None
        # A stripe has a few rows more or less than its share; what is beyond a batch's size waits for a later pass.
        pages = max(1, int(0.9 * size * STRIPES / self.rows_a_page))
        beyond = min(page + pages, self.end)
        return {"from": f"({page},0)", "to": f"({beyond},0)", "stripe": 0, "page": beyond}


Route = Keys | Places


def routes(connection, table: str, rows: int, *, parts: int, size: int) -> list[Route]:
    """All of the table, which has so many rows, in at most so many parts of about equal length."""
    with connection.cursor() as cursor:
        cursor.execute(SIZES.format(literal(quoted(table))))
        pages, is_large = cursor.fetchone()
        if is_large:
            ends = [pages * part // parts for part in range(parts + 1)]
            density = max(rows / pages, 1)
            return [Places(begin, end, density, size) for begin, end in pairwise(ends)]
        boundaries = []
        for part in range(1, parts):
            cursor.execute(BOUNDARY.format(table=quoted(table), rows=rows * part // parts))
            boundaries += [key for [key] in cursor.fetchall()]
    shares = [KeysUntil(after, until) for after, until in zip(["", *boundaries], boundaries, strict=False)]
    return [*shares, Keys(boundaries[-1] if boundaries else "")]
