"""NDAs and their history: statuses, documents, who did what."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Cast, Upper
from django.urls import reverse

from ndas.choices import DocumentType, NdaStatus, NdaType, UsMaxPosition
from ndas.fields import EnumField, TimestampField
from ndas.guards import A_CONTACT_IS_GONE, EXPIRATION, TRANSITIONS, append_only
from ndas.models.people import AgencyGroup, Contact, Subagency
from ndas.models.row import Row, optional, required

# A varchar cast to text: PostgreSQL has no || for text and varchar, and an index would bind anybody's operator.
PURPOSE = Cast("authorized_purpose", models.TextField())
SEARCHED = SearchVector("company_name", "company_city", "abbreviated_name", PURPOSE, config="simple")
CHANGED_SINCE_APPROVAL = models.Q(approved_by__isnull=False, approved_at__isnull=True)


class Nda(Row):
    display_id = models.IntegerField(
        unique=True, editable=False, db_default=models.Func(models.Value("ndas_display_id_seq"), function="nextval")
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
        enum_type="NdaStatus", choices=NdaStatus.choices, default=NdaStatus.CREATED, db_default=NdaStatus.CREATED
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
        permissions = [
            ("mark_nda_status", "Can mark the status of NDAs"),
            ("approve_nda", "Can approve and reject NDAs"),
            ("view_every_nda", "Can see the NDAs of every agency"),
        ]
        triggers = [TRANSITIONS, EXPIRATION]
        indexes = [
            models.Index(fields=["agency_group"], name="ndas_agency_group_id_idx"),
            models.Index(fields=["subagency"], name="ndas_subagency_id_idx"),
            models.Index(fields=["status"], name="ndas_status_idx"),
            models.Index(fields=["company_name"], name="ndas_company_name_idx"),
            models.Index(fields=["created_by"], name="ndas_created_by_id_idx"),
            models.Index(fields=["effective_date"], name="ndas_effective_date_idx"),
            models.Index(fields=["expiration_date"], name="idx_ndas_expiration_date"),
            # For the start page, and for the daily job's mail to each owner.
            models.Index(fields=["opportunity_poc"], name="ndas_opportunity_poc_id_idx"),
            # The list is searched by prefixes of words and of the company's name.
            GinIndex(SEARCHED, name="ndas_search_idx"),
            models.Index(OpClass(Upper("company_name"), "text_pattern_ops"), name="ndas_company_begins_idx"),
            # Few NDAs are so: the list, its count, and the start page of an approver would read all of them.
            models.Index(fields=["nda_type"], name="ndas_nda_type_idx"),
            models.Index(fields=["is_non_usmax"], condition=models.Q(is_non_usmax=True), name="ndas_non_usmax_idx"),
            models.Index(fields=["approved_by"], condition=CHANGED_SINCE_APPROVAL, name="ndas_approval_idx"),
        ]

    def __str__(self):
        return f"NDA {self.display_id}: {self.company_name}"

    @property
    def is_changed_since_approval(self) -> bool:
        """Somebody approved it, and the text was changed since."""
        return self.approved_by_id is not None and self.approved_at is None

    @property
    def is_unapproved(self) -> bool:
        """It went to the partner, and nobody has approved this text."""
        return self.status in (NdaStatus.SENT_PENDING_SIGNATURE, NdaStatus.IN_REVISION) and not self.approved_at

    def get_absolute_url(self):
        return reverse("nda", args=[self.pk])


class NdaStatusHistory(Row):
    nda = required(Nda, "status_history")
    status = EnumField(enum_type="NdaStatus", choices=NdaStatus.choices)
    changed_at = TimestampField(auto_now_add=True)
    changed_by = required(Contact, "status_changes")

    class Meta:
        db_table = "nda_status_history"
        triggers = append_only("nda_status_history")
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
    """Who did what, with the values before and after. Rows are only added, never changed."""

    action = models.TextField()
    entity_type = models.TextField()
    entity_id = models.TextField(null=True, blank=True)
    user = optional(Contact, "audit_entries")
    details = models.JSONField(null=True, blank=True)
    created_at = TimestampField(auto_now_add=True)

    class Meta:
        db_table = "audit_log"
        triggers = append_only("audit_log", but=A_CONTACT_IS_GONE)
        verbose_name_plural = "audit log"
        indexes = [
            models.Index(fields=["entity_id"], name="audit_log_entity_id_idx"),
            models.Index(fields=["user"], name="audit_log_user_id_idx"),
            models.Index(fields=["created_at"], name="audit_log_created_at_idx"),
        ]
