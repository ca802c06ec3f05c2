"""Expiry of NDAs and its notifications. The daily job may run twice, and beside itself."""

import datetime
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from ndas import mail, workflow
from ndas.access.actors import Actor, system_actor
from ndas.models import AuditLog, Contact, Nda, NdaStatusHistory

# The people in charge are notified a month ahead, and only once.
AHEAD = datetime.timedelta(days=30)
# NDAs that ended longer ago are a backlog, as after the release, and expire without a mail.
NEWS = datetime.timedelta(days=7)
ANNOUNCED = "nda_expiry_announced"


@dataclass
class Expiry:
    """The result of a run: numbers of the NDAs that expired or were announced, and how many owners got a mail."""

    expired: list[int] = field(default_factory=list)
    announced: list[int] = field(default_factory=list)
    backlog: int = 0
    mails: int = 0


def due(using: str, now: datetime.datetime):
    return _running(using).filter(expiration_date__lte=now)


def soon(using: str, now: datetime.datetime):
    return _running(using).filter(expiration_date__gt=now, expiration_date__lte=now + AHEAD)


def expire_due(using: str, *, now=None, limit: int | None = None, only: Contact | None = None) -> Expiry:
    """Expire what is due, with one transaction and at most one mail per owner; ``limit`` is how many may expire."""
    now = now or timezone.now()
    done, actor = Expiry(), system_actor(using)
    for owner in _owners(using, now, only):
        left = None if limit is None else limit - len(done.expired)
        with transaction.atomic(using=using):
            expired = _expire(actor, due(using, now).filter(opportunity_poc=owner), left)
            announced = _announce(actor, soon(using, now).filter(opportunity_poc=owner))
            news = [nda for nda in expired if nda.expiration_date > now - NEWS]
            if (news or announced) and owner.is_active:
                mail.expiry(owner, expired=news, soon=announced)
                done.mails += 1
        done.expired += [nda.display_id for nda in expired]
        done.announced += [nda.display_id for nda in announced]
        done.backlog += len(expired) - len(news)
    done.expired.sort()
    done.announced.sort()
    return done


def foreseen(using: str, *, now: datetime.datetime, limit: int | None = None) -> Expiry:
    """What ``expire_due`` would do, without doing it; earlier announcements are not taken into account."""
    numbers = due(using, now).values_list("display_id", "expiration_date")[:limit]
    return Expiry(
        expired=sorted(number for number, _ in numbers),
        announced=sorted(soon(using, now).values_list("display_id", flat=True)),
        backlog=sum(expires <= now - NEWS for _, expires in numbers),
    )


def _running(using):
    return Nda.objects.using(using).filter(status=workflow.EXECUTED).order_by("expiration_date", "pk")


def _owners(using, now, only):
    """The owners of an NDA that ends within AHEAD or has ended; or ``only`` one of them."""
    if only:
        return [only]
    ids = _running(using).filter(expiration_date__lte=now + AHEAD).order_by().values("opportunity_poc_id")
    return Contact.objects.using(using).filter(pk__in=ids).order_by("pk")


def _expire(actor, ndas, limit) -> list[Nda]:
    # A second job waits here, and then finds that they are no longer fully executed.
    expired = list(ndas.select_for_update()[:limit])
    Nda.objects.using(actor.using).filter(pk__in=[nda.pk for nda in expired]).update(
        status=workflow.EXPIRED, updated_at=timezone.now()
    )
    NdaStatusHistory.objects.using(actor.using).bulk_create(
        NdaStatusHistory(nda=nda, status=workflow.EXPIRED, changed_by=actor.contact) for nda in expired
    )
    status = {"before": {"status": workflow.EXECUTED}, "after": {"status": workflow.EXPIRED}}
    _audit(actor, "nda_expired", expired, lambda nda: status)
    return expired


def _announce(actor, ndas) -> list[Nda]:
    """Announce those that have not been announced for this expiration date."""
    candidates = list(ndas.select_for_update())
    told = set(
        AuditLog.objects.using(actor.using)
        .filter(action=ANNOUNCED, entity_id__in=[nda.pk for nda in candidates])
        .values_list("entity_id", "details__after__expiration_date")
    )
    untold = [nda for nda in candidates if (nda.pk, nda.expiration_date.isoformat()) not in told]
    _audit(
        actor,
        ANNOUNCED,
        untold,
        lambda nda: {"before": None, "after": {"expiration_date": nda.expiration_date.isoformat()}},
    )
    return untold


def _audit(actor: Actor, action, ndas, details):
    AuditLog.objects.using(actor.using).bulk_create(
        AuditLog(action=action, entity_type="nda", entity_id=nda.pk, user=actor.contact, details=details(nda))
        for nda in ndas
    )
