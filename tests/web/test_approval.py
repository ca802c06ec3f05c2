"""An approval is of a text, by somebody who had no part in it; there is no other, and none for another text."""

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.urls import reverse

from ndas import services
from ndas.choices import NdaStatus
from ndas.models import AuditLog, Nda
from ndas.outbox.models import Mail
from ndas.services.approval import waiting_for
from tests.factories import AgencyGroupFactory, ContactFactory, NdaFactory, UserFactory, actor

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return AgencyGroupFactory()


@pytest.fixture
def author(group):
    return actor("NDA user", sees=[group])


@pytest.fixture
def ann(group):
    return actor("Approver", sees=[group])


@pytest.fixture
def bob(group):
    return actor("Approver", sees=[group])


@pytest.fixture
def draft(author, group):
    return NdaFactory(agency_group=group, created_by=author.contact)


@pytest.fixture
def approved(draft, author, ann):
    services.route(author, draft.pk)
    return services.approve(ann, draft.pk)


def refused(act, *arguments, **named):
    with pytest.raises(services.Refused) as refusal:
        act(*arguments, **named)
    return str(refusal.value)


def sign(person, nda):
    file = ContentFile(b"%PDF-1.7", name="signed.pdf")
    return services.upload_fully_executed(person, nda.pk, file, storage=InMemoryStorage())


def page_of(client, person, nda):
    client.force_login(User.objects.get(email=person.contact.email))
    return client.get(nda.get_absolute_url()).content.decode()


@pytest.mark.parametrize("part", ["rewrote", "routed"])
def test_who_rewrote_or_routed_a_draft_does_not_decide_on_it(draft, author, ann, bob, part):
    if part == "rewrote":
        services.update(ann, draft.pk, company_name="Ann's friends")
    nda = services.route(author if part == "rewrote" else ann, draft.pk)
    told = f"NDA {nda.display_id} was changed or routed by {ann.contact}; somebody else has to decide on it."
    assert refused(services.approve, ann, nda.pk) == told
    assert refused(services.reject, ann, nda.pk, "No.") == told
    assert {step.action for step in services.possible(ann, nda)} & {"approve", "reject"} == set()
    assert (list(waiting_for(ann)), list(waiting_for(bob)), list(waiting_for(author))) == ([], [nda], [])
    assert [mail.recipient for mail in Mail.objects.all()] == [bob.contact.email]
    assert services.approve(bob, nda.pk).approved_by == bob.contact


def test_what_the_previous_application_recorded_keeps_nobody_from_deciding(draft, author, ann):
    for details in (None, ["odd"], "company_name", {"after": None}, {"after": "CREATED"}, {"before": {"x": 1}}):
        kind = {"action": "nda_updated", "entity_type": "nda", "entity_id": draft.pk}
        AuditLog.objects.create(user=ann.contact, details=details, **kind)
    nda = services.route(author, draft.pk)
    assert list(waiting_for(ann)) == [nda]
    assert services.approve(ann, draft.pk).approved_by == ann.contact


def test_who_changed_the_people_only_has_no_part_in_the_text(draft, author, ann):
    services.update(ann, draft.pk, contracts_poc=ContactFactory())
    services.route(author, draft.pk)
    assert services.approve(ann, draft.pk).approved_by == ann.contact


def test_a_text_that_is_changed_after_the_approval_is_not_approved(client, approved, author, ann, bob):
    Mail.objects.all().delete()
    changed = services.update(author, approved.pk, authorized_purpose="Anything at all.")
    assert (changed.status, changed.approved_at) == (NdaStatus.IN_REVISION, None)
    assert changed.status_history.filter(status=NdaStatus.IN_REVISION).count() == 1
    assert {mail.recipient for mail in Mail.objects.all()} == {ann.contact.email, bob.contact.email}
    told = (
        f"NDA {approved.display_id} was changed since it was approved. Somebody has to approve it again while it is in "
        "revision."
    )
    assert refused(services.change_status, author, approved.pk, NdaStatus.SENT_PENDING_SIGNATURE) == told
    assert refused(sign, author, approved) == told
    assert {step.target for step in services.possible(author, changed)} == {NdaStatus.INACTIVE_CANCELED}
    page = page_of(client, author, changed)
    assert "changed since approval" in page and "Not since it was changed" in page
    assert reverse("upload", args=[approved.pk]) not in page
    assert reverse("approve", args=[approved.pk]) in page_of(client, ann, changed)
    assert list(waiting_for(ann)) == [changed]
    again = services.approve(bob, approved.pk)
    assert (again.status, again.approved_by) == (NdaStatus.SENT_PENDING_SIGNATURE, bob.contact)
    assert sign(author, again).status == NdaStatus.FULLY_EXECUTED


def test_nor_by_the_way_round_of_canceling_it(approved, author):
    services.update(author, approved.pk, company_name="Beacon")
    services.change_status(author, approved.pk, NdaStatus.INACTIVE_CANCELED)
    told = refused(services.change_status, author, approved.pk, NdaStatus.SENT_PENDING_SIGNATURE)
    assert "was changed since it was approved" in told
    services.change_status(author, approved.pk, NdaStatus.IN_REVISION)
    assert refused(sign, author, approved) == told
    # From the beginning, everything is asked for again.
    services.change_status(author, approved.pk, NdaStatus.INACTIVE_CANCELED)
    assert services.change_status(author, approved.pk, NdaStatus.CREATED).approved_by is None


def test_who_changes_an_approved_text_does_not_approve_it_again(approved, ann, bob):
    services.update(bob, approved.pk, company_name="Bob's friends")
    assert "somebody else has to decide on it" in refused(services.approve, bob, approved.pk)
    assert services.approve(ann, approved.pk).approved_by == ann.contact
    # And what was changed before counts for nothing after that.
    services.update(ann, approved.pk, company_name="Beacon")
    assert services.approve(bob, approved.pk).approved_by == bob.contact


def test_people_and_the_flag_take_no_approval_away(approved, author):
    services.update(author, approved.pk, contracts_poc=ContactFactory(), is_non_usmax=True)
    services.mark_non_usmax(author, approved.pk, is_non_usmax=False)
    approved.refresh_from_db()
    assert (approved.status, approved.approved_at is None) == (NdaStatus.SENT_PENDING_SIGNATURE, False)


def test_what_was_sent_without_approval_says_so(client, draft, author, ann):
    sent = services.change_status(author, draft.pk, NdaStatus.SENT_PENDING_SIGNATURE)
    assert page_of(client, ann, sent).count("sent without approval") == 2
    approved = NdaFactory(agency_group=draft.agency_group, status="PENDING_APPROVAL")
    assert "sent without approval" not in page_of(client, ann, services.approve(ann, approved.pk))


def test_who_may_not_mark_the_status_does_not_set_non_usmax(client, draft, group):
    limited = UserFactory(role="Limited", sees=[group])
    client.force_login(limited)
    form = client.get(reverse("edit", args=[draft.pk])).context["form"]
    assert "is_non_usmax" not in form.fields
    data = {name: form[name].value() or "" for name in form.fields} | {"is_non_usmax": "on", "company_name": "Beacon"}
    assert client.post(reverse("edit", args=[draft.pk]), data).status_code == 302
    draft.refresh_from_db()
    assert (draft.company_name, draft.is_non_usmax) == ("Beacon", False)
    person = actor("Limited", sees=[group])
    assert "may not mark the status" in refused(services.update, person, draft.pk, is_non_usmax=True)
    fields = {name: getattr(draft, name) for name in ("agency_group", "relationship_poc", "company_name")}
    fields |= {"abbreviated_name": "B", "authorized_purpose": "b"}
    assert "may not mark the status" in refused(services.create, person, is_non_usmax=True, **fields)
    assert Nda.objects.count() == 1
