"""The list of NDAs, as a page and as a file."""

import csv
import datetime
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from epic10.terminal.spreadsheet import harmless
from ndas import services, workflow
from ndas.choices import NdaStatus, NdaType, UsMaxPosition
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
LABELS = dict([*NdaStatus.choices, *NdaType.choices, *UsMaxPosition.choices])


@dataclass(frozen=True)
class DatedFirst:
    """The latest date first, and last what has none: an index read backwards has it the other way round."""

    ndas: QuerySet
    column: str

    def __getitem__(self, part: slice) -> list[Nda]:
        dated = self.ndas.filter(**{f"{self.column}__isnull": False}).order_by(f"-{self.column}", "-display_id")
        found, wanted = list(dated[part]), part.stop - part.start
        if len(found) < wanted:
            start = 0 if found else max(part.start - dated.count(), 0)
            rest = self.ndas.filter(**{f"{self.column}__isnull": True})
            found += rest[start : start + wanted - len(found)]
        return found


class Pages(Paginator):
    """
    Counts up to COUNTED.

    For 25 rows in an order, the planner tends to scan the index of that order until it
    has 25 matches, which may be the whole table if only a few rows match.
    """

    is_exact = False

    @property
    def num_pages(self):
        return super().num_pages + self.is_more

    def page(self, number):
        if 0 < self.count <= FEW:
            # Selected as they were counted, which uses the index on the condition.
            asked = self.object_list
            keys = list(asked.order_by().values_list("pk", flat=True)[: COUNTED + 1])
            self.object_list = Nda.objects.using(asked.db).filter(pk__in=keys).order_by(*asked.query.order_by)
        self.object_list = self.object_list.select_related(*RELATED)
        first = self.object_list.query.order_by[0]
        if self.count > FEW and first.descending and first.nulls_last:
            self.object_list = DatedFirst(self.object_list, first.expression.name)
        return super().page(number)

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
    """All rows that match, streamed: only a chunk is in memory."""
    filters = Filters(request.actor, request.GET)
    ndas = filters.ndas()
    if filters.errors:
        messages.error(request, "Nothing was exported, as one of the filters cannot be understood.")
        return redirect(f"{reverse('ndas')}?{request.GET.urlencode()}")
    found = lines(ndas)
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

    Left to the garbage collector that would be whenever it runs: also while this very
    thread is in the middle of a query and has the connection locked, for ever.
    """
    with closing(rest):
        yield from beginning
        yield from rest


class Echo:
    def write(self, line):
        return line


def lines(ndas: QuerySet):
    write = csv.writer(Echo()).writerow
    yield "\ufeff" + write(COLUMNS)  # Without it Excel takes UTF-8 for something else.
    for row in ndas.values_list(*COLUMNS.values()).iterator(chunk_size=1000):
        yield write([cell(value) for value in row])


def cell(value) -> str:
    """As the pages show it, and never a formula."""
    if isinstance(value, datetime.datetime):
        return value.strftime(WRITTEN)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return harmless(LABELS.get(value, "" if value is None else str(value)))
