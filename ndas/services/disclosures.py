"""Disclosures: a file that leaves the register is recorded first, with who, what, how many and which filter."""

from django.db import transaction
from django.db.models import QuerySet

from ndas.access.actors import Actor
from ndas.models import AuditLog, Document


def exported(actor: Actor, ndas: QuerySet, asked: dict[str, str]):
    """Record an export of the list. If that fails, it raises, and nothing is exported."""
    with transaction.atomic(using=actor.using):
        AuditLog.objects.using(actor.using).create(
            action="nda_exported",
            entity_type="nda",
            user=actor.contact,
            details={"rows": ndas.order_by().count(), "filter": asked},
        )


def downloaded(actor: Actor, document: Document):
    """Record a download. It is an entry for the document, as the NDA's page shows what was done with the NDA."""
    with transaction.atomic(using=actor.using):
        AuditLog.objects.using(actor.using).create(
            action="document_downloaded",
            entity_type="document",
            entity_id=document.pk,
            user=actor.contact,
            details={"nda": document.nda_id, "filename": document.filename, "bytes": document.file_size},
        )
