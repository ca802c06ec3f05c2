"""What each service does to the row, its history and its audit, and what it refuses."""

import datetime
import threading
from itertools import pairwise

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db import connections
from django.utils import timezone

from ndas import services, workflow
from ndas.access import scope
from ndas.access.actors import Actor, NoContact, actor_of
from ndas.choices import NdaStatus, NdaType
from ndas.models import AuditLog, Contact, Document, Nda
from ndas.services.uploads import LARGEST, filename
from tests.dashboard.dashboards import with_logins
from tests.factories import (
    AgencyGroupFactory,
    ContactFactory,
    NdaFactory,
    SubagencyFactory,
    UserFactory,
    actor,
)

pytestmark = pytest.mark.django_db


def words(**other):
    return {
        "company_name": " Aster Robotics LLC ",
        "abbreviated_name": "ASTROB",
        "authorized_purpose": "Exchange of technical data",
        "relationship_poc": ContactFactory(),
        "company_city": "",
    } | other


def test_a_new_nda_is_a_draft_of_its_author_and_on_record():
    group = AgencyGroupFactory()
    author = actor("NDA user", sees=[group])
    nda = services.create(author, agency_group=group, **words())
    nda.refresh_from_db()
    assert (nda.status, nda.nda_type, nda.is_non_usmax) == (NdaStatus.CREATED, NdaType.MUTUAL, False)
    assert (nda.created_by, nda.opportunity_poc) == (author.contact, author.contact)
    assert (nda.company_name, nda.company_city) == ("Aster Robotics LLC", None)
    assert [(entry.status, entry.changed_by) for entry in nda.status_history.all()] == [("CREATED", author.contact)]
    audit = AuditLog.objects.get(entity_id=nda.pk)
    assert (audit.action, audit.entity_type, audit.user) == ("nda_created", "nda", author.contact)
    assert audit.details["before"] is None
    assert audit.details["after"]["company_name"] == "Aster Robotics LLC"


@pytest.mark.parametrize("missing", ["company_name", "abbreviated_name", "authorized_purpose", "relationship_poc"])
def test_what_is_required_is_asked_for_by_name(missing):
    with pytest.raises(ValidationError) as error:
        services.create(actor("Administrator"), **words(agency_group=AgencyGroupFactory(), **{missing: None}))
    assert list(error.value.message_dict) == [missing]
    assert not Nda.objects.exists()


def test_a_purpose_is_at_most_255_characters_and_a_subagency_belongs_to_its_agency():
    administrator, group = actor("Administrator"), AgencyGroupFactory()
    services.create(administrator, **words(agency_group=group, authorized_purpose="x" * 255))
    with pytest.raises(ValidationError, match="at most 255"):
        services.create(administrator, **words(agency_group=group, authorized_purpose="x" * 256))
    with pytest.raises(ValidationError, match=r"Laboratory \d+ does not belong to Department \d+\."):
        services.create(administrator, **words(agency_group=group, subagency=SubagencyFactory()))


def test_nobody_creates_what_they_could_not_see():
    group = AgencyGroupFactory()
    author = actor("NDA user", sees=[AgencyGroupFactory()])
    with pytest.raises(services.NotPermitted) as refusal:
        services.create(author, agency_group=group, **words())
    assert str(refusal.value) == f"{author.contact} has no NDAs of {group}."
    mine = NdaFactory(agency_group=Contact.objects.get(pk=author.contact.pk).agency_group_grants.get().agency_group)
    with pytest.raises(services.NotPermitted):
        services.update(author, mine.pk, agency_group=group)


def test_a_clone_has_the_words_and_none_of_the_history():
    administrator = actor("Administrator")
    source = NdaFactory(
        status=NdaStatus.FULLY_EXECUTED,
        nda_type=NdaType.CONSULTANT,
        fully_executed_date=timezone.now(),
        approved_by=ContactFactory(),
    )
    clone = services.clone(administrator, source.pk)
    assert (clone.cloned_from, clone.company_name, clone.nda_type) == (source, source.company_name, "CONSULTANT")
    assert (clone.status, clone.fully_executed_date, clone.approved_by) == ("CREATED", None, None)
    assert (clone.created_by, clone.opportunity_poc) == (administrator.contact, administrator.contact)
    assert clone.display_id != source.display_id
    assert AuditLog.objects.get(entity_id=clone.pk).action == "nda_cloned"


def test_an_update_is_audited_with_what_changed_and_nothing_else():
    nda = NdaFactory()
    updated = services.update(actor("Administrator"), nda.pk, company_name="Beacon", company_city="")
    assert updated.updated_at > nda.updated_at
    details = AuditLog.objects.get(entity_id=nda.pk).details
    assert details == {"before": {"company_name": nda.company_name}, "after": {"company_name": "Beacon"}}
    services.update(actor("Administrator"), nda.pk, company_name="Beacon")
    assert AuditLog.objects.filter(entity_id=nda.pk).count() == 1


def test_what_is_signed_or_being_decided_is_fixed():
    administrator = actor("Administrator")
    refused = 'NDA {} is "{}"; this is fixed now: company name.'
    for status in NdaStatus:
        nda = NdaFactory(status=status)
        if status in (NdaStatus.CREATED, NdaStatus.SENT_PENDING_SIGNATURE, NdaStatus.IN_REVISION):
            assert services.update(administrator, nda.pk, company_name="Beacon").company_name == "Beacon"
            continue
        with pytest.raises(services.WrongStatus) as refusal:
            services.update(administrator, nda.pk, company_name="Beacon")
        assert str(refusal.value) == refused.format(nda.display_id, status.label)
    signed = NdaFactory(status=NdaStatus.FULLY_EXECUTED)
    poc = ContactFactory()
    assert services.update(administrator, signed.pk, opportunity_poc=poc).opportunity_poc == poc


def test_of_two_who_edit_the_same_the_second_is_told():
    administrator, nda = actor("Administrator"), NdaFactory()
    nda.refresh_from_db()
    services.update(administrator, nda.pk, seen_at=nda.updated_at, company_name="Beacon")
    with pytest.raises(services.ChangedMeanwhile) as refusal:
        services.update(administrator, nda.pk, seen_at=nda.updated_at, company_name="Cobalt")
    assert str(refusal.value) == f"NDA {nda.display_id} was changed by somebody else while you were editing it."
    assert Nda.objects.get(pk=nda.pk).company_name == "Beacon"


def test_a_round_leaves_a_history_and_an_audit_of_every_step():
    group = AgencyGroupFactory()
    author, approver = actor("NDA user", sees=[group]), actor("Approver", sees=[group])
    nda = services.create(author, agency_group=group, **words())
    services.route(author, nda.pk)
    rejected = services.reject(approver, nda.pk, "The purpose is vague.")
    assert rejected.rejection_reason == "The purpose is vague."
    assert services.route(author, nda.pk).rejection_reason is None
    approved = services.approve(approver, nda.pk)
    assert (approved.approved_by, approved.approved_at is None) == (approver.contact, False)
    file = ContentFile(b"%PDF-1.7", name="signed.pdf")
    executed = services.upload_fully_executed(author, nda.pk, file, storage=InMemoryStorage())
    assert executed.expiration_date == workflow.expiration_of(executed.fully_executed_date)
    inactive = services.change_status(author, nda.pk, NdaStatus.INACTIVE_CANCELED)
    assert inactive.approved_by == approver.contact
    assert services.change_status(author, nda.pk, NdaStatus.CREATED).approved_by is None
    statuses = nda.status_history.order_by("changed_at").values_list("status", flat=True)
    assert list(statuses) == [
        "CREATED",
        "PENDING_APPROVAL",
        "CREATED",
        "PENDING_APPROVAL",
        "SENT_PENDING_SIGNATURE",
        "FULLY_EXECUTED",
        "INACTIVE_CANCELED",
        "CREATED",
    ]
    audit = [entry.details for entry in AuditLog.objects.filter(entity_id=nda.pk).order_by("created_at")]
    assert all(earlier["after"]["status"] == later["before"]["status"] for earlier, later in pairwise(audit))


def test_non_usmax_is_a_flag_in_any_status():
    nda = NdaFactory(status=NdaStatus.EXPIRED)
    assert services.mark_non_usmax(actor("Administrator"), nda.pk).is_non_usmax
    assert not services.mark_non_usmax(actor("Administrator"), nda.pk, is_non_usmax=False).is_non_usmax


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("signed.exe", b"MZ", "Upload a PDF, RTF, DOC or DOCX file."),
        ("signed", b"%PDF-", "Upload a PDF, RTF, DOC or DOCX file."),
        ("signed.pdf", b"<html>", "The file is called PDF and is something else."),
        ("signed.docx", b"", "The file is called DOCX and is something else."),
    ],
)
def test_an_upload_is_what_its_name_says(name, content, complaint):
    nda, storage = NdaFactory(status=NdaStatus.SENT_PENDING_SIGNATURE), InMemoryStorage()
    with pytest.raises(ValidationError) as error:
        services.upload_fully_executed(actor("Administrator"), nda.pk, ContentFile(content, name=name), storage=storage)
    assert error.value.message_dict == {"file": [complaint]}
    assert not Document.objects.exists()


def test_an_upload_has_a_limit_and_no_date_in_the_future():
    nda, administrator = NdaFactory(status=NdaStatus.IN_REVISION), actor("Administrator")
    large = ContentFile(b"%PDF-1.7", name="signed.pdf")
    large.size = LARGEST + 1
    with pytest.raises(ValidationError, match=r"The file has 50\.0 MB; 50 MB is the limit\."):
        services.upload_fully_executed(administrator, nda.pk, large)
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    small = ContentFile(b"%PDF-1.7", name="signed.pdf")
    with pytest.raises(ValidationError, match=r"It cannot have been signed in the future\."):
        services.upload_fully_executed(administrator, nda.pk, small, executed=tomorrow)


@pytest.mark.parametrize("status", NdaStatus.values)
def test_a_document_can_be_attached_in_any_status_and_changes_nothing_else(status):
    nda, storage = NdaFactory(status=status), InMemoryStorage()
    before = Nda.objects.values().get(pk=nda.pk)
    services.attach(actor("Administrator"), nda.pk, ContentFile(b"%PDF-1.7", name="letter.pdf"), storage=storage)
    services.attach(actor("Administrator"), nda.pk, ContentFile(b"{\\rtf1}", name="draft.rtf"), storage=storage)
    columns = ("filename", "document_type", "is_fully_executed", "version")
    assert list(nda.documents.order_by("uploaded_at").values_list(*columns)) == [
        ("letter.pdf", "UPLOADED", False, 1),
        ("draft.rtf", "UPLOADED", False, 1),
    ]
    assert storage.open(nda.documents.get(filename="letter.pdf").s3_key).read() == b"%PDF-1.7"
    assert Nda.objects.values().get(pk=nda.pk) == before
    told = [entry.details["after"]["document"] for entry in AuditLog.objects.filter(action="nda_attached")]
    assert sorted(told) == ["draft.rtf", "letter.pdf"]


def test_who_may_only_read_attaches_nothing():
    nda, storage = NdaFactory(), InMemoryStorage()
    reader = actor("Read-only")
    with pytest.raises(services.NotPermitted, match=r"may not change NDAs\."):
        services.attach(reader, nda.pk, ContentFile(b"%PDF-1.7", name="letter.pdf"), storage=storage)
    assert storage.listdir("") == ([], [])
    assert not Document.objects.exists()


def test_an_upload_that_fails_leaves_no_file(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    nda = NdaFactory(status=NdaStatus.SENT_PENDING_SIGNATURE)
    file = ContentFile(b"%PDF-1.7", name="signed.pdf")
    monkeypatch.setattr(AuditLog.objects.__class__, "create", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        services.upload_fully_executed(actor("Administrator"), nda.pk, file)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_document_is_kept_for_this_account_only_and_under_a_name_of_ours(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    nda = NdaFactory(status=NdaStatus.SENT_PENDING_SIGNATURE)
    file = ContentFile(b"{\\rtf1}", name='../../a "b"\r\n.RTF')
    services.upload_fully_executed(actor("Administrator"), nda.pk, file)
    document = nda.documents.get()
    assert (document.filename, document.version, document.is_fully_executed) == ("a _b___.RTF", 1, True)
    [kept] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert document.s3_key == str(kept.relative_to(tmp_path))
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert len(filename("x" * 300 + ".pdf")) == 150


def test_who_sees_what():
    mine, other = AgencyGroupFactory(), AgencyGroupFactory()
    laboratory = SubagencyFactory(agency_group=other)
    ndas = [NdaFactory(agency_group=mine), NdaFactory(agency_group=other), NdaFactory(subagency=laboratory)]
    ndas[2].agency_group = other
    ndas[2].save()
    person = actor("Read-only", sees=[mine])
    assert list(scope.visible_to(person)) == ndas[:1]
    person.contact.subagency_grants.create(subagency=laboratory)
    assert set(scope.visible_to(person)) == {ndas[0], ndas[2]}
    assert list(scope.agency_groups_for(person)) == [mine, other]
    assert list(scope.subagencies_for(person)) == [laboratory]
    assert scope.visible_to(actor("Administrator")).count() == 3
    assert not scope.visible_to(Actor(person.contact, frozenset())).exists()
    with pytest.raises(Nda.DoesNotExist):
        services.route(actor("NDA user", sees=[mine]), ndas[1].pk)


def test_an_account_is_its_contact_by_e_mail():
    contact = ContactFactory(email="Dana.Duarte@usmax.example")
    assert actor_of(UserFactory(email="dana.duarte@usmax.example", username="dana")).contact == contact
    for email in ("", "nobody@usmax.example"):
        with pytest.raises(NoContact, match='No active contact has the e-mail of the account "else"'):
            actor_of(User(email=email, username="else"))
    ContactFactory(email="DANA.DUARTE@usmax.example")
    with pytest.raises(NoContact):
        actor_of(User(email="dana.duarte@usmax.example", username="else"))
    contact.is_active = False
    contact.save()
    with pytest.raises(NoContact):
        actor_of(User(email="Dana.Duarte@usmax.example", username="else"))


def test_of_two_approvers_at_once_one_wins_and_the_other_is_told(legacy_database):
    with_logins(legacy_database).migrate(None)
    using = legacy_database.alias
    nda = Nda.objects.using(using).filter(status=NdaStatus.CREATED).first()
    everything = frozenset({workflow.APPROVE, workflow.UPDATE, workflow.VIEW, workflow.VIEW_EVERY})
    author, *approvers = (
        Actor(contact, everything)
        for contact in [nda.created_by, *Contact.objects.using(using).exclude(pk=nda.created_by_id)[:2]]
    )
    services.route(author, nda.pk)
    told, start = [], threading.Barrier(2)

    def approve(approver):
        start.wait()
        try:
            services.approve(approver, nda.pk)
        except services.WrongStatus as refusal:
            told.append(str(refusal))
        finally:
            connections[using].close()

    threads = [threading.Thread(target=approve, args=[approver]) for approver in approvers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [
        f'NDA {nda.display_id} is "Sent/Pending Signature"; only what is "Pending Approval" can be approved.'
    ]
    assert nda.status_history.filter(status=NdaStatus.SENT_PENDING_SIGNATURE).count() == 1
