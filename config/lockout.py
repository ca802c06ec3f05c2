"""
Login throttling: who has to wait before trying a password again.

Nobody can lock another person out for good, because a lock is for an account at an
address. Guesses that are spread over accounts from one address, or over addresses on
one account, are slowed down; an account that has signed in from an address before is
not affected there by the guesses of others.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Max, QuerySet, Sum
from django.shortcuts import render
from django.utils import timezone

FROM_ONE_ADDRESS = 50  # Several people behind one address mistype, too.
ON_ONE_ACCOUNT = 20
THEN_AT_EACH_ADDRESS = 1  # Somebody who types the right password at once never notices.
KNOWN_FOR = timedelta(days=90)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lock:
    """Why somebody has to wait, and when the last failure was."""

    why: str
    since: datetime

    @property
    def seconds(self) -> int:
        left = self.since + settings.AXES_COOLOFF_TIME - timezone.now()
        return max(1, round(left.total_seconds()))


class Handler(AxesDatabaseHandler):
    """The handler's own counts for an account at an address, and two more."""

    def get_failures(self, request, credentials=None):
        if next(locks(request, credentials), None):
            return settings.AXES_FAILURE_LIMIT
        return min(super().get_failures(request, credentials), settings.AXES_FAILURE_LIMIT - 1)

    def user_login_failed(self, sender, credentials, request=None, **kwargs):
        was_locked = getattr(request, "axes_locked_out", False)
        super().user_login_failed(sender, credentials, request, **kwargs)
        if request is None or was_locked or not request.axes_locked_out:
            return
        for lock in locks(request, credentials):
            account = account_of(get_client_username(request, credentials))
            # An unknown name is not logged: it may be a password typed into the wrong field.
            who = f"account {account.pk}" if account else "an account that there is not"
            logger.warning("Locked out: %s at %s for %s s; %s.", who, request.axes_ip_address, lock.seconds, lock.why)


def locks(request, credentials) -> Iterator[Lock]:
    """The locks that keep this account from trying a password at this address now."""
    username, address = get_client_username(request, credentials), request.axes_ip_address
    recent = AccessAttempt.objects.filter(attempt_time__gte=request.axes_attempt_time - settings.AXES_COOLOFF_TIME)
    here = recent.filter(username=username, ip_address=address)
    own = _sum(here)
    if own.failures >= settings.AXES_FAILURE_LIMIT:
        yield Lock(f"{own.failures} wrong passwords there", own.last)
    elif not is_known(username, address):
        if (of_address := _sum(recent.filter(ip_address=address))).failures >= FROM_ONE_ADDRESS and address:
            yield Lock(f"{of_address.failures} wrong passwords for all accounts there", of_address.last)
        if own.failures >= THEN_AT_EACH_ADDRESS and _sum(recent.filter(username=username)).failures >= ON_ONE_ACCOUNT:
            yield Lock("the account is being guessed at from many addresses", own.last)


def is_known(username, address) -> bool:
    """Has this account signed in from this address before?"""
    since = timezone.now() - KNOWN_FOR
    return AccessLog.objects.filter(username=username, ip_address=address, attempt_time__gte=since).exists()


def refused(request, response=None, credentials=None):
    """The page for a locked account, with a Retry-After header."""
    found = list(locks(request, credentials or {}))
    page = render(request, settings.AXES_LOCKOUT_TEMPLATE, status=settings.AXES_HTTP_RESPONSE_CODE)
    page.headers["Retry-After"] = str(max((lock.seconds for lock in found), default=1))
    return page


def account_of(username):
    model = get_user_model()
    return model._default_manager.filter(**{model.USERNAME_FIELD: username}).first()


@dataclass(frozen=True)
class _Failures:
    failures: int
    last: datetime | None


def _sum(attempts: QuerySet) -> _Failures:
    found = attempts.aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    return _Failures(found["failures"] or 0, found["last"])
