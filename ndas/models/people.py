"""People who use the register, their agencies, and who may see what."""

from django.db import models

from ndas.fields import TimestampField
from ndas.models.row import Row, required


class Contact(Row):
    email = models.TextField(unique=True)
    first_name = models.TextField()
    last_name = models.TextField()
    phone = models.TextField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = TimestampField(auto_now_add=True)
    updated_at = TimestampField(auto_now=True)

    class Meta:
        db_table = "contacts"

    def __str__(self):
        return f"{self.first_name} {self.last_name}"


class AgencyGroup(Row):
    name = models.TextField(unique=True)
    code = models.TextField(unique=True)
    created_at = TimestampField(auto_now_add=True)
    updated_at = TimestampField(auto_now=True)

    class Meta:
        db_table = "agency_groups"

    def __str__(self):
        return self.name


class Subagency(Row):
    agency_group = required(AgencyGroup, "subagencies")
    name = models.TextField()
    code = models.TextField()
    created_at = TimestampField(auto_now_add=True)
    updated_at = TimestampField(auto_now=True)

    class Meta:
        db_table = "subagencies"
        verbose_name_plural = "subagencies"
        constraints = [
            models.UniqueConstraint(fields=["agency_group", "name"], name="subagencies_agency_group_id_name_key")
        ]

    def __str__(self):
        return self.name


class AgencyGroupGrant(Row):
    """A contact may see every NDA of an agency group."""

    contact = required(Contact, "agency_group_grants")
    agency_group = required(AgencyGroup, "grants")
    created_at = TimestampField(auto_now_add=True)

    class Meta:
        db_table = "agency_group_grants"
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "agency_group"], name="agency_group_grants_contact_id_agency_group_id_key"
            )
        ]


class SubagencyGrant(Row):
    """A contact may see the NDAs of one subagency."""

    contact = required(Contact, "subagency_grants")
    subagency = required(Subagency, "grants")
    created_at = TimestampField(auto_now_add=True)

    class Meta:
        db_table = "subagency_grants"
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "subagency"], name="subagency_grants_contact_id_subagency_id_key"
            )
        ]
