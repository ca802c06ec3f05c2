"""The URLs of the project."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import include, path

urlpatterns = [
    path("login/", LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    # A single login page, for the administration, too.
    path("admin/login/", LoginView.as_view()),
    path("admin/", admin.site.urls),
    path("epic10/", include("epic10.urls")),
    path("", include("ndas.urls")),
]
