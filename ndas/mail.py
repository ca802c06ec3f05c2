"""Notification mails in plain text and HTML, written to the outbox in the transaction that is their reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.template.loader import render_to_string

from ndas.access.actors import approvers_of
from ndas.models import Contact, Nda
from ndas.outbox.models import Mail

# Nobody reads a longer list; the page has the rest.
LISTED = 20


_withheld = ContextVar("withheld", default=False)


@contextmanager
def withheld() -> Iterator[None]:
    """No mail is written: for trials, also before the tables of accounts and of the outbox are there."""
    token = _withheld.set(True)
    try:
        yield
    finally:
        _withheld.reset(token)


def routed(nda: Nda, *, by: Contact, but: set[str]):
    """Ask everybody who may approve it, but these and whoever routes it."""
    for approver in [] if _withheld.get() else approvers_of(nda):
        if approver.pk not in {by.pk, *but}:
            subject = f"NDA {nda.display_id} waits for your approval: {nda.company_name}"
            _write("routed", approver, subject, nda=nda, by=by)


def approved(nda: Nda):
    _write("approved", nda.created_by, f"NDA {nda.display_id} is approved: {nda.company_name}", nda=nda)


def rejected(nda: Nda, *, by: Contact):
    _write("rejected", nda.created_by, f"NDA {nda.display_id} is rejected: {nda.company_name}", nda=nda, by=by)


def expiry(owner: Contact, *, expired: list[Nda], soon: list[Nda]):
    counts = [f"{len(expired)} expired"] * bool(expired) + [f"{len(soon)} will soon"] * bool(soon)
    lists = [("Expired:", expired), ("Expiring soon:", soon)]
    shown = [(title, ndas[:LISTED], len(ndas[LISTED:])) for title, ndas in lists if ndas]
    _write("expiry", owner, f"NDAs: {', '.join(counts)}", lists=shown)


def _write(template: str, to: Contact, subject: str, **context):
    if _withheld.get():
        return
    context |= {"to": to, "site": settings.SITE_URL}
    Mail.objects.using(to._state.db).create(
        recipient=to.email,
        # A line break in a company's name would start another header.
        subject=" ".join(subject.split()),
        text=render_to_string(f"ndas/mail/{template}.txt", context),
        html=render_to_string(f"ndas/mail/{template}.html", context),
    )
