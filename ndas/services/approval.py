"""Approval: nobody decides on an NDA who wrote or routed it, or has changed its text since it was last approved."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from ndas import workflow
from ndas.access import scope
from ndas.access.actors import Actor
from ndas.models import AuditLog, Nda

from .drafts import TEXT
from .errors import NotPermitted, WrongStatus

CHANGED_SINCE = Q(status=workflow.IN_REVISION, approved_by__isnull=False, approved_at=None)
COLUMNS = [Nda._meta.get_field(name).attname for name in TEXT]


def waiting_for(actor: Actor) -> QuerySet[Nda]:
    """The NDAs that the actor could approve now."""
    mine = _involvements(actor.using, OuterRef("pk")).filter(user=actor.contact)
    ndas = scope.visible_to(actor).filter(Q(status=workflow.PENDING) | CHANGED_SINCE)
    return ndas.exclude(created_by=actor.contact).exclude(Exists(mine))


def involved(nda: Nda) -> set[str]:
    """The keys of the contacts who may not decide on the NDA."""
    return {nda.created_by_id, *_involvements(nda._state.db, nda.pk).values_list("user_id", flat=True)}


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


def _involvements(using, nda_id) -> QuerySet[AuditLog]:
    entries = AuditLog.objects.using(using).filter(entity_type="nda")
    approved_later = entries.filter(
        entity_id=OuterRef("entity_id"), action="nda_approved", created_at__gt=OuterRef("created_at")
    )
    changed = Q(action="nda_updated", details__after__has_any_keys=COLUMNS)
    return entries.filter(Q(action="nda_routed") | changed, ~Exists(approved_later), entity_id=nda_id)
