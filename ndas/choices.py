"""The labels of the register's enum types after Epic 10, in order, and how people read them."""

from django.db.models import TextChoices


class NdaStatus(TextChoices):
    CREATED = "CREATED", "Created/Pending Release"
    PENDING_APPROVAL = "PENDING_APPROVAL", "Pending Approval"
    SENT_PENDING_SIGNATURE = "SENT_PENDING_SIGNATURE", "Sent/Pending Signature"
    IN_REVISION = "IN_REVISION", "In Revision"
    FULLY_EXECUTED = "FULLY_EXECUTED", "Fully Executed NDA Uploaded"
    INACTIVE_CANCELED = "INACTIVE_CANCELED", "Inactive/Canceled"
    EXPIRED = "EXPIRED", "Expired"


class NdaType(TextChoices):
    MUTUAL = "MUTUAL", "Mutual NDA"
    CONSULTANT = "CONSULTANT", "Consultant"


class UsMaxPosition(TextChoices):
    PRIME = "PRIME", "Prime"
    SUB_CONTRACTOR = "SUB_CONTRACTOR", "Sub-contractor"
    OTHER = "OTHER", "Other"


class DocumentType(TextChoices):
    GENERATED = "GENERATED", "Generated"
    UPLOADED = "UPLOADED", "Uploaded"
    FULLY_EXECUTED = "FULLY_EXECUTED", "Fully executed"
