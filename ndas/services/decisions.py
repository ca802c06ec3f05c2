"""Decisions about where an NDA goes next."""

from django.core.exceptions import ValidationError
from django.utils import timezone

from ndas import mail, workflow
from ndas.access.actors import Actor
from ndas.models import Nda

from .approval import insist_on_approved_text, insist_on_somebody_else, involved
from .change import changed, move
from .errors import WrongStatus

# The partner has the text, or both have signed it.
AGREED = (workflow.SENT, workflow.EXECUTED)


def route(actor: Actor, nda_id: str) -> Nda:
    """Ask for approval; that also clears an older rejection."""
    with changed(actor, nda_id, workflow.UPDATE, "routed") as nda:
        move(nda, workflow.PENDING, workflow.ROUTE)
        nda.rejection_reason = None
        _forget_approval(nda)
        mail.routed(nda, by=actor.contact, but=involved(nda))
    return nda


def approve(actor: Actor, nda_id: str) -> Nda:
    """Send it on with this text; also once more, if the text was changed after an approval."""
    with changed(actor, nda_id, workflow.APPROVE, "approved") as nda:
        again = nda.is_changed_since_approval and nda.status == workflow.IN_REVISION
        move(nda, workflow.SENT, workflow.CHANGE if again else workflow.GRANT)
        insist_on_somebody_else(actor, nda)
        nda.approved_by, nda.approved_at = actor.contact, timezone.now()
        mail.approved(nda)
    return nda


def reject(actor: Actor, nda_id: str, reason: str) -> Nda:
    """Return it to the author. Raises ValidationError without a reason."""
    with changed(actor, nda_id, workflow.APPROVE, "rejected") as nda:
        move(nda, workflow.CREATED, workflow.REJECT)
        insist_on_somebody_else(actor, nda)
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
        if target in AGREED:
            insist_on_approved_text(nda)
        move(nda, target, workflow.CHANGE)
        if target == workflow.CREATED:
            _forget_approval(nda)
    return nda


def possible(actor: Actor, nda: Nda) -> list[workflow.Edge]:
    """The steps that the actor could take now."""
    steps = list(workflow.ways_out(nda.status, actor.may))
    if nda.is_changed_since_approval:
        steps = [step for step in steps if step.target not in AGREED]
        if nda.status == workflow.IN_REVISION and actor.may(workflow.APPROVE):
            steps.append(workflow.Edge(nda.status, workflow.SENT, workflow.GRANT))
    decisions = [step for step in steps if step.permission == workflow.APPROVE]
    if decisions and actor.contact.pk in involved(nda):
        steps = [step for step in steps if step not in decisions]
    return [step for step in steps if not _was_never_executed(nda, step.target)]


def _was_never_executed(nda, target):
    return (nda.status, target) == (workflow.INACTIVE, workflow.EXECUTED) and not nda.fully_executed_date


def _forget_approval(nda):
    nda.approved_by, nda.approved_at = None, None
