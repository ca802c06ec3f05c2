"""Invented rows for a register before Epic 10: plausible, and the same for the same seed."""

from ndas.seed import ndas, people
from ndas.seed.batch import Batch


def statements(batch: Batch) -> dict[str, str]:
    """The INSERT of each table, in an order that the foreign keys allow."""
    return {
        "contacts": people.contacts(batch),
        "agency_groups": people.agency_groups(batch),
        "subagencies": people.subagencies(batch),
        "agency_group_grants": people.agency_group_grants(batch),
        "subagency_grants": people.subagency_grants(batch),
        "ndas": ndas.ndas(batch),
        "nda_status_history": ndas.status_history(batch),
        "documents": ndas.documents(batch),
        "audit_log": ndas.audit_log(batch),
    }
