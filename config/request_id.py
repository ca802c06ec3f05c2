"""The request id that finds a request again in its response, in our log, and in the proxy's log."""

import re
import uuid
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

HEADER = "X-Request-ID"
# The ids that a proxy may set. Anything else could forge a line in the log.
FROM_A_PROXY = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)

current: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


class RequestId:
    """The outermost middleware, so that what the others log has the request's id, too."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.id = told(request) or uuid.uuid4().hex
        token = current.set(request)
        try:
            response = self.get_response(request)
        finally:
            current.reset(token)
        response.headers[HEADER] = request.id
        return response


def told(request: HttpRequest) -> str:
    """The id that a trusted proxy has set; empty if there is no such proxy, or if the id is not valid."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if FROM_A_PROXY.fullmatch(given) else ""
