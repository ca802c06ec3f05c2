"""The page of one NDA: what is known of it, and what can be done with it now."""

from django.core.files.storage import default_storage
from django.http import FileResponse
from django.shortcuts import get_object_or_404, render

from ndas import services, workflow
from ndas.fields import new_id
from ndas.models import AuditLog, Document
from ndas.services.drafts import EDITABLE
from ndas.web import timeline
from ndas.web.views.access import page, visible

LATEST = 50
RELATED = ("agency_group", "subagency", "opportunity_poc", "contracts_poc", "relationship_poc", "approved_by")


@page(workflow.VIEW)
def detail(request, pk):
    nda = visible(request).select_related(*RELATED, "created_by", "cloned_from").get(pk=pk)
    actor = request.actor
    history = list(nda.status_history.select_related("changed_by").order_by("changed_at", "pk"))
    documents = list(nda.documents.select_related("uploaded_by").order_by("-uploaded_at"))
    steps = services.possible(actor, nda)
    context = {
        "nda": nda,
        "documents": documents,
        "events": timeline.events(history, audit_of(nda), documents),
        "stages": timeline.stages(nda.status, {row.status for row in history}),
        "first": [step for step in steps if step.action != workflow.CHANGE],
        "others": [step for step in steps if step.action == workflow.CHANGE],
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
        return render(request, "ndas/no_file.html", {"document": found}, status=404)
    file = default_storage.open(found.s3_key)
    services.downloaded(request.actor, found)
    return FileResponse(file, as_attachment=True, filename=found.filename, content_type="application/octet-stream")


def audit_of(nda):
    return (
        AuditLog.objects.filter(entity_id=nda.pk, entity_type="nda")
        .select_related("user")
        .order_by("-created_at", "-pk")[:LATEST]
    )
