"""What people send: done once however often it comes, and kept over the end of a session for who has typed it."""

import uuid

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import QueryDict
from django.shortcuts import render
from django.urls import reverse

KEPT = "kept"
LARGEST = 64 * 1024  # Far more than the longest form has.
LOOK_THROUGH_IT = "Your session had ended, and nothing is saved yet. Look through it, and press the button again."


def posted(request) -> QueryDict | None:
    """What is sent now, or what was kept for this page and this account; None if there is neither."""
    if request.method == "POST":
        return request.POST
    kept = request.session.get(KEPT, {})
    if kept.get("path") != request.path:
        return None
    del request.session[KEPT]
    typed = QueryDict(kept["typed"])
    if typed.get("by") != str(request.user.pk):
        return None
    messages.warning(request, LOOK_THROUGH_IT)
    return typed


def keep(request):
    """Keep what was posted until its author opens the page again; of files only that there were any is known."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    text = typed.urlencode()
    if typed.get("by") and len(text) <= LARGEST:
        request.session[KEPT] = {"path": request.path, "typed": text}


def key_of(request) -> str | None:
    """The key of what the form creates, which it got when it was opened: sent twice, it creates one."""
    try:
        return str(uuid.UUID(request.POST.get("key", "")))
    except ValueError:
        return None


def log_in_again(request):
    """Ask for the password, and lead on to where the request came from: never to what can only be posted."""
    if request.method != "POST":
        return redirect_to_login(request.get_full_path())
    _keep_of_a_form(request)
    messages.warning(
        request, "Your session had ended, so nothing was changed. What you typed is kept: log in to go on."
    )
    return redirect_to_login(way_on(request))


def too_old(request, reason=""):
    """The page for a form whose token does not count any more, such as one opened before logging in again."""
    # A browser lets no other site say that it is this one.
    if request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}":
        _keep_of_a_form(request)
    return render(request, "403_csrf.html", {"way_on": way_on(request)}, status=403)


def way_on(request) -> str:
    """Where somebody can go on whose request was not fulfilled."""
    found = request.resolver_match
    if not hasattr(found.func, "permission"):
        return reverse("home")
    return reverse("nda", args=[found.kwargs["pk"]]) if found.func.is_button else request.path


def _keep_of_a_form(request):
    view = request.resolver_match.func
    if hasattr(view, "permission") and not view.is_button:
        keep(request)
