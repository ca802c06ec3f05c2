"""The list of NDAs, as a page and as a file."""

import csv
import datetime
import io
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import islice
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from epic10.terminal.spreadsheet import harmless_all
from ndas import services, workflow
from ndas.dates import WRITTEN
from ndas.models import Nda
from ndas.web.filters import Filters
from ndas.web.views.access import page

A_PAGE = 25
# Nobody turns 400 pages, and counting further takes longer than the page itself.
COUNTED = 10_000
# Found by what they are, not by their order.
FEW = 3_000
RELATED = ("agency_group", "subagency", "opportunity_poc")
# The columns of the page, and the sort of those that an index sorts.
HEADINGS = (
    ("NDA", "oldest", ""),
    ("Company", "company", "-company"),
    ("Agency", None, None),
    ("Type", None, None),
    ("Position", None, None),
    ("Owner", None, None),
    ("Status", "status", "-status"),
    ("Effective", "effective", "-effective"),
    ("Expires", "expiration", "-expiration"),
)

COLUMNS = {
    "NDA": "display_id",
    "Company": "company_name",
    "City": "company_city",
    "State": "company_state",
    "Agency group": "agency_group__name",
    "Subagency": "subagency__name",
    "Office": "agency_office_name",
    "Abbreviated name": "abbreviated_name",
    "Authorized purpose": "authorized_purpose",
    "Type": "nda_type",
    "USmax position": "usmax_position",
    "Non-USmax": "is_non_usmax",
    "Status": "status",
    "Effective": "effective_date",
    "Fully executed": "fully_executed_date",
    "Expires": "expiration_date",
    "Opportunity POC": "opportunity_poc__email",
    "Contracts POC": "contracts_poc__email",
    "Relationship POC": "relationship_poc__email",
    "Created by": "created_by__email",
    "Created": "created_at",
}
A_PART = 1000


class Pages(Paginator):
    """
    Counts up to COUNTED, and finds the keys of a page before its rows.

    For 25 rows in an order, the planner tends to scan the index of that order until it has 25 matches, which may be
    the whole table if only a few rows match. And it would join agencies and people to every row before the page.
    """

    is_exact = False

    @property
    def num_pages(self):
        return super().num_pages + self.is_more

    def page(self, number):
        number, asked = self.validate_number(number), self.object_list
        start, stop = (number - 1) * self.per_page, min(number * self.per_page, self.count)
        found = Nda.objects.using(asked.db).select_related(*RELATED).order_by(*asked.query.order_by)
        if self.count > FEW:
            found = found.filter(pk__in=self._keys(start, stop))
        else:
            # Selected as they were counted, which uses the index on the condition.
            keys = list(asked.order_by().values_list("pk", flat=True)) if self.count else []
            found = found.filter(pk__in=keys)[start:stop]
        return self._get_page(found, number, self)

    def _keys(self, start, stop) -> Iterable[str]:
        keys, order = self.object_list.values_list("pk", flat=True), self.object_list.query.order_by[0]
        if not order.nulls_last or not order.descending:
            return keys[start:stop]
        # The latest date first, and last what has none: an index read backwards has it the other way round.
        column, dateless = order.expression.name, {f"{order.expression.name}__isnull": True}
        dated = keys.exclude(**dateless).order_by(f"-{column}", "-display_id")
        found = list(dated[start:stop])
        if len(found) < stop - start:
            skipped = 0 if found else max(start - dated.count(), 0)
            found += keys.filter(**dateless)[skipped : skipped + stop - start - len(found)]
        return found

    @property
    def count(self):
        if not hasattr(self, "_count"):
            asked = self.object_list.order_by()
            self._count = (asked if self.is_exact else asked[: COUNTED + 1]).count()
        return self._count if self.is_exact else min(self._count, COUNTED)

    @property
    def is_more(self):
        return self.count < self._count


@page(workflow.VIEW)
def listing(request):
    filters = Filters(request.actor, request.GET)
    found = Pages(filters.ndas(), A_PAGE)
    wanted = request.GET.get("page", "")
    # Whoever goes beyond what is counted has it counted.
    found.is_exact = wanted.isdecimal() and int(wanted) > COUNTED // A_PAGE
    found = found.get_page(wanted)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "filters": filters,
        "page": found,
        "pages": found.paginator.get_elided_page_range(found.number, on_each_side=2, on_ends=1),
        "query": query.urlencode(),
        "headings": [heading(request.GET, *column) for column in HEADINGS],
    }
    return render(request, "ndas/list.html", context)


def heading(asked, title, up, down) -> tuple[str, str, str]:
    """A column's title, how it is sorted now, and the query that sorts by it, or turns it round."""
    if up is None:
        return title, "", ""
    sort, query = asked.get("sort", ""), asked.copy()
    query.pop("page", None)
    query["sort"] = down if sort == up else up
    return title, {up: "ascending", down: "descending"}.get(sort, ""), query.urlencode()


@page(workflow.VIEW)
def export(request):
    """All rows that match, streamed: only a part is in memory."""
    filters = Filters(request.actor, request.GET)
    ndas = filters.ndas()
    if filters.errors:
        messages.error(request, "Nothing was exported, as one of the filters cannot be understood.")
        return redirect(f"{reverse('ndas')}?{request.GET.urlencode()}")
    found = parts(ndas)
    # An error of the database should be an error page, not the end of a file.
    beginning = list(islice(found, 2))
    try:
        services.exported(request.actor, ndas, filters.asked)
    except BaseException:
        found.close()
        raise
    name = f"ndas-{timezone.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        resumed(beginning, found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def resumed(beginning: list, rest: Generator):
    """
    Closed when whoever reads it hangs up, and so is the cursor on the server.

    The garbage collector might close it while this very thread has the connection locked for a query: for ever.
    """
    with closing(rest):
        yield from beginning
        yield from rest


def parts(ndas: QuerySet) -> Iterator[str]:
    """The file, a thousand lines at a time."""
    yield "\ufeff" + written([COLUMNS])  # Without it Excel takes UTF-8 for something else.
    cells = [cells_of(name) for name in COLUMNS.values()]
    rows = ndas.values_list(*COLUMNS.values()).iterator(chunk_size=A_PART)
    while part := list(islice(rows, A_PART)):
        # By columns: a call a cell takes half of all the time.
        by_column = [made(values) for made, values in zip(cells, zip(*part, strict=True), strict=True)]
        yield written(zip(*by_column, strict=True))


def written(rows: Iterable[Iterable[str]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    return file.getvalue()


def cells_of(column: str) -> Callable[[Iterable[Any]], list[str]]:
    """What the cells of the column say: as the pages show it, and never a formula."""
    field = Nda._meta.get_field(column.partition("__")[0])
    if field.choices:
        labels = dict(field.flatchoices)
        return lambda values: [labels.get(label, label) for label in values]
    if isinstance(field, models.DateTimeField):
        return lambda moments: [day(moment.date()) if moment else "" for moment in moments]
    if isinstance(field, models.BooleanField):
        return lambda values: [{True: "Yes", False: "No"}.get(value) for value in values]
    return lambda values: harmless_all("" if value is None else str(value) for value in values)


@lru_cache(maxsize=10_000)
def day(date: datetime.date) -> str:
    """Remembered: to write a date takes as long as a row, and most of them come again."""
    return date.strftime(WRITTEN)
