"""Actors: an account is matched to its contact by e-mail, and brings its permissions."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models.functions import Lower

from ndas import workflow
from ndas.access import scope
from ndas.models import Contact, Nda


class NoContact(Exception):
    """The account has no contact, so nothing it did could be recorded."""


@dataclass(frozen=True)
class Actor:
    """A contact and its permissions. It acts on the database that it was read from."""

    contact: Contact
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def has_agencies(self) -> bool:
        """Is there an agency that an NDA of theirs may belong to?"""
        return scope.agency_groups_for(self).exists()

    @property
    def using(self) -> str:
        return self.contact._state.db


def actor_of(user) -> Actor:
    """Raises NoContact unless exactly one active contact has the account's e-mail."""
    found = list(_contacts([user.email], user._state.db)) if user.email else []
    # If two contacts' e-mails differ only in case, it is not known who is meant.
    found = [contact for contact in found if contact.email == user.email] or found
    if len(found) != 1 or not found[0].is_active:
        raise NoContact(
            f'No active contact has the e-mail of the account "{user.get_username()}".\n'
            "HINT: An administrator can give a contact this e-mail, or correct that of the account."
        )
    return Actor(found[0], frozenset(user.get_all_permissions()))


def system_actor(using: str) -> Actor:
    """The contact in whose name the daily job acts, created when it is first needed; it can never log in."""
    contact, _ = Contact.objects.using(using).get_or_create(
        email=settings.SYSTEM_CONTACT, defaults={"first_name": "NDA", "last_name": "System", "is_active": False}
    )
    return Actor(contact, frozenset({workflow.PERMISSIONS[workflow.EXPIRE], workflow.VIEW_EVERY}))


def approvers_of(nda: Nda) -> list[Contact]:
    """Who may approve this NDA: people with the permission and the agency, except its author."""
    using = nda._state.db
    users = (
        get_user_model()
        ._default_manager.db_manager(using)
        .with_perm(workflow.APPROVE, backend="django.contrib.auth.backends.ModelBackend")
    )
    every = {user.email.lower() for user in users if user.email and user.has_perm(workflow.VIEW_EVERY)}
    contacts = _contacts([user.email for user in users if user.email], using)
    return [
        contact
        for contact in contacts
        if contact.is_active
        and contact.pk != nda.created_by_id
        and (contact.email.lower() in every or scope.sees(contact, nda))
    ]


def _contacts(emails: Iterable[str], using: str):
    wanted = [email.lower() for email in emails]
    return Contact.objects.using(using).annotate(lowered=Lower("email")).filter(lowered__in=wanted).order_by("email")
