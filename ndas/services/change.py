"""Changing an NDA: locked, permitted and recorded in one transaction, or not at all."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from ndas import workflow
from ndas.access import scope
from ndas.access.actors import Actor
from ndas.choices import NdaStatus
from ndas.models import AuditLog, Nda, NdaStatusHistory

from .errors import NotPermitted, WrongStatus

WHAT = {
    workflow.CREATE: "create NDAs",
    workflow.UPDATE: "change NDAs",
    workflow.MARK_STATUS: "mark the status of NDAs",
    workflow.APPROVE: "approve NDAs",
    workflow.PERMISSIONS[workflow.EXPIRE]: "let NDAs expire",
}
PAST = {
    workflow.ROUTE: "routed for approval",
    workflow.GRANT: "approved",
    workflow.REJECT: "rejected",
    workflow.UPLOAD: "uploaded as fully executed",
    workflow.EXPIRE: "let expire",
}
# Columns that every save changes are of no interest.
UNREMARKABLE = {"created_at", "updated_at"}


def require(actor: Actor, permission: str):
    if not actor.may(permission):
        raise NotPermitted(f"{actor.contact} may not {WHAT[permission]}.")


@contextmanager
def changed(actor: Actor, nda_id: str, permission: str, what: str) -> Iterator[Nda]:
    """
    The NDA, locked until the end of the block, when its changes are saved with history and audit.

    Raises NotPermitted, and Nda.DoesNotExist for an NDA that the actor may not see.
    """
    require(actor, permission)
    with transaction.atomic(using=actor.using):
        nda = scope.visible_to(actor).select_for_update().get(pk=nda_id)
        before = values(nda)
        yield nda
        _save(actor, nda, before, what)


def move(nda: Nda, target: str, action: str):
    """Change the status; raises WrongStatus unless ``action`` leads from the current one to ``target``."""
    edge = workflow.edge(nda.status, target)
    if edge is None or edge.action != action:
        raise WrongStatus(_not_that_way(nda, target, action))
    nda.status = target


def added(actor: Actor, nda: Nda, action: str):
    """Save a new NDA, with history and audit."""
    NdaStatusHistory.objects.using(actor.using).create(nda=nda, status=nda.status, changed_by=actor.contact)
    audited(actor, nda, action, before=None, after=values(nda))


def audited(actor: Actor, nda: Nda, action: str, *, before, after):
    AuditLog.objects.using(actor.using).create(
        action=f"nda_{action}",
        entity_type="nda",
        entity_id=nda.pk,
        user=actor.contact,
        details={"before": before, "after": after},
    )


def values(nda: Nda) -> dict:
    """The values of all columns of interest, as JSON."""
    return {
        field.attname: _plain(getattr(nda, field.attname))
        for field in nda._meta.concrete_fields
        if field.attname not in UNREMARKABLE
    }


def _save(actor, nda, before, action):
    after = values(nda)
    names = [name for name in after if after[name] != before[name]]
    if not names:
        return
    nda.save(using=actor.using, update_fields=[*names, "updated_at"])
    if "status" in names:
        NdaStatusHistory.objects.using(actor.using).create(nda=nda, status=nda.status, changed_by=actor.contact)
    audited(
        actor, nda, action, before={name: before[name] for name in names}, after={name: after[name] for name in names}
    )


def _plain(value):
    return value.isoformat() if isinstance(value, datetime.datetime) else value


def _not_that_way(nda, target, action):
    now = NdaStatus(nda.status).label
    if action == workflow.CHANGE:
        return f'NDA {nda.display_id} is "{now}" and cannot become "{NdaStatus(target).label}" this way.'
    sources = " or ".join(f'"{NdaStatus(source).label}"' for source in workflow.leads_to(action, target))
    return f'NDA {nda.display_id} is "{now}"; only what is {sources} can be {PAST[action]}.'
