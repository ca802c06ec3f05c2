"""Access to the dashboard, also while nobody can log in yet."""

import functools

from django.apps import apps
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from epic10.postgres.catalog import array
from epic10.postgres.errors import message_of
from epic10.postgres.session import fetch
from epic10.release import plan

MISSING = "SELECT name FROM pg_catalog.unnest({tables}) AS name WHERE to_regclass(pg_catalog.quote_ident(name)) IS NULL"

# Where they were all found: nobody drops them while this process runs.
_complete: set[tuple] = set()


def for_staff(view=None, *, or_token: str = ""):
    """
    A view for staff that only answers GET: others are sent to log in, or get 403 if they are not staff.

    ``or_token`` names a setting: whoever sends its value as a bearer token need not log in.

    The register's tables may be in any state. The tables for logging in may not exist
    yet, and the server may be down: then 503, with the command to type.
    """
    if view is None:
        return functools.partial(for_staff, or_token=or_token)

    @functools.wraps(view)
    def asked(request, *args, **kwargs):
        try:
            if or_token and _has_token(request, getattr(settings, or_token, "")):
                return view(request, *args, **kwargs)
            if missing := _apps_without_tables():
                return _unavailable(missing=" ".join(missing))
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not request.user.is_staff:
                raise PermissionDenied("The dashboard is for staff. An administrator can change that.")
            return view(request, *args, **kwargs)
        except Error as error:
            return _unavailable(reason=message_of(error))

    return never_cache(require_safe(asked))


def _has_token(request, token: str) -> bool:
    return bool(token) and constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}")


def _unavailable(**context):
    # Without the request, for which the context processors would ask the database who the user is.
    page = render_to_string("epic10/dashboard/unavailable.html", context)
    return HttpResponse(page, status=503)


def _apps_without_tables() -> list[str]:
    """Labels of the apps besides the release, such as those for logging in, that are not migrated yet."""
    connection = connections[DEFAULT_DB_ALIAS]
    place = tuple(connection.settings_dict[name] for name in ("HOST", "PORT", "NAME"))
    if place in _complete:
        return []
    ours = (plan.load().app_label, "epic10")
    labels = {
        model._meta.db_table: model._meta.app_label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label not in ours and router.allow_migrate_model("default", model)
    }
    missing = fetch(connection, MISSING.format(tables=array(labels)))
    if not missing:
        _complete.add(place)
    return sorted({labels[table] for [table] in missing})
