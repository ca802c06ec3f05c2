"""The start page: what waits for the person who is signed in."""

from django.db.models import Count
from django.shortcuts import render

from ndas import workflow
from ndas.choices import NdaStatus
from ndas.web.filters import expiring, mine
from ndas.web.views.access import page, visible

SHOWN = 10


@page(workflow.VIEW)
def home(request):
    actor, ndas = request.actor, visible(request)
    waiting = [
        (title, list(found.select_related("agency_group").order_by(order)[:SHOWN]), query)
        for title, found, order, query in lists(ndas, actor)
    ]
    context = {"waiting": waiting, "counts": counts(ndas), "mine": ndas.filter(mine(actor)).count()}
    return render(request, "ndas/home.html", context)


def lists(ndas, actor):
    """The lists for this person: title, NDAs, their order, and the query of the whole list."""
    if actor.may(workflow.APPROVE):
        others = ndas.filter(status=NdaStatus.PENDING_APPROVAL).exclude(created_by=actor.contact)
        yield "To approve", others, "display_id", "status=PENDING_APPROVAL&sort=oldest"
    if actor.may(workflow.CREATE):
        drafts = ndas.filter(created_by=actor.contact, status=NdaStatus.CREATED)
        yield "My drafts", drafts, "-display_id", "status=CREATED&mine=on"
    yield "Expiring within 30 days", ndas.filter(expiring("30")), "expiration_date", "expiring=30&sort=expiration"


def counts(ndas):
    """The number of NDAs in each status, as (status, label, number)."""
    found = dict(ndas.values_list("status").annotate(Count("pk")).order_by())
    # Allow a line break after a slash, where there is no space.
    return [(status, status.label.replace("/", "/\u200b"), found.get(status, 0)) for status in NdaStatus]
