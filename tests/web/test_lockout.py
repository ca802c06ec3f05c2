"""Who guesses passwords has to wait, wherever from; and nobody makes anybody else wait for good."""

import datetime

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from config import lockout
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

OFFICE, HOME, AFAR = "198.51.100.7", "203.0.113.20", "192.0.2.66"


@pytest.fixture(autouse=True)
def quick_to_hash(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def account():
    user = UserFactory(role="NDA user")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(username, password, *, at, **headers):
    return Client(REMOTE_ADDR=at, **headers).post("/login/", {"username": username, "password": password})


def right(account, *, at, **headers):
    return sign_in(account.username, PASSWORD, at=at, **headers).status_code


def guess(account, *, at, times=1, **headers):
    return [sign_in(account.username, "guess", at=at, **headers) for _ in range(times)][-1]


def guessed_already(username, address, times):
    """As many wrong passwords as only a program tries."""
    AccessAttempt.objects.create(
        username=username, ip_address=address, failures_since_start=times, attempt_time=timezone.now()
    )


def test_behind_a_proxy_one_person_does_not_lock_out_the_others(account, settings):
    settings.TRUSTED_PROXIES = 1
    proxy = "10.0.0.2"
    for number in range(5):
        # An invented address more each time changes nothing: it is not the last one.
        refused = guess(account, at=proxy, HTTP_X_FORWARDED_FOR=f"10.9.9.{number}, {AFAR}")
    assert refused.status_code == 429
    assert right(account, at=proxy, HTTP_X_FORWARDED_FOR=AFAR) == 429
    assert right(account, at=proxy, HTTP_X_FORWARDED_FOR=OFFICE) == 302


def test_without_a_proxy_the_header_is_nobodys_word(account):
    for number in range(5):
        refused = guess(account, at=AFAR, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert refused.status_code == 429


def test_the_answer_says_when_to_come_back_and_is_not_kept(account):
    refused = guess(account, at=AFAR, times=5)
    assert (refused.status_code, refused.headers["Cache-Control"]) == (429, "no-store")
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=14))
    again = guess(account, at=AFAR)
    assert 0 < int(again.headers["Retry-After"]) <= 60


def test_whoever_goes_on_guessing_does_not_make_it_longer(account):
    guess(account, at=AFAR, times=5)
    AccessAttempt.objects.update(attempt_time=timezone.now() - datetime.timedelta(minutes=14))
    guess(account, at=AFAR, times=3)
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - datetime.timedelta(minutes=1, seconds=1)
    )
    assert right(account, at=AFAR) == 302


def test_guesses_spread_over_accounts_are_slowed_down_by_their_address(account):
    for number in range(lockout.FROM_ONE_ADDRESS - 1):
        guessed_already(f"somebody{number}", AFAR, 1)
    assert guess(account, at=AFAR).status_code == 429
    another = UserFactory(role="NDA user")
    assert sign_in(another.username, "guess", at=AFAR).status_code == 429
    assert right(account, at=OFFICE) == 302


def test_who_has_signed_in_there_before_is_not_touched_by_it(account):
    assert right(account, at=OFFICE) == 302
    guessed_already("somebody", OFFICE, lockout.FROM_ONE_ADDRESS)
    assert right(account, at=OFFICE) == 302
    assert guess(account, at=OFFICE).status_code == 200
    newcomer = UserFactory(role="NDA user")
    assert sign_in(newcomer.username, "guess", at=OFFICE).status_code == 429


def test_guesses_from_many_addresses_on_one_account_get_one_try_each(account):
    assert right(account, at=OFFICE) == 302
    for number in range(lockout.ON_ONE_ACCOUNT):
        guessed_already(account.username, f"192.0.2.{number}", 1)
    assert guess(account, at=AFAR).status_code == 429
    assert right(account, at=AFAR) == 429
    # Its owner signs in, from where he is known and from where he is not.
    assert guess(account, at=OFFICE, times=4).status_code == 200
    assert right(account, at=OFFICE) == 302
    assert right(account, at=HOME) == 302


def test_another_browser_there_is_the_same_address(account):
    for number in range(5):
        refused = guess(account, at=AFAR, HTTP_USER_AGENT=f"browser {number}")
    assert refused.status_code == 429


def test_a_lock_is_in_the_log_once_with_no_name_that_may_be_a_password(account, caplog):
    guess(account, at=AFAR, times=7)
    for _ in range(6):
        sign_in("hunter2-typed-into-the-wrong-field", "x", at=AFAR)
    lines = [record.getMessage() for record in caplog.records if record.name == "config.lockout"]
    assert len(lines) == 2
    assert lines[0].startswith(f"Locked out: account {account.pk} at {AFAR} for ")
    assert lines[0].endswith(" s; 5 wrong passwords there.")
    assert lines[1].startswith(f"Locked out: an account that there is not at {AFAR} for ")
    assert "hunter2" not in caplog.text and account.username not in caplog.text
