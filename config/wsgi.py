"""The WSGI application for a web server. It refuses to start without a secret key of its own."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if settings.SECRET_KEY.startswith(settings.INSECURE) and not settings.DEBUG:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set, and nothing is served without one.\n"
        "HINT: export SECRET_KEY=\"$(python -c 'import secrets; print(secrets.token_urlsafe(50))')\","
        " or DEBUG=1 on your own machine."
    )

application = get_wsgi_application()
