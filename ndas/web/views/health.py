"""Health: whether this process is alive, and can serve the register."""

from django.db import Error, connection
from django.http import HttpResponse
from django.views.decorators.cache import never_cache

from epic10.postgres.errors import is_unreachable
from ndas.release import readiness


@never_cache
def healthz(request):
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
def readyz(request):
    """200 if the release is live and all tables exist and are readable; otherwise 503 with what is missing."""
    try:
        reasons = list(readiness.complaints(connection))
    except Error as error:
        reasons = ["the database cannot be reached" if is_unreachable(error) else "the database cannot be asked"]
    text = "".join(f"{reason}\n" for reason in reasons or ["ready"])
    return HttpResponse(text, content_type="text/plain", status=503 if reasons else 200)
