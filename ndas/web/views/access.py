"""Access to the pages: every view declares who may open it, and this module enforces it."""

import functools

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import DataError, ProgrammingError, connection
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from epic10.release import plan
from ndas import services
from ndas.access import scope
from ndas.access.actors import NoContact, actor_of
from ndas.models import Nda


def page(permission: str):
    """
    A view for people who are logged in, have a contact and this permission; it gets ``request.actor``.

    Without the permission the answer is 403, whatever the address; an NDA out of scope is 404.
    """

    def decorate(view):
        @functools.wraps(view)
        def asked(request, *args, **kwargs):
            try:
                request.actor = actor_of(request.user)
            except NoContact as error:
                return render(request, "ndas/no_contact.html", {"reason": str(error)}, status=403)
            if not request.actor.may(permission):
                raise PermissionDenied
            try:
                return view(request, *args, **kwargs)
            except services.NotPermitted as error:
                raise PermissionDenied(str(error)) from error
            except Nda.DoesNotExist as error:
                raise Http404 from error
            except (ProgrammingError, DataError):
                # Columns and labels of another release: show that, if it is the reason.
                if is_live():
                    raise
                return render(request, "ndas/not_ready.html", status=503)

        asked.permission = permission
        return never_cache(login_required(asked))

    return decorate


def visible(request):
    return scope.visible_to(request.actor)


def is_live() -> bool:
    """Is the release, whose columns the pages use, live in the database?"""
    return plan.load().is_switched(connection)
