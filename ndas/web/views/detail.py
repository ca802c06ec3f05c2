"""The page of one NDA: what is known of it, and what can be done with it now."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, render

from ndas import services, workflow
from ndas.choices import NdaStatus
from ndas.fields import new_id
from ndas.models import AuditLog, Document, Nda
from ndas.services.drafts import EDITABLE
from ndas.web.views.access import page, visible

LATEST = 50
RELATED = ("agency_group", "subagency", "opportunity_poc", "contracts_poc", "relationship_poc", "approved_by")


@page(workflow.VIEW)
def detail(request, pk):
    nda = visible(request).select_related(*RELATED, "created_by", "cloned_from").get(pk=pk)
    actor = request.actor
    context = {
        "nda": nda,
        "history": nda.status_history.select_related("changed_by").order_by("changed_at", "pk"),
        "documents": nda.documents.select_related("uploaded_by").order_by("-uploaded_at"),
        "audit": [described(entry) for entry in audit_of(nda)],
        "steps": services.possible(actor, nda),
        "may_edit": actor.may(workflow.UPDATE) and nda.status in EDITABLE,
        "may_attach": actor.may(workflow.UPDATE),
        "may_clone": actor.may(workflow.CREATE),
        "may_mark": actor.may(workflow.MARK_STATUS),
        "key": new_id(),
    }
    return render(request, "ndas/detail.html", context)


@page(workflow.VIEW)
def document(request, pk):
    """The file, for everybody who may see its NDA; always as an attachment, never as a page of this site."""
    found = get_object_or_404(Document.objects.filter(nda__in=visible(request)), pk=pk)
    if not default_storage.exists(found.s3_key):
        raise Http404
    file = default_storage.open(found.s3_key)
    services.downloaded(request.actor, found)
    return FileResponse(file, as_attachment=True, filename=found.filename, content_type="application/octet-stream")


def audit_of(nda):
    return (
        AuditLog.objects.filter(entity_id=nda.pk, entity_type="nda")
        .select_related("user")
        .order_by("-created_at", "-pk")[:LATEST]
    )


def described(entry) -> dict:
    """An audit entry with its changes as (what, before, after), whichever application wrote it."""
    details = entry.details if isinstance(entry.details, dict) else {}
    before, after = details.get("before"), details.get("after")
    # The previous application wrote the status and nothing else.
    before = before if isinstance(before, dict) else {"status": before} if before else {}
    after = after if isinstance(after, dict) else {"status": after} if after else {}
    changes = [(name, before.get(name), after.get(name)) for name in {**before, **after}] if before else []
    return {
        "when": entry.created_at,
        "who": entry.user,
        "what": entry.action.removeprefix("nda_").replace("_", " "),
        "changes": [(label(name), shown(name, old), shown(name, new)) for name, old, new in changes],
    }


def label(name: str) -> str:
    fields = {field.attname: field.verbose_name for field in Nda._meta.concrete_fields}
    return str(fields.get(name, name))


def shown(name: str, value) -> str:
    if value is None:
        return "none"
    return dict(NdaStatus.choices).get(value, str(value)) if name == "status" else str(value)
