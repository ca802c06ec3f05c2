"""Who is told what, as a mail server receives it; and mails that it does not take."""

import socket
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from ndas import services
from ndas.choices import NdaStatus
from ndas.outbox import delivery
from ndas.outbox.models import Mail
from ndas.services.expiry import expire_due
from tests.factories import AgencyGroupFactory, ContactFactory, NdaFactory, UserFactory, actor
from tests.inbox import receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox(settings):
    settings.SITE_URL = "https://nda.example"
    with receiving(settings) as inbox:
        yield inbox


def body(mail, kind):
    return mail.get_body((kind,)).get_content()


@pytest.fixture
def group():
    return AgencyGroupFactory()


@pytest.fixture
def author(group):
    return actor("Approver", sees=[group])


@pytest.fixture
def draft(author, group):
    return NdaFactory(agency_group=group, created_by=author.contact, company_name="R&D <Aster>\nBcc: all@example.com")


@pytest.fixture
def do():
    def and_deliver(service, *arguments):
        done = service(*arguments)
        delivery.deliver("default")
        return done

    return and_deliver


def test_routed_tells_those_who_may_approve_and_see_it_but_not_the_author(inbox, do, author, draft, group):
    approver, administrator = actor("Approver", sees=[group]), actor("Administrator")
    UserFactory(role="Approver", sees=[AgencyGroupFactory()])
    UserFactory(role="NDA user", sees=[group])
    UserFactory(role="Approver", sees=[group], is_active=False)
    do(services.route, author, draft.pk)
    assert inbox.recipients == sorted([approver.contact.email, administrator.contact.email])
    _, mail = inbox.mails[0]
    assert mail["Subject"] == f"NDA {draft.display_id} waits for your approval: R&D <Aster> Bcc: all@example.com"
    assert f"{author.contact} asks for your approval of NDA {draft.display_id}." in body(mail, "plain")
    assert "Company:  R&D <Aster>" in body(mail, "plain")
    assert f"https://nda.example/ndas/{draft.pk}/" in body(mail, "plain")
    assert "Company: R&amp;D &lt;Aster&gt;" in body(mail, "html")


def test_rejected_tells_the_author_the_reason_and_approved_that_it_is_sent(inbox, do, author, draft, group):
    approver = actor("Approver", sees=[group])
    services.route(author, draft.pk)
    do(services.reject, approver, draft.pk, "The purpose is vague.\nSay which data.")
    services.route(author, draft.pk)
    do(services.approve, approver, draft.pk)
    # In between, and before, the approver was asked.
    assert inbox.recipients == sorted([author.contact.email, approver.contact.email] * 2)
    rejected, approved = (mail for recipients, mail in inbox.mails if recipients == [author.contact.email])
    assert f"{approver.contact} has rejected NDA {draft.display_id}" in body(rejected, "plain")
    assert "\nThe purpose is vague.\nSay which data.\n" in body(rejected, "plain").replace("\r", "")
    assert "The purpose is vague.<br>Say which data." in body(rejected, "html")
    assert f"{approver.contact} has approved NDA {draft.display_id}" in body(approved, "plain")


def test_what_is_refused_or_rolled_back_is_not_mailed(inbox, do, author, draft):
    with pytest.raises(services.WrongStatus):
        do(services.approve, author, draft.pk)
    assert inbox.mails == []


def test_a_mail_server_that_refuses_takes_nothing_back(inbox, do, author, draft, group, caplog):
    approver = actor("Approver", sees=[group]).contact
    inbox.refuses = True
    do(services.route, author, draft.pk)
    draft.refresh_from_db()
    assert draft.status == NdaStatus.PENDING_APPROVAL
    mail = Mail.objects.get()
    assert (mail.tries, mail.refusal) == (1, "(554, b'not today')")
    assert f"Mail {mail.pk} was refused, try 1 of 11: SMTPDataError" in caplog.text
    assert approver.email not in caplog.text


def test_one_who_is_refused_silences_nobody_else(inbox, do, author, draft, group):
    approvers = [actor("Approver", sees=[group]).contact.email for _ in range(3)]
    inbox.unknown = {approvers[0]}
    do(services.route, author, draft.pk)
    assert inbox.recipients == approvers[1:]
    assert [mail.recipient for mail in Mail.objects.all()] == approvers[:1]


def test_what_is_refused_is_tried_again_ever_later_and_given_up_in_the_end(inbox, do, author, draft, group):
    actor("Approver", sees=[group])
    inbox.refuses = True
    do(services.route, author, draft.pk)
    pauses = []
    while mail := delivery.waiting("default").first():
        pauses.append(round((mail.next_try_at - timezone.now()) / delivery.MINUTE))
        delivery.waiting("default").update(next_try_at=timezone.now())
        delivery.deliver("default")
    assert pauses == [2**number for number in range(delivery.TRIES - 1)]
    with pytest.raises(CommandError, match=r"^0 mails wait, 1 were given up\.\nHINT: SELECT recipient"):
        send()
    inbox.refuses = False
    assert send("--again") == "1 mails sent, 0 refused\n"
    assert not Mail.objects.exists()


def test_a_dead_mail_server_holds_nobody_up_and_costs_no_mail_a_try(settings, author, draft, group):
    actor("Approver", sees=[group])
    actor("Approver", sees=[group])
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # It accepts, and never says a word.
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = deaf.getsockname()
        settings.EMAIL_TIMEOUT = 1
        began = time.monotonic()
        services.route(author, draft.pk)
        assert time.monotonic() - began < settings.EMAIL_TIMEOUT
        with pytest.raises(CommandError) as refusal:
            send()
        assert str(refusal.value).startswith("The mail server cannot be reached: ")
        assert "\n2 mails wait, 0 were given up.\nHINT: " in str(refusal.value)
    assert {mail.tries for mail in Mail.objects.all()} == {0}


def test_a_mail_is_written_in_the_transaction_that_is_its_reason(inbox, author, draft, group):
    actor("Approver", sees=[group])
    with transaction.atomic():
        services.route(author, draft.pk)
        assert Mail.objects.count() == 1
        transaction.set_rollback(True)
    assert send() == "0 mails sent, 0 refused\n"
    assert inbox.mails == []


def send(*arguments):
    output = StringIO()
    call_command("send_mails", *arguments, stdout=output)
    return output.getvalue()


def test_an_owner_gets_one_digest_and_nothing_about_the_backlog(inbox, do):
    owner, gone = ContactFactory(), ContactFactory(is_active=False)
    days = {"long ago": -100, "yesterday": -1, "in a week": 7, "in two weeks": 14, "in a year": 365}
    for name, ahead in days.items():
        for poc in (owner, gone):
            NdaFactory(
                company_name=name,
                status=NdaStatus.FULLY_EXECUTED,
                opportunity_poc=poc,
                expiration_date=timezone.now() + timedelta(days=ahead),
            )
    for _ in range(2):
        do(expire_due, "default")
    assert inbox.recipients == [owner.email]
    [(_, mail)] = inbox.mails
    assert mail["Subject"] == "NDAs: 1 expired, 2 will soon"
    plain = body(mail, "plain")
    assert [name for name in days if name in plain] == ["yesterday", "in a week", "in two weeks"]
    assert "https://nda.example/ndas/?mine=1" in plain
