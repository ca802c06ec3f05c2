"""Whether the application can serve: the release is live, and its tables are there and readable."""

from collections import defaultdict
from collections.abc import Iterator

from django.apps import apps
from django.db import router

from epic10.postgres.catalog import array
from epic10.postgres.session import fetch
from epic10.release import plan

# The ledger of the release: without it only the dashboard and the error counts do not work.
BOOKS = "epic10"
# Signing in writes a session and the time, and clears earlier failed attempts.
WRITTEN = {
    "django_session": ("INSERT", "UPDATE", "DELETE"),
    "auth_user": ("UPDATE",),
    "axes_accessattempt": ("INSERT", "UPDATE", "DELETE"),
    "axes_accesslog": ("INSERT", "UPDATE"),
    "outbox_mail": ("INSERT",),
}
LACKING = """
    SELECT name, privilege, oid IS NULL, pg_catalog.quote_ident(current_user)
      FROM ROWS FROM (pg_catalog.unnest({tables}), pg_catalog.unnest({privileges}))
          AS needed (name, privilege), to_regclass(pg_catalog.quote_ident(name)) AS oid
     WHERE oid IS NULL OR NOT pg_catalog.has_table_privilege(oid, privilege)
     ORDER BY name, privilege"""


def complaints(connection) -> Iterator[str]:
    """What is missing, with the command to type; nothing if the application can serve."""
    if not plan.load().is_live(connection):
        yield "migration required: python manage.py migrate"
        return
    owners = _tables(connection.alias)
    needed = [(table, privilege) for table in owners for privilege in ("SELECT", *WRITTEN.get(table, ()))]
    tables, privileges = zip(*needed, strict=True)
    found = fetch(connection, LACKING.format(tables=array(tables), privileges=array(privileges)))
    missing, denied = defaultdict(set), defaultdict(list)
    for table, privilege, is_missing, role in found:
        if is_missing:
            missing[owners[table]].add(table)
        else:
            denied[table, role].append(privilege)
    for app, of_app in missing.items():
        yield f"missing: {', '.join(sorted(of_app))}: python manage.py migrate {app}"
    for (table, role), of_table in denied.items():
        privileges = ", ".join(of_table)
        yield f"no {privileges} on {table}: GRANT {privileges} ON {table} TO {role};"


def _tables(using) -> dict[str, str]:
    """Every table of a model, and the app whose migrations create it."""
    return {
        model._meta.db_table: model._meta.app_label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.app_label != BOOKS and router.allow_migrate_model(using, model)
    }
