"""The steps of the workflow: a button each; reasons and files are asked for."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import redirect

from ndas import services, workflow
from ndas.choices import NdaStatus
from ndas.fields import new_id
from ndas.services.change import PAST
from ndas.web import typed
from ndas.web.forms import FileForm, RejectForm, UploadForm
from ndas.web.views.access import page, visible
from ndas.web.views.editing import attempted, shown


@page(workflow.PERMISSIONS[workflow.ROUTE], is_button=True)
def route(request, pk):
    return done(request, pk, services.route, "is routed for approval")


@page(workflow.APPROVE, is_button=True)
def approve(request, pk):
    return done(request, pk, services.approve, "is approved, and sent")


@page(workflow.MARK_STATUS, is_button=True)
def change_status(request, pk, target):
    if target not in NdaStatus.values:
        raise BadRequest

    def change(actor, pk):
        return services.change_status(actor, pk, target)

    return done(request, pk, change, f'is now "{NdaStatus(target).label}"')


@page(workflow.MARK_STATUS, is_button=True)
def mark_non_usmax(request, pk):
    wanted = request.POST.get("is_non_usmax") == "yes"

    def mark(actor, pk):
        return services.mark_non_usmax(actor, pk, is_non_usmax=wanted)

    return done(request, pk, mark, "is marked as non-USmax" if wanted else "is no longer marked as non-USmax")


@page(workflow.APPROVE)
def reject(request, pk):
    def service(given):
        return services.reject(request.actor, pk, reason=given["reason"])

    said = "NDA {} is rejected; its author is told why."
    return asked_for(request, pk, RejectForm, service, workflow.REJECT, title="Reject NDA {}", do="Reject", done=said)


@page(workflow.MARK_STATUS)
def upload(request, pk):
    def service(given):
        return services.upload_fully_executed(request.actor, pk, given["file"], executed=given["signed_on"])

    title, said = "Upload the executed NDA {}", "NDA {} is fully executed."
    return asked_for(request, pk, UploadForm, service, workflow.UPLOAD, title=title, do="Upload", done=said)


@page(workflow.UPDATE)
def attach(request, pk):
    def service(given):
        return services.attach(request.actor, pk, given["file"], key=typed.key_of(request))

    title, said = "Attach a document to NDA {}", "The document is attached to NDA {}."
    return asked_for(request, pk, FileForm, service, title=title, do="Attach", done=said)


def asked_for(request, pk, form, service, action=None, *, title, do, done):
    """
    The form, until it is valid; then the NDA's page.

    Back there at once where the actor could not take the step ``action``: the form could lead to nothing.
    """
    nda, is_sent = visible(request).get(pk=pk), request.method == "POST"
    number, status = nda.display_id, nda.get_status_display()
    if action and not is_sent and all(step.action != action for step in services.possible(request.actor, nda)):
        messages.error(request, f'NDA {number} is "{status}" and cannot be {PAST[action]} by you now.')
        return redirect(nda)
    form = form(typed.posted(request), request.FILES or None)
    if is_sent and form.is_valid() and attempted(form, lambda: service(form.cleaned_data)):
        messages.success(request, done.format(number))
        return redirect(nda)
    key = typed.key_of(request) or new_id()
    return shown(request, "ndas/step.html", form, nda=nda, title=title.format(number), do=do, key=key)


def done(request, pk, service, what):
    """Back to the NDA's page, with what was done or why it was not."""
    try:
        nda = service(request.actor, pk)
    except services.WrongStatus as refusal:
        messages.error(request, str(refusal))
        return redirect("nda", pk)
    messages.success(request, f"NDA {nda.display_id} {what}.")
    return redirect(nda)
