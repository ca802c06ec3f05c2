"""Is this process alive, and can it serve the register?"""

from django.db import Error
from django.http import HttpResponse
from django.views.decorators.cache import never_cache

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
    except Error:
        reason = "the database cannot be reached"
    return HttpResponse(f"{reason}\n", content_type="text/plain", status=503)
