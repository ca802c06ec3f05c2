"""The daily job: once, twice, beside itself, a part of it, or none of it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from ndas.choices import NdaStatus
from ndas.models import AuditLog, Contact, Nda
from tests.factories import NdaFactory

pytestmark = pytest.mark.django_db


def expire(*arguments):
    output = StringIO()
    call_command("expire_ndas", *arguments, stdout=output)
    return output.getvalue()


def executed(days, **other):
    return NdaFactory(status=NdaStatus.FULLY_EXECUTED, expiration_date=timezone.now() + timedelta(days=days), **other)


@pytest.fixture
def register():
    return [executed(-400), executed(-1), executed(10), executed(100), NdaFactory(status=NdaStatus.INACTIVE_CANCELED)]


def statuses():
    return list(Nda.objects.order_by("display_id").values_list("status", flat=True))


def test_what_is_due_expires_in_the_name_of_a_contact_that_exists(register):
    assert expire() == (
        f"2 NDAs expired: {register[0].display_id}, {register[1].display_id}\n"
        "1 of them more than 7 days late, without a mail\n"
        "1 NDAs that end within 30 days announced\n"
        "2 mails\n"
    )
    assert statuses() == ["EXPIRED", "EXPIRED", "FULLY_EXECUTED", "FULLY_EXECUTED", "INACTIVE_CANCELED"]
    system = Contact.objects.get(email="nda-system@localhost")
    assert not system.is_active
    history = register[0].status_history.get()
    assert (history.status, history.changed_by) == (NdaStatus.EXPIRED, system)
    audit = AuditLog.objects.get(entity_id=register[0].pk)
    assert (audit.action, audit.user) == ("nda_expired", system)
    assert audit.details == {"before": {"status": "FULLY_EXECUTED"}, "after": {"status": "EXPIRED"}}
    found = Nda.objects.get(pk=register[0].pk)
    assert found.updated_at > register[0].updated_at


def test_a_second_run_finds_nothing_to_do(register):
    expire()
    before = AuditLog.objects.count()
    assert expire().splitlines()[0] == "0 NDAs expired"
    assert AuditLog.objects.count() == before
    Nda.objects.filter(pk=register[2].pk).update(expiration_date=timezone.now() + timedelta(days=5))
    assert "1 NDAs that end within 30 days announced" in expire()


def test_a_dry_run_says_what_would_and_changes_nothing(register):
    assert expire("--dry-run") == (
        f"2 NDAs would expire: {register[0].display_id}, {register[1].display_id}\n"
        "1 of them more than 7 days late, without a mail\n"
        "1 NDAs that end within 30 days would be announced\n"
        "Nothing was changed.\n"
    )
    assert statuses().count("EXPIRED") == AuditLog.objects.count() == 0
    assert not Contact.objects.filter(email="nda-system@localhost").exists()


def test_a_limit_leaves_the_rest_for_the_next_run(register):
    found = json.loads(expire("--limit", "1", "--format", "json"))
    assert (len(found["expired"]), statuses().count("EXPIRED")) == (1, 1)
    assert len(json.loads(expire("--format", "json"))["expired"]) == 1


@pytest.mark.slow
def test_two_at_once_let_each_nda_expire_once(legacy_database):
    legacy_database.migrate(None)
    legacy_database.migrate(None, app="outbox")
    running = [legacy_database.start("expire_ndas", "--format", "json") for _ in range(2)]
    outputs = [process.communicate() for process in running]
    expired = [number for stdout, _ in outputs for number in json.loads(stdout.splitlines()[-1])["expired"]]
    assert len(expired) == len(set(expired)) > 50
    counts = legacy_database.rows(
        "SELECT count(*), count(DISTINCT nda_id) FROM nda_status_history WHERE status = 'EXPIRED'"
    )
    assert counts == [(len(expired), len(expired))]
    assert not legacy_database.rows("SELECT FROM ndas WHERE status = 'FULLY_EXECUTED' AND expiration_date <= now()")


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_is_a_number_above_zero(legacy_database, limit):
    finished = legacy_database.manage("expire_ndas", f"--limit={limit}")
    assert finished.returncode == 2
    assert f'argument --limit: "{limit}" is not a whole number from 1 to 2,147,483,647.' in finished.stderr


@pytest.mark.slow
def test_before_the_release_it_says_what_to_type(legacy_database):
    finished = legacy_database.manage("expire_ndas")
    assert (finished.returncode, finished.stdout) == (1, legacy_database.announced)
    assert finished.stderr == (
        f'CommandError: Epic 10 is not applied to database "{legacy_database.name}".\n'
        "HINT: python manage.py migrate ndas\n"
    )
