"""The steps of the workflow: a button each; reasons and files are asked for."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.shortcuts import redirect, render

from ndas import services, workflow
from ndas.choices import NdaStatus
from ndas.fields import new_id
from ndas.web import typed
from ndas.web.forms import FileForm, RejectForm, UploadForm
from ndas.web.views.access import page, visible
from ndas.web.views.editing import attempted


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
    nda = visible(request).get(pk=pk)
    return refused(request, nda, workflow.REJECT, "rejected") or asked_for(
        request,
        nda,
        RejectForm(typed.posted(request)),
        lambda given: services.reject(request.actor, pk, reason=given["reason"]),
        title=f"Reject NDA {nda.display_id}",
        do="Reject",
        done=f"NDA {nda.display_id} is rejected; its author is told why.",
    )


@page(workflow.MARK_STATUS)
def upload(request, pk):
    nda = visible(request).get(pk=pk)
    return refused(request, nda, workflow.UPLOAD, "uploaded as fully executed") or asked_for(
        request,
        nda,
        UploadForm(typed.posted(request), request.FILES or None),
        lambda given: services.upload_fully_executed(request.actor, pk, given["file"], executed=given["signed_on"]),
        title=f"Upload the executed NDA {nda.display_id}",
        do="Upload",
        done=f"NDA {nda.display_id} is fully executed.",
    )


@page(workflow.UPDATE)
def attach(request, pk):
    nda = visible(request).get(pk=pk)
    return asked_for(
        request,
        nda,
        FileForm(typed.posted(request), request.FILES or None),
        lambda given: services.attach(request.actor, pk, given["file"], key=typed.key_of(request)),
        title=f"Attach a document to NDA {nda.display_id}",
        do="Attach",
        done=f"The document is attached to NDA {nda.display_id}.",
    )


def refused(request, nda, action, done):
    """Back to the NDA's page, instead of a form that could lead to nothing; None if it can."""
    if request.method == "POST" or any(step.action == action for step in services.possible(request.actor, nda)):
        return None
    messages.error(request, f'NDA {nda.display_id} is "{nda.get_status_display()}" and cannot be {done} by you now.')
    return redirect(nda)


def asked_for(request, nda, form, service, *, title, do, done):
    """The form, until it is valid; then the NDA's page."""
    is_sent = request.method == "POST"
    if is_sent and form.is_valid() and attempted(form, lambda: service(form.cleaned_data)):
        messages.success(request, done)
        return redirect(nda)
    context = {"form": form, "nda": nda, "title": title, "do": do, "key": typed.key_of(request) or new_id()}
    return render(request, "ndas/step.html", context, status=422 if is_sent else 200)


def done(request, pk, service, what):
    """Back to the NDA's page, with what was done or why it was not."""
    try:
        nda = service(request.actor, pk)
    except services.WrongStatus as refusal:
        messages.error(request, str(refusal))
        return redirect("nda", pk)
    messages.success(request, f"NDA {nda.display_id} {what}.")
    return redirect(nda)
