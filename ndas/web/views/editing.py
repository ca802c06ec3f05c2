"""Writing and editing an NDA."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render

from ndas import services, workflow
from ndas.fields import new_id
from ndas.web import typed
from ndas.web.forms import NdaForm
from ndas.web.views.access import page, visible


@page(workflow.CREATE)
def create(request):
    key, is_sent = typed.key_of(request), request.method == "POST"
    if earlier := services.made(request.actor, key):
        messages.warning(request, f"NDA {earlier.display_id} was created from that form before. Edit it to change it.")
        return redirect(earlier)
    form = NdaForm(request.actor, data=typed.posted(request))
    if is_sent and form.is_valid():
        nda = attempted(form, lambda: services.create(request.actor, key=key, **form.values))
        if nda:
            messages.success(request, f"NDA {nda.display_id} is created.")
            return redirect(nda)
    return shown(request, "ndas/form.html", form, title="New NDA", key=key or new_id())


@page(workflow.UPDATE)
def edit(request, pk):
    nda = visible(request).get(pk=pk)
    if nda.status not in services.EDITABLE:
        messages.error(request, f'NDA {nda.display_id} is "{nda.get_status_display()}" and cannot be changed.')
        if request.method == "POST":
            typed.keep(request)
            messages.info(request, "What you typed is kept until you log out, and comes back in the form.")
        return redirect(nda)
    form, is_sent = NdaForm(request.actor, instance=nda, data=typed.posted(request)), request.method == "POST"
    if is_sent and form.is_valid() and attempted(form, lambda: services.update(request.actor, pk, **form.values)):
        messages.success(request, f"NDA {nda.display_id} is changed.")
        return redirect(nda)
    return shown(request, "ndas/form.html", form, title=f"Change NDA {nda.display_id}", nda=nda)


@page(workflow.CREATE, is_button=True)
def clone(request, pk):
    nda = services.clone(request.actor, pk, key=typed.key_of(request))
    messages.success(request, f"NDA {nda.display_id} is a copy of NDA {nda.cloned_from.display_id}.")
    return redirect(nda)


def shown(request, template, form, **context):
    return render(request, template, {"form": form, **context}, status=422 if request.method == "POST" else 200)


def attempted(form, service):
    """What the service returns; None if it refuses, and then the form says why."""
    try:
        return service()
    except ValidationError as error:
        form.add_error(None, error)
    except services.WrongStatus as refusal:
        form.add_error(None, str(refusal))
    except services.ChangedMeanwhile as refusal:
        form.add_error(None, str(refusal))
        form.compare()
    return None
