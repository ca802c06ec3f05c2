"""Whether this process is alive, and can serve the register."""

from django.db import Error
from django.http import HttpResponse
from django.views.decorators.cache import never_cache

from epic10.database_errors import is_unreachable

from .access import is_live


@never_cache
def healthz(request):
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
def readyz(request):
    """200 once the release is live in the database; 503 says what is missing."""
    try:
        if is_live():
            return HttpResponse("ready\n", content_type="text/plain")
        reason = "migration required: python manage.py migrate"
    except Error as error:
        reason = "the database cannot be reached" if is_unreachable(error) else "the database cannot be asked"
    return HttpResponse(f"{reason}\n", content_type="text/plain", status=503)
