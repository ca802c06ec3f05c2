"""The start page: what waits for the person who is signed in."""

from django.db.models import Count, F, OuterRef, Subquery
from django.shortcuts import render
from django.utils import timezone

from ndas import workflow
from ndas.choices import NdaStatus
from ndas.models import NdaStatusHistory
from ndas.services import approval
from ndas.web.filters import expiring, mine
from ndas.web.views.access import page, visible

SHOWN = 10
# When it came into the status that it has now.
SINCE = Subquery(NdaStatusHistory.objects.filter(nda=OuterRef("pk")).order_by("-changed_at").values("changed_at")[:1])


@page(workflow.VIEW)
def home(request):
    actor, ndas = request.actor, visible(request)
    asked = [
        (title, list(found.select_related("agency_group").annotate(since=SINCE).order_by(*order)[:SHOWN]), query)
        for title, found, order, query in lists(ndas, actor)
    ]
    waiting = [(title, found, query) for title, found, query in asked if found]
    context = {"waiting": waiting, "counts": counts(ndas), "mine": ndas.filter(mine(actor)).count()}
    return render(request, "ndas/home.html", context)


def lists(ndas, actor):
    """The lists for this person: title, NDAs, their order, and the query of the whole list."""
    if actor.may(workflow.APPROVE):
        yield "To approve", approval.waiting_for(actor), ["display_id"], "status=PENDING_APPROVAL&sort=oldest"
    if actor.may(workflow.CREATE):
        drafts = ndas.filter(created_by=actor.contact, status=NdaStatus.CREATED)
        # Those that somebody has rejected come first.
        yield "My drafts", drafts, [F("rejection_reason").asc(nulls_last=True), "-display_id"], "status=CREATED&mine=on"
    own = ndas.filter(mine(actor), status=NdaStatus.FULLY_EXECUTED, expiration_date__lte=timezone.now())
    yield "My overdue", own, ["-expiration_date"], "status=FULLY_EXECUTED&mine=on&sort=expiration"
    yield "Expiring within 30 days", ndas.filter(expiring("30")), ["expiration_date"], "expiring=30&sort=expiration"


def counts(ndas):
    """The number of NDAs in each status that has any, as (status, label, number)."""
    found = dict(ndas.values_list("status").annotate(number=Count("*")).order_by())
    return [(status, status.label, found[status]) for status in NdaStatus if status in found]
