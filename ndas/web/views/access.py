"""Access to the pages: every view declares who may open it, and this module enforces it."""

import functools

from django.core.exceptions import PermissionDenied
from django.db import DataError, ProgrammingError, connection
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from epic10.release import plan
from ndas import services
from ndas.access import scope
from ndas.access.actors import NoContact, actor_of
from ndas.models import Nda
from ndas.web import typed


def page(permission: str, *, is_button: bool = False):
    """
    A view for people who are logged in, have a contact and this permission; it gets ``request.actor``.

    A button is only posted, from the page of its NDA. Without the permission the answer is 403, whatever the
    address; an NDA out of scope is 404.
    """

    def decorate(view):
        @functools.wraps(view)
        def asked(request, *args, **kwargs):
            if not request.user.is_authenticated:
                return typed.log_in_again(request)
            try:
                request.actor = actor_of(request.user)
            except NoContact as error:
                return render(request, "ndas/no_contact.html", {"reason": str(error)}, status=403)
            if not request.actor.permissions:
                raise PermissionDenied("Your account is in no group, so it may do nothing. Ask an administrator.")
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

        asked.permission, asked.is_button = permission, is_button
        return never_cache(require_POST(asked) if is_button else asked)

    return decorate


def visible(request):
    return scope.visible_to(request.actor)


def is_live() -> bool:
    """Is the release, whose columns the pages use, live in the database?"""
    return plan.load().is_live(connection)
