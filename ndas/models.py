"""What the register holds, as Django sees it once Epic 10 is live."""

from django.db import models

from ndas.choices import DocumentType, NdaStatus, NdaType, UsMaxPosition
from ndas.fields import EnumField, TimestampField, new_id


class Row(models.Model):
    """
    A row of a table that Django did not design.

    Tables, indexes and foreign keys are made by the migrations' own SQL, under
    the names they have in production. That is why a foreign key here asks for no
    index of its own, and why ``on_delete`` repeats what the database does.
    """

    id = models.TextField(primary_key=True, default=new_id, editable=False)

    class Meta:
        abstract = True


def required(to, related_name, **options):
    return models.ForeignKey(to, models.RESTRICT, related_name=related_name, db_index=False, **options)


def optional(to, related_name, **options):
    return models.ForeignKey(
        to, models.SET_NULL, related_name=related_name, db_index=False, null=True, blank=True, **options
    )


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
                fields=["contact", "agency_group"],
                name="agency_group_grants_contact_id_agency_group_id_key",
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


class Nda(Row):
    display_id = models.IntegerField(
        unique=True,
        editable=False,
        db_default=models.Func(models.Value("ndas_display_id_seq"), function="nextval"),
    )
    company_name = models.TextField()
    company_city = models.TextField(null=True, blank=True)
    company_state = models.TextField(null=True, blank=True)
    state_of_incorporation = models.TextField(null=True, blank=True)
    agency_group = required(AgencyGroup, "ndas")
    subagency = optional(Subagency, "ndas")
    agency_office_name = models.TextField(null=True, blank=True)
    abbreviated_name = models.TextField()
    authorized_purpose = models.CharField(max_length=255)
    effective_date = TimestampField(null=True, blank=True)
    nda_type = EnumField(
        enum_type="NdaType", choices=NdaType.choices, default=NdaType.MUTUAL, db_default=NdaType.MUTUAL
    )
    usmax_position = EnumField(
        enum_type="UsMaxPosition",
        choices=UsMaxPosition.choices,
        default=UsMaxPosition.PRIME,
        db_default=UsMaxPosition.PRIME,
    )
    is_non_usmax = models.BooleanField(default=False, db_default=False)
    status = EnumField(
        enum_type="NdaStatus",
        choices=NdaStatus.choices,
        default=NdaStatus.CREATED,
        db_default=NdaStatus.CREATED,
    )
    fully_executed_date = TimestampField(null=True, blank=True)
    expiration_date = TimestampField(null=True, blank=True)
    opportunity_poc = required(Contact, "opportunity_ndas")
    contracts_poc = optional(Contact, "contracts_ndas")
    relationship_poc = required(Contact, "relationship_ndas")
    approved_by = optional(Contact, "approved_ndas")
    approved_at = TimestampField(null=True, blank=True)
    rejection_reason = models.TextField(null=True, blank=True)
    cloned_from = optional("self", "clones")
    created_by = required(Contact, "created_ndas")
    created_at = TimestampField(auto_now_add=True)
    updated_at = TimestampField(auto_now=True)

    class Meta:
        db_table = "ndas"
        verbose_name = "NDA"
        indexes = [
            models.Index(fields=["agency_group"], name="ndas_agency_group_id_idx"),
            models.Index(fields=["subagency"], name="ndas_subagency_id_idx"),
            models.Index(fields=["status"], name="ndas_status_idx"),
            models.Index(fields=["company_name"], name="ndas_company_name_idx"),
            models.Index(fields=["created_by"], name="ndas_created_by_id_idx"),
            models.Index(fields=["effective_date"], name="ndas_effective_date_idx"),
            models.Index(fields=["expiration_date"], name="idx_ndas_expiration_date"),
        ]

    def __str__(self):
        return f"NDA {self.display_id}: {self.company_name}"


class NdaStatusHistory(Row):
    nda = required(Nda, "status_history")
    status = EnumField(enum_type="NdaStatus", choices=NdaStatus.choices)
    changed_at = TimestampField(auto_now_add=True)
    changed_by = required(Contact, "status_changes")

    class Meta:
        db_table = "nda_status_history"
        verbose_name_plural = "NDA status history"
        indexes = [models.Index(fields=["nda"], name="nda_status_history_nda_id_idx")]


class Document(Row):
    nda = required(Nda, "documents")
    filename = models.TextField()
    s3_key = models.TextField()
    document_type = EnumField(enum_type="DocumentType", choices=DocumentType.choices)
    content_type = models.TextField(null=True, blank=True)
    file_size = models.IntegerField(null=True, blank=True)
    is_fully_executed = models.BooleanField(default=False, db_default=False)
    version = models.IntegerField(default=1, db_default=1)
    uploaded_by = required(Contact, "uploads")
    uploaded_at = TimestampField(auto_now_add=True)

    class Meta:
        db_table = "documents"
        indexes = [models.Index(fields=["nda"], name="documents_nda_id_idx")]

    def __str__(self):
        return self.filename


class AuditLog(Row):
    """Who did what, with the values before and after. Rows are added, never changed."""

    action = models.TextField()
    entity_type = models.TextField()
    entity_id = models.TextField(null=True, blank=True)
    user = optional(Contact, "audit_entries")
    details = models.JSONField(null=True, blank=True)
    created_at = TimestampField(auto_now_add=True)

    class Meta:
        db_table = "audit_log"
        verbose_name_plural = "audit log"
        indexes = [
            models.Index(fields=["entity_id"], name="audit_log_entity_id_idx"),
            models.Index(fields=["user"], name="audit_log_user_id_idx"),
            models.Index(fields=["created_at"], name="audit_log_created_at_idx"),
        ]
