"""Scope: which NDAs a person sees. No other module decides that."""

from django.db.models import Q, QuerySet

from ndas import workflow
from ndas.models import AgencyGroup, AgencyGroupGrant, Contact, Nda, Subagency, SubagencyGrant


def visible_to(actor) -> QuerySet[Nda]:
    """
    The NDAs of the agency groups and subagencies granted to the actor, or all NDAs with that permission.

    Everything that reads NDAs starts here. Any other NDA does not exist for the actor.
    """
    ndas = Nda.objects.using(actor.using)
    if not actor.may(workflow.VIEW):
        return ndas.none()
    if actor.may(workflow.VIEW_EVERY):
        return ndas
    # Not as subqueries: of values the planner knows how many NDAs have them, and which index finds these.
    groups, subagencies = list(_groups(actor.contact)), list(_subagencies(actor.contact))
    return ndas.filter(Q(agency_group__in=groups) | Q(subagency__in=subagencies))


def agency_groups_for(actor) -> QuerySet[AgencyGroup]:
    """The agency groups that an NDA of the actor may belong to, even if only to one of their subagencies."""
    groups = AgencyGroup.objects.using(actor.using).order_by("name")
    if actor.may(workflow.VIEW_EVERY):
        return groups
    return groups.filter(Q(pk__in=_groups(actor.contact)) | Q(subagencies__in=_subagencies(actor.contact))).distinct()


def subagencies_for(actor) -> QuerySet[Subagency]:
    subagencies = (
        Subagency.objects.using(actor.using).select_related("agency_group").order_by("agency_group__name", "name")
    )
    if actor.may(workflow.VIEW_EVERY):
        return subagencies
    return subagencies.filter(Q(pk__in=_subagencies(actor.contact)) | Q(agency_group__in=_groups(actor.contact)))


def covers(actor, nda: Nda) -> bool:
    """May the actor have an NDA of this agency group and subagency?"""
    return actor.may(workflow.VIEW_EVERY) or sees(actor.contact, nda)


def sees(contact: Contact, nda: Nda) -> bool:
    return (
        _groups(contact).filter(agency_group_id=nda.agency_group_id).exists()
        or _subagencies(contact).filter(subagency_id=nda.subagency_id).exists()
    )


def _groups(contact):
    return (
        AgencyGroupGrant.objects.using(contact._state.db)
        .filter(contact=contact)
        .values_list("agency_group_id", flat=True)
    )


def _subagencies(contact):
    return (
        SubagencyGrant.objects.using(contact._state.db).filter(contact=contact).values_list("subagency_id", flat=True)
    )
