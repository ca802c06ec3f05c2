"""Smoke tests of the application: its services, tried on rows of their own that are rolled back."""

import datetime
import functools
import secrets
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db import connections
from django.utils import timezone

from epic10.checks import SMOKE, Check, register
from ndas import mail, services, workflow
from ndas.access.actors import Actor
from ndas.models import AgencyGroup, Contact, Nda
from ndas.release.spare_number import spare_number

EVERYTHING = frozenset({*workflow.PERMISSIONS.values(), workflow.VIEW, workflow.CREATE, workflow.VIEW_EVERY})
HINT = "Find out what else writes to the tables: \\d ndas in psql lists their triggers and constraints."


@dataclass(frozen=True)
class Scene:
    """Two contacts and an agency made for the smoke tests."""

    author: Actor
    approver: Actor
    agency_group: AgencyGroup

    def draft(self) -> Nda:
        return services.create(
            self.author,
            number=spare_number(connections[self.author.using]),
            company_name="Smoke test",
            abbreviated_name="SMOKE",
            authorized_purpose="To see that the application works.",
            agency_group=self.agency_group,
            relationship_poc=self.author.contact,
        )

    def routed(self) -> Nda:
        return services.route(self.author, self.draft().pk)

    def sent(self) -> Nda:
        return services.approve(self.approver, self.routed().pk)

    def executed(self, when) -> Nda:
        file = ContentFile(b"%PDF-1.7 smoke", name="smoke.pdf")
        return services.upload_fully_executed(
            self.author, self.sent().pk, file, executed=when, storage=InMemoryStorage()
        )


def smoke(id, title):
    """Register a function of the scene that yields what is wrong; a refusal by a service is wrong, too."""

    def decorate(try_out):
        @functools.wraps(try_out)
        def find(db):
            try:
                with mail.withheld():
                    return tuple(try_out(_scene(db.alias)))
            except (services.Refused, ValidationError) as error:
                return ("; ".join(getattr(error, "messages", [str(error)])),)

        register(Check(f"smoke.{id}", title, find, when=SMOKE, hint=HINT))
        return find

    return decorate


def _scene(using) -> Scene:
    name = secrets.token_hex(8)
    author, approver = (
        Contact.objects.using(using).create(email=f"{role}.{name}@smoke.invalid", first_name="Smoke", last_name=role)
        for role in ("Author", "Approver")
    )
    return Scene(
        Actor(author, EVERYTHING),
        Actor(approver, EVERYTHING),
        AgencyGroup.objects.using(using).create(name=f"Smoke {name}", code=name),
    )


def _unless(nda: Nda, **wanted):
    """What differs in the row, read again, from what is expected; and a status that the history lacks."""
    found = Nda.objects.using(nda._state.db).get(pk=nda.pk)
    for name, value in wanted.items():
        if getattr(found, name) != value:
            yield f"{name} is {getattr(found, name)}, expected {value}"
    if found.status not in found.status_history.values_list("status", flat=True):
        yield f"the history has no {found.status}"


@smoke("create", "an NDA can be created, as a draft with the defaults of Epic 10")
def create(scene):
    yield from _unless(
        scene.draft(),
        status="CREATED",
        nda_type="MUTUAL",
        usmax_position="PRIME",
        is_non_usmax=False,
        opportunity_poc_id=scene.author.contact.pk,
    )


@smoke("route", "a draft can be routed for approval")
def route(scene):
    yield from _unless(scene.routed(), status="PENDING_APPROVAL", rejection_reason=None)


@smoke("approve", "somebody other than the author can approve it")
def approve(scene):
    yield from _unless(scene.sent(), status="SENT_PENDING_SIGNATURE", approved_by_id=scene.approver.contact.pk)


@smoke("own_approval", "the author cannot approve it")
def own_approval(scene):
    nda = scene.routed()
    try:
        services.approve(scene.author, nda.pk)
    except services.NotPermitted:
        return
    yield "the author has approved an NDA of their own"


@smoke("reject", "it can be rejected with a reason, and is a draft again")
def reject(scene):
    nda = services.reject(scene.approver, scene.routed().pk, "Not yet.")
    yield from _unless(nda, status="CREATED", rejection_reason="Not yet.", approved_by_id=None, approved_at=None)


@smoke("upload", "the signed document can be uploaded, and the NDA expires a year later")
def upload(scene):
    leap_day = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)
    a_year_later = datetime.datetime(2025, 2, 28, 12, tzinfo=datetime.UTC)
    nda = scene.executed(leap_day)
    yield from _unless(nda, status="FULLY_EXECUTED", fully_executed_date=leap_day, expiration_date=a_year_later)


@smoke("non_usmax", "an NDA can be marked as non-USmax")
def non_usmax(scene):
    yield from _unless(services.mark_non_usmax(scene.author, scene.draft().pk), is_non_usmax=True)


@smoke("expire", "an NDA whose year is over expires")
def expire(scene):
    nda = scene.executed(timezone.now() - datetime.timedelta(days=800))
    services.expire_due(scene.author.using, only=scene.author.contact)
    yield from _unless(nda, status="EXPIRED")
