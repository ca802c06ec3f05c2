"""The password, which everybody can change."""

from django.contrib.auth.views import PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.urls import reverse_lazy


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    template_name = "registration/password.html"
    success_url = reverse_lazy("home")
    success_message = "Your password is changed."
