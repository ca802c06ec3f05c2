"""Disclosures: a file that leaves the register is recorded first, with who, what, how many and which filter."""

from django.db import transaction
from django.db.models import QuerySet

from ndas.access.actors import Actor
from ndas.models import AuditLog, Document


def exported(actor: Actor, ndas: QuerySet, asked: dict[str, str]):
    """Record an export of the list. If that fails, it raises, and nothing is exported."""
    _recorded(actor, "nda_exported", "nda", None, {"rows": ndas.order_by().count(), "filter": asked})


def downloaded(actor: Actor, document: Document):
    """Record a download. It is an entry for the document, as the NDA's page shows what was done with the NDA."""
    details = {"nda": document.nda_id, "filename": document.filename, "bytes": document.file_size}
    _recorded(actor, "document_downloaded", "document", document.pk, details)


def _recorded(actor, action, entity_type, entity_id, details):
    with transaction.atomic(using=actor.using):
        AuditLog.objects.using(actor.using).create(
            action=action, entity_type=entity_type, entity_id=entity_id, user=actor.contact, details=details
        )
