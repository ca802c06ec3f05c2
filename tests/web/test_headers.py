"""What every answer tells the browser, refusals and errors above all."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

pytestmark = pytest.mark.django_db


def fails(error):
    def view(request):
        raise error

    return view


urlpatterns = [
    path("400/", fails(BadRequest())),
    path("403/", fails(PermissionDenied())),
    path("500/", fails(ZeroDivisionError())),
    path("503/", lambda request: HttpResponse(status=503)),
    path("", include("config.urls")),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("status", [400, 403, 404, 500, 503])
def test_an_error_is_kept_by_no_browser_and_no_proxy(status):
    response = Client(raise_request_exception=False).get(f"/{status}/")
    assert (response.status_code, response.headers["Cache-Control"]) == (status, "no-store")
    assert response.headers["Permissions-Policy"].startswith("accelerometer=(), ")
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_nor_is_the_refusal_of_a_forged_host(client):
    refused = client.get("/", HTTP_HOST="evil.example")
    assert (refused.status_code, refused.headers["Cache-Control"]) == (400, "no-store")


def test_a_form_that_is_sent_without_its_token_is_refused_and_not_kept():
    response = Client(enforce_csrf_checks=True).post("/login/", {})
    assert (response.status_code, "no-store" in response.headers["Cache-Control"]) == (403, True)


@pytest.mark.parametrize(
    ("proxies", "given", "is_taken"),
    [
        (0, "from-outside", False),
        (1, "6f9c.proxy_1-A", True),
        (1, "a b", False),
        (1, "x" * 65, False),
        (1, "é", False),
        (1, 'id"\x1b[31m', False),
        (1, "", False),
    ],
)
def test_a_request_has_an_id_which_only_a_trusted_proxy_may_give_it(client, settings, proxies, given, is_taken):
    settings.TRUSTED_PROXIES = proxies
    found = client.get("/healthz", HTTP_X_REQUEST_ID=given).headers["X-Request-ID"]
    assert (found == given) is is_taken
    assert is_taken or len(found) == 32
