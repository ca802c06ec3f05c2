"""Access to the dashboard, also while nobody can log in yet."""

import functools

from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from epic10.postgres.catalog import array
from epic10.postgres.errors import message_of
from epic10.postgres.session import fetch
from epic10.release import plan

MISSING = "SELECT name FROM pg_catalog.unnest({tables}) AS name WHERE to_regclass(pg_catalog.quote_ident(name)) IS NULL"


def for_staff(view):
    """
    A view for staff that only answers GET: others are sent to log in, or get 403 if they are not staff.

    The register's tables may be in any state. The tables for logging in may not exist
    yet, and the server may be down: then 503, with the command to type.
    """

    @functools.wraps(view)
    def asked(request, *args, **kwargs):
        try:
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


def _unavailable(**context):
    # Without the request, for which the context processors would ask the database who the user is.
    page = render_to_string("epic10/dashboard/unavailable.html", context)
    return HttpResponse(page, status=503)


def _apps_without_tables() -> list[str]:
    """Labels of the apps besides the release, such as those for logging in, that are not migrated yet."""
    ours = (plan.load().app_label, "epic10")
    labels = {
        model._meta.db_table: model._meta.app_label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label not in ours and router.allow_migrate_model("default", model)
    }
    missing = fetch(connections[DEFAULT_DB_ALIAS], MISSING.format(tables=array(labels)))
    return sorted({labels[table] for [table] in missing})
