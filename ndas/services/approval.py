"""Approval: nobody decides on an NDA who wrote or routed it, or has changed its text since it was last approved."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from ndas import workflow
from ndas.access import scope
from ndas.access.actors import Actor
from ndas.models import AuditLog, Nda
from ndas.models.agreements import CHANGED_SINCE_APPROVAL

from .drafts import TEXT
from .errors import NotPermitted, WrongStatus

CHANGED_SINCE = Q(status=workflow.IN_REVISION) & CHANGED_SINCE_APPROVAL
ROUTED, UPDATED = "nda_routed", "nda_updated"
COLUMNS = [Nda._meta.get_field(name).attname for name in TEXT]


def waiting_for(actor: Actor) -> QuerySet[Nda]:
    """The NDAs that the actor could approve now."""
    had_a_part = Q(action=ROUTED) | Q(details__after__has_any_keys=COLUMNS)
    mine = _since_approval(actor.using, OuterRef("pk")).filter(had_a_part, user=actor.contact)
    ndas = scope.visible_to(actor).filter(Q(status=workflow.PENDING) | CHANGED_SINCE)
    return ndas.exclude(created_by=actor.contact).exclude(Exists(mine))


def involved(nda: Nda) -> set[str]:
    """The keys of the contacts who may not decide on the NDA."""
    # The columns are looked at here: PostgreSQL's operators for JSON could be somebody else's.
    found = _since_approval(nda._state.db, nda.pk).values_list("user_id", "action", "details")
    return {nda.created_by_id, *(user for user, action, details in found if action == ROUTED or _has_text(details))}


def insist_on_somebody_else(actor: Actor, nda: Nda):
    if nda.created_by_id == actor.contact.pk:
        raise NotPermitted(f"NDA {nda.display_id} is by {actor.contact}; somebody else has to decide on it.")
    if actor.contact.pk in involved(nda):
        raise NotPermitted(
            f"NDA {nda.display_id} was changed or routed by {actor.contact}; somebody else has to decide on it."
        )


def insist_on_approved_text(nda: Nda):
    """What was never approved may be sent, and says so; what was approved may not be sent with another text."""
    if nda.is_changed_since_approval:
        raise WrongStatus(
            f"NDA {nda.display_id} was changed since it was approved. Somebody has to approve it again while it is in "
            "revision."
        )


def _has_text(details) -> bool:
    """Is a column of the text among what was changed? The previous application wrote what it liked."""
    after = details.get("after") if isinstance(details, dict) else None
    return isinstance(after, dict) and not after.keys().isdisjoint(COLUMNS)


def _since_approval(using, nda_id) -> QuerySet[AuditLog]:
    entries = AuditLog.objects.using(using).filter(entity_type="nda")
    approved_later = entries.filter(
        entity_id=OuterRef("entity_id"), action="nda_approved", created_at__gt=OuterRef("created_at")
    )
    return entries.filter(~Exists(approved_later), action__in=[ROUTED, UPDATED], entity_id=nda_id)
