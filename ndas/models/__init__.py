"""The models of the register as it is once Epic 10 is live."""

from ndas.models.agreements import AuditLog, Document, Nda, NdaStatusHistory
from ndas.models.people import AgencyGroup, AgencyGroupGrant, Contact, Subagency, SubagencyGrant

__all__ = [
    "AgencyGroup",
    "AgencyGroupGrant",
    "AuditLog",
    "Contact",
    "Document",
    "Nda",
    "NdaStatusHistory",
    "Subagency",
    "SubagencyGrant",
]
