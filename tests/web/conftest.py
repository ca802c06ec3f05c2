import pytest
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

PLAIN = {"SECURE_SSL_REDIRECT": False, "SESSION_COOKIE_SECURE": False, "CSRF_COOKIE_SECURE": False}


@pytest.fixture(autouse=True)
def plain_http(settings):
    """The test client and the live server speak no TLS."""
    for name, value in PLAIN.items():
        setattr(settings, name, value)


@pytest.fixture(scope="session")
def live_server(request):
    """Django's middleware reads some settings when the server starts, which is before any test's own."""
    with override_settings(**PLAIN):
        server = LiveServer("localhost")
    request.addfinalizer(server.stop)
    return server
