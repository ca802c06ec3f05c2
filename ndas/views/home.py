"""What waits for me? The start page."""

from django.db.models import Count
from django.shortcuts import render

from ndas import workflow
from ndas.choices import NdaStatus
from ndas.filters import expiring, mine

from .access import page, visible

SHOWN = 10


@page(workflow.VIEW)
def home(request):
    actor, ndas = request.actor, visible(request)
    lists = [
        ("To approve", to_approve(ndas, actor), "status=PENDING_APPROVAL"),
        ("My drafts", ndas.filter(created_by=actor.contact, status=NdaStatus.CREATED), "status=CREATED&mine=on"),
        ("Expiring within 30 days", ndas.filter(expiring("30")), "expiring=30&sort=expiration"),
    ]
    waiting = [
        (title, list(found.select_related("agency_group", "created_by").order_by(*order(title))[:SHOWN]), query)
        for title, found, query in lists
    ]
    context = {"waiting": waiting, "counts": counts(ndas), "mine": ndas.filter(mine(actor)).count()}
    return render(request, "ndas/home.html", context)


def to_approve(ndas, actor):
    if not actor.may(workflow.APPROVE):
        return ndas.none()
    return ndas.filter(status=NdaStatus.PENDING_APPROVAL).exclude(created_by=actor.contact)


def order(title):
    return ["expiration_date"] if title.startswith("Expiring") else ["-display_id"]


def counts(ndas):
    """How many there are in each status, as (status, label, number)."""
    found = dict(ndas.values_list("status").annotate(Count("pk")).order_by())
    return [(status, status.label, found.get(status, 0)) for status in NdaStatus]
