"""Uploads: what is accepted, and where it is stored."""

import datetime
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models import Max
from django.utils import timezone

from ndas import workflow
from ndas.access.actors import Actor
from ndas.choices import DocumentType
from ndas.fields import new_id
from ndas.models import Document, Nda

from . import docx
from .approval import insist_on_approved_text
from .change import audited, changed, move
from .drafts import YEARS

MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
LONGEST_NAME = 150

# The name says what a file claims to be, the first bytes what it is.
FORMATS = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".rtf": ("application/rtf", b"{\\rtf"),
    ".doc": ("application/msword", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
}


def upload_fully_executed(
    actor: Actor, nda_id: str, file, *, executed: datetime.datetime | None = None, storage=default_storage
) -> Nda:
    """
    Store the signed document; the NDA is fully executed from ``executed`` (by default now), for a year.

    Raises ValidationError by field.
    """
    executed = executed or timezone.now()
    with (
        _files_go_with_the_transaction(storage) as kept,
        changed(actor, nda_id, workflow.MARK_STATUS, "fully_executed") as nda,
    ):
        insist_on_approved_text(nda)
        move(nda, workflow.EXECUTED, workflow.UPLOAD)
        content_type = recognized(file)
        if executed > timezone.now():
            raise ValidationError({"signed_on": "It cannot have been signed in the future."})
        if executed.year not in YEARS:
            raise ValidationError({"signed_on": f"Write a date from {YEARS[0]} on."})
        nda.fully_executed_date, nda.expiration_date = executed, workflow.expiration_of(executed)
        kept.append(_stored(storage, nda, file))
        _documented(actor, nda, file, kept[0], content_type, DocumentType.FULLY_EXECUTED)
    return nda


def attach(actor: Actor, nda_id: str, file, *, key: str | None = None, storage=default_storage) -> Nda:
    """
    Store a document with the NDA in any status, such as a draft or a letter; with a ``key``, once.

    Raises ValidationError by field.
    """
    with _files_go_with_the_transaction(storage) as kept, changed(actor, nda_id, workflow.UPDATE, "attached") as nda:
        if key and nda.documents.filter(pk=key).exists():
            return nda
        content_type = recognized(file)
        kept.append(_stored(storage, nda, file))
        _documented(actor, nda, file, kept[0], content_type, DocumentType.UPLOADED, key)
        audited(actor, nda, "attached", before={"document": None}, after={"document": filename(file.name)})
    return nda


def recognized(file) -> str:
    """The content type of a file that may be uploaded. Raises ValidationError."""
    suffix = PurePath(file.name).suffix.lower()
    if suffix not in FORMATS:
        raise ValidationError({"file": "Upload a PDF, RTF, DOC or DOCX file."})
    if file.size > LARGEST:
        raise ValidationError(
            {"file": f"The file has {file.size / MEGABYTE:.1f} MB; {LARGEST // MEGABYTE} MB is the limit."}
        )
    content_type, beginning = FORMATS[suffix]
    file.seek(0)
    is_that = file.read(len(beginning)) == beginning
    file.seek(0)
    if not is_that:
        raise ValidationError({"file": f"The file is called {suffix[1:].upper()} and is something else."})
    if suffix == ".docx":
        docx.inspect(file)
    return content_type


def filename(name: str) -> str:
    """The file name as people see it: no path, nothing unprintable, not too long."""
    path = PurePath(re.sub(r"[\x00-\x1f\x7f\"\\/]", "_", PurePath(name).name))
    return path.stem[: LONGEST_NAME - len(path.suffix)] + path.suffix


@contextmanager
def _files_go_with_the_transaction(storage) -> Iterator[list[str]]:
    """Files stored within the block are deleted again if the transaction fails, even at the commit."""
    kept = []
    try:
        yield kept
    except BaseException:
        for name in kept:
            storage.delete(name)
        raise


def _stored(storage, nda, file) -> str:
    return storage.save(f"ndas/{nda.pk}/{uuid.uuid4()}{PurePath(file.name).suffix.lower()}", file)


def _documented(actor, nda, file, kept, content_type, document_type, key=None):
    """Another version of the document of this name and kind; the first one, if there is none."""
    documents = Document.objects.using(actor.using)
    same = documents.filter(nda=nda, document_type=document_type, filename__iexact=filename(file.name))
    latest = same.aggregate(latest=Max("version"))["latest"] or 0
    documents.create(
        pk=key or new_id(),
        nda=nda,
        filename=filename(file.name),
        s3_key=kept,
        document_type=document_type,
        content_type=content_type,
        file_size=file.size,
        is_fully_executed=document_type == DocumentType.FULLY_EXECUTED,
        version=latest + 1,
        uploaded_by=actor.contact,
    )
