"""Writing and editing an NDA."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ndas import services, workflow
from ndas.web.forms import NdaForm
from ndas.web.views.access import page, visible


@page(workflow.CREATE)
def create(request):
    form = NdaForm(request.actor, data=request.POST or None)
    nda = form.is_valid() and attempted(form, lambda: services.create(request.actor, **form.values))
    if nda:
        messages.success(request, f"NDA {nda.display_id} is created.")
        return redirect(nda)
    return render(request, "ndas/form.html", {"form": form, "title": "New NDA"}, status=422 if form.errors else 200)


@page(workflow.UPDATE)
def edit(request, pk):
    nda = visible(request).get(pk=pk)
    if nda.status not in services.EDITABLE:
        messages.error(request, f'NDA {nda.display_id} is "{nda.get_status_display()}" and cannot be changed.')
        return redirect(nda)
    form = NdaForm(request.actor, instance=nda, data=request.POST or None)
    title = f"Change NDA {nda.display_id}"
    if form.is_valid() and attempted(form, lambda: services.update(request.actor, pk, **form.values)):
        messages.success(request, f"NDA {nda.display_id} is changed.")
        return redirect(nda)
    context = {"form": form, "title": title, "nda": nda}
    return render(request, "ndas/form.html", context, status=422 if form.errors else 200)


@require_POST
@page(workflow.CREATE)
def clone(request, pk):
    nda = services.clone(request.actor, pk)
    messages.success(request, f"NDA {nda.display_id} is a copy of NDA {nda.cloned_from.display_id}.")
    return redirect(nda)


def attempted(form, service):
    """What the service returns; None if it refuses, and then the form says why."""
    try:
        return service()
    except ValidationError as error:
        form.add_error(None, error)
    except (services.WrongStatus, services.ChangedMeanwhile) as refusal:
        form.add_error(None, str(refusal))
    return None
