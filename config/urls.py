"""The URLs of the project."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404
from django.urls import include, path, re_path

from ndas.admin import autocomplete
from ndas.web.views.password import ChangePassword


def not_found(request):
    raise Http404


urlpatterns = [
    # PostgreSQL has no text with a NUL in it, so nothing is there.
    re_path("\x00", not_found),
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("password/", ChangePassword.as_view(), name="password"),
    # A single login page, for the administration, too.
    path("admin/login/", LoginView.as_view()),
    path("admin/autocomplete/", autocomplete),
    path("admin/", admin.site.urls),
    path("epic10/", include("epic10.urls")),
    path("", include("ndas.urls")),
]
