"""The URLs of the register."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from ndas.web.views import detail, editing, health, home, listing, steps


class Key(StringConverter):
    """What may be a key: PostgreSQL has no text with a NUL in it."""

    regex = r"[^/\x00]+"


register_converter(Key, "key")

urlpatterns = [
    path("", home.home, name="home"),
    path("ndas/", listing.listing, name="ndas"),
    path("ndas/export.csv", listing.export, name="export"),
    path("ndas/new/", editing.create, name="create"),
    path("ndas/<key:pk>/", detail.detail, name="nda"),
    path("ndas/<key:pk>/edit/", editing.edit, name="edit"),
    path("ndas/<key:pk>/clone/", editing.clone, name="clone"),
    path("ndas/<key:pk>/route/", steps.route, name="route"),
    path("ndas/<key:pk>/approve/", steps.approve, name="approve"),
    path("ndas/<key:pk>/reject/", steps.reject, name="reject"),
    path("ndas/<key:pk>/upload/", steps.upload, name="upload"),
    path("ndas/<key:pk>/attach/", steps.attach, name="attach"),
    path("ndas/<key:pk>/status/<key:target>/", steps.change_status, name="change status"),
    path("ndas/<key:pk>/non-usmax/", steps.mark_non_usmax, name="non-usmax"),
    path("documents/<key:pk>/", detail.document, name="document"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
