"""The URLs of the register."""

from django.urls import path

from ndas.web.views import detail, editing, health, home, listing, steps

urlpatterns = [
    path("", home.home, name="home"),
    path("ndas/", listing.listing, name="ndas"),
    path("ndas/export.csv", listing.export, name="export"),
    path("ndas/new/", editing.create, name="create"),
    path("ndas/<str:pk>/", detail.detail, name="nda"),
    path("ndas/<str:pk>/edit/", editing.edit, name="edit"),
    path("ndas/<str:pk>/clone/", editing.clone, name="clone"),
    path("ndas/<str:pk>/route/", steps.route, name="route"),
    path("ndas/<str:pk>/approve/", steps.approve, name="approve"),
    path("ndas/<str:pk>/reject/", steps.reject, name="reject"),
    path("ndas/<str:pk>/upload/", steps.upload, name="upload"),
    path("ndas/<str:pk>/attach/", steps.attach, name="attach"),
    path("ndas/<str:pk>/status/<str:target>/", steps.change_status, name="change status"),
    path("ndas/<str:pk>/non-usmax/", steps.mark_non_usmax, name="non-usmax"),
    path("documents/<str:pk>/", detail.document, name="document"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
