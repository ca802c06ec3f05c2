"""Who is told what, as a mail server receives it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from ndas import services
from ndas.choices import NdaStatus
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
def do(django_capture_on_commit_callbacks):
    def and_commit(service, *arguments):
        with django_capture_on_commit_callbacks(execute=True):
            return service(*arguments)

    return and_commit


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
    assert inbox.recipients == [author.contact.email] * 2
    (_, rejected), (_, approved) = inbox.mails
    assert f"{approver.contact} has rejected NDA {draft.display_id}" in body(rejected, "plain")
    assert "\nThe purpose is vague.\nSay which data.\n" in body(rejected, "plain").replace("\r", "")
    assert "The purpose is vague.<br>Say which data." in body(rejected, "html")
    assert f"{approver.contact} has approved NDA {draft.display_id}" in body(approved, "plain")


def test_what_is_refused_or_rolled_back_is_not_mailed(inbox, do, author, draft):
    with pytest.raises(services.WrongStatus):
        do(services.approve, author, draft.pk)
    assert inbox.mails == []


def test_a_mail_server_that_refuses_takes_nothing_back(inbox, do, author, draft, group, caplog):
    UserFactory(role="Approver", sees=[group])
    inbox.refuses = True
    do(services.route, author, draft.pk)
    draft.refresh_from_db()
    assert draft.status == NdaStatus.PENDING_APPROVAL
    assert "Error calling" in caplog.text


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
