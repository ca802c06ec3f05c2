"""Template filters that write dates, ages and short labels, and group the fields of the form."""

from collections.abc import Iterator
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince

from ndas.choices import NdaStatus
from ndas.dates import WRITTEN
from ndas.models import Nda

register = template.Library()

SHORT = {
    NdaStatus.CREATED: "Draft",
    NdaStatus.PENDING_APPROVAL: "To approve",
    NdaStatus.SENT_PENDING_SIGNATURE: "Sent",
    NdaStatus.IN_REVISION: "In revision",
    NdaStatus.FULLY_EXECUTED: "Executed",
    NdaStatus.INACTIVE_CANCELED: "Canceled",
    NdaStatus.EXPIRED: "Expired",
}
# Days for which an expiration is said in days, and is a reason to act.
NEAR, SOON = 90, 30
GROUPS = {
    "Company": ("company_name", "abbreviated_name", "company_city", "company_state", "state_of_incorporation"),
    "Agency": ("agency_group", "subagency", "agency_office_name"),
    "Agreement": (
        "authorized_purpose",
        "nda_type",
        "usmax_position",
        "effective_date",
        "expiration_date",
        "is_non_usmax",
    ),
    "People": ("relationship_poc", "opportunity_poc", "contracts_poc"),
}


@register.filter
def short(status: str) -> str:
    return SHORT.get(status, status)


@register.filter
def ago(moment: datetime) -> str:
    """How long ago, in one unit, with the exact time on hover."""
    exact = f"{moment:{WRITTEN} %H:%M} UTC"
    passed = timesince(moment, timezone.now(), depth=1)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        exact,
        "just now" if passed.startswith("0") else f"{passed} ago",
    )


@register.filter
def due(nda: Nda) -> str:
    """When it expires: in words if that is near, or if it should have happened already."""
    if not nda.expiration_date:
        return ""
    date = nda.expiration_date.strftime(WRITTEN)
    days = (nda.expiration_date.date() - timezone.now().date()).days
    if nda.status != NdaStatus.FULLY_EXECUTED or days > NEAR:
        return date
    span = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    words = "today" if days == 0 else f"in {span}" if days > 0 else f"{span} overdue"
    look = "late" if days < 0 else "soon" if days <= SOON else ""
    return format_html('<span class="due {}" title="{}">{}</span>', look, date, words)


@register.filter
def grouped(form) -> Iterator[tuple[str, list]]:
    """The visible fields under headings; those that no heading knows come last."""
    left = {field.name: field for field in form.visible_fields()}
    for title, names in GROUPS.items():
        if found := [left.pop(name) for name in names if name in left]:
            yield title, found
    if left:
        yield "Other", list(left.values())
