"""Decisions about where an NDA goes next."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from ndas import mail, workflow
from ndas.access.actors import Actor
from ndas.models import Nda

from .change import changed, move
from .errors import NotPermitted, WrongStatus


def route(actor: Actor, nda_id: str) -> Nda:
    """Ask for approval; that also clears an older rejection."""
    with changed(actor, nda_id, workflow.UPDATE, "routed") as nda:
        move(nda, workflow.PENDING, workflow.ROUTE)
        nda.rejection_reason = None
        _forget_approval(nda)
        mail.routed(nda, by=actor.contact)
    return nda


def approve(actor: Actor, nda_id: str) -> Nda:
    with changed(actor, nda_id, workflow.APPROVE, "approved") as nda:
        move(nda, workflow.SENT, workflow.GRANT)
        _somebody_else(actor, nda)
        nda.approved_by, nda.approved_at = actor.contact, timezone.now()
        mail.approved(nda)
    return nda


def reject(actor: Actor, nda_id: str, reason: str) -> Nda:
    """Return it to the author. Raises ValidationError without a reason."""
    with changed(actor, nda_id, workflow.APPROVE, "rejected") as nda:
        move(nda, workflow.CREATED, workflow.REJECT)
        _somebody_else(actor, nda)
        if not reason.strip():
            raise ValidationError({"reason": "Give a reason, so that the author can correct it."})
        nda.rejection_reason = reason.strip()
        _forget_approval(nda)
        mail.rejected(nda, by=actor.contact)
    return nda


def change_status(actor: Actor, nda_id: str, target: str) -> Nda:
    """Any step that is neither an approval nor an upload."""
    with changed(actor, nda_id, workflow.MARK_STATUS, "status_changed") as nda:
        if _was_never_executed(nda, target):
            raise WrongStatus(
                f"NDA {nda.display_id} was never fully executed. Take it up as sent or in revision, then upload it."
            )
        move(nda, target, workflow.CHANGE)
        if target == workflow.CREATED:
            _forget_approval(nda)
    return nda


def possible(actor: Actor, nda: Nda) -> list[workflow.Edge]:
    """The steps that the actor could take now."""
    steps = workflow.ways_out(nda.status, actor.may)
    if nda.created_by_id == actor.contact.pk:
        steps = [step for step in steps if step.permission != workflow.APPROVE]
    return [step for step in steps if not _was_never_executed(nda, step.target)]


def _was_never_executed(nda, target):
    return (nda.status, target) == (workflow.INACTIVE, workflow.EXECUTED) and not nda.fully_executed_date


def _somebody_else(actor, nda):
    if nda.created_by_id == actor.contact.pk:
        raise NotPermitted(f"NDA {nda.display_id} is by {actor.contact}; somebody else has to decide on it.")


def _forget_approval(nda):
    nda.approved_by, nda.approved_at = None, None
