"""Notification mails in plain text and HTML, sent after the commit."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

from ndas.access.actors import approvers_of
from ndas.models import Contact, Nda

# Nobody reads a longer list; the page has the rest.
LISTED = 20


def after_commit(send, about: Nda | Contact, **more):
    """Send after the commit. A failure of the mail server is logged and undoes nothing."""
    transaction.on_commit(lambda: send(about, **more), using=about._state.db, robust=True)


def routed(nda: Nda):
    for approver in approvers_of(nda):
        _send("routed", approver, f"NDA {nda.display_id} waits for your approval: {nda.company_name}", nda=nda)


def approved(nda: Nda):
    _send("approved", nda.created_by, f"NDA {nda.display_id} is approved: {nda.company_name}", nda=nda)


def rejected(nda: Nda, *, by: Contact):
    _send("rejected", nda.created_by, f"NDA {nda.display_id} is rejected: {nda.company_name}", nda=nda, by=by)


def expiry(owner: Contact, *, expired: list[Nda], soon: list[Nda]):
    counts = [f"{len(expired)} expired"] * bool(expired) + [f"{len(soon)} will soon"] * bool(soon)
    lists = [("Expired:", expired), ("Expiring soon:", soon)]
    shown = [(title, ndas[:LISTED], len(ndas[LISTED:])) for title, ndas in lists if ndas]
    _send("expiry", owner, f"NDAs: {', '.join(counts)}", lists=shown)


def _send(template: str, to: Contact, subject: str, **context):
    context |= {"to": to, "site": settings.SITE_URL}
    message = EmailMultiAlternatives(
        # A line break in a company's name would start another header.
        subject=" ".join(subject.split()),
        body=render_to_string(f"ndas/mail/{template}.txt", context),
        to=[to.email],
    )
    message.attach_alternative(render_to_string(f"ndas/mail/{template}.html", context), "text/html")
    message.send()
