"""Disclosures: a file that leaves the register is recorded first, with who, what, how many and which filter."""

from django.db import transaction
from django.db.models import QuerySet

from ndas.access.actors import Actor
from ndas.models import AuditLog, Document


def exported(actor: Actor, ndas: QuerySet, asked: dict[str, str]):
    """The list as a file. Raises, and nothing is exported, where that cannot be put on record."""
    with transaction.atomic(using=actor.using):
        AuditLog.objects.using(actor.using).create(
            action="nda_exported",
            entity_type="nda",
            user=actor.contact,
            details={"rows": ndas.order_by().count(), "filter": asked},
        )


def downloaded(actor: Actor, document: Document):
    """A document. An entity of its own: the NDA's page shows what was done with the NDA."""
    with transaction.atomic(using=actor.using):
        AuditLog.objects.using(actor.using).create(
            action="document_downloaded",
            entity_type="document",
            entity_id=document.pk,
            user=actor.contact,
            details={"nda": document.nda_id, "filename": document.filename, "bytes": document.file_size},
        )
