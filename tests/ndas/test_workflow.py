"""Every step from every status, by every role: what the workflow has works, what it has not changes nothing."""

import datetime
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.db import IntegrityError, connection, transaction

from ndas import services
from ndas.choices import NdaStatus
from ndas.models import AuditLog, Nda, NdaStatusHistory
from tests.factories import AgencyGroupFactory, ContactFactory, NdaFactory, actor

pytestmark = pytest.mark.django_db

# Stated from the domain's notes, not taken from the code.
MATRIX = {
    "CREATED": {"PENDING_APPROVAL", "SENT_PENDING_SIGNATURE", "INACTIVE_CANCELED"},
    "PENDING_APPROVAL": {"SENT_PENDING_SIGNATURE", "CREATED"},
    "SENT_PENDING_SIGNATURE": {"IN_REVISION", "FULLY_EXECUTED", "INACTIVE_CANCELED"},
    "IN_REVISION": {"SENT_PENDING_SIGNATURE", "FULLY_EXECUTED", "INACTIVE_CANCELED"},
    "FULLY_EXECUTED": {"INACTIVE_CANCELED", "EXPIRED"},
    "INACTIVE_CANCELED": {"CREATED", "SENT_PENDING_SIGNATURE", "IN_REVISION", "FULLY_EXECUTED"},
    "EXPIRED": set(),
}
BY_CHANGE = {
    "CREATED": {"SENT_PENDING_SIGNATURE", "INACTIVE_CANCELED"},
    "SENT_PENDING_SIGNATURE": {"IN_REVISION", "INACTIVE_CANCELED"},
    "IN_REVISION": {"SENT_PENDING_SIGNATURE", "INACTIVE_CANCELED"},
    "FULLY_EXECUTED": {"INACTIVE_CANCELED"},
    "INACTIVE_CANCELED": {"CREATED", "SENT_PENDING_SIGNATURE", "IN_REVISION", "FULLY_EXECUTED"},
}
ROLES = ("Administrator", "NDA user", "Approver", "Limited", "Read-only")
MAY_ROUTE = {"Administrator", "NDA user", "Approver", "Limited"}
MAY_MARK = {"Administrator", "NDA user", "Approver"}
MAY_APPROVE = {"Administrator", "Approver"}
SIGNED = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)


def upload(person, id):
    file = ContentFile(b"%PDF-1.7", name="signed.pdf")
    return services.upload_fully_executed(person, id, file, executed=SIGNED, storage=InMemoryStorage())


def change_to(target):
    return lambda person, id: services.change_status(person, id, target)


# Action: (how, who may, from where it leads where).
ACTIONS = {
    "route": (services.route, MAY_ROUTE, {"CREATED": "PENDING_APPROVAL"}),
    "approve": (services.approve, MAY_APPROVE, {"PENDING_APPROVAL": "SENT_PENDING_SIGNATURE"}),
    "reject": (
        lambda person, id: services.reject(person, id, "Not yet."),
        MAY_APPROVE,
        {"PENDING_APPROVAL": "CREATED"},
    ),
    "upload": (
        upload,
        MAY_MARK,
        {"SENT_PENDING_SIGNATURE": "FULLY_EXECUTED", "IN_REVISION": "FULLY_EXECUTED"},
    ),
} | {
    f"change to {target}": (
        change_to(target),
        MAY_MARK,
        {source: target for source, targets in BY_CHANGE.items() if target in targets},
    )
    for target in MATRIX
}


@pytest.fixture
def ndas():
    """An NDA in every status, all of one agency; those that were signed have their date."""
    group = AgencyGroupFactory()
    signed = {"FULLY_EXECUTED", "INACTIVE_CANCELED", "EXPIRED"}
    return {
        status: NdaFactory(agency_group=group, status=status, fully_executed_date=SIGNED if status in signed else None)
        for status in MATRIX
    }


def everything():
    return (
        list(Nda.objects.order_by("pk").values()),
        NdaStatusHistory.objects.count(),
        AuditLog.objects.count(),
    )


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_action_from_every_status(ndas, role):
    person = actor(role, sees=[ndas["CREATED"].agency_group])
    worked = set()
    for (source, nda), (name, (act, _, leads)) in product(ndas.items(), ACTIONS.items()):
        before = everything()
        try:
            with transaction.atomic():
                act(person, nda.pk)
                found = Nda.objects.get(pk=nda.pk)
                assert found.status == leads[source], (source, name)
                assert found.status_history.get().changed_by == person.contact
                assert AuditLog.objects.get(entity_id=nda.pk).details["after"]["status"] == found.status
                worked.add((source, name))
                transaction.set_rollback(True)
        except services.Refused:
            assert everything() == before, (source, name)
    assert worked == {(source, name) for name, (_, may, leads) in ACTIONS.items() for source in leads if role in may}


def test_the_actions_are_the_matrix_and_the_daily_job():
    edges = {(source, target) for _, _, leads in ACTIONS.values() for source, target in leads.items()}
    assert edges | {("FULLY_EXECUTED", "EXPIRED")} == {
        (s, target) for s, targets in MATRIX.items() for target in targets
    }


def by_sql(nda, target):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ndas SET status = %s WHERE id = %s", [target, nda.pk])


def test_every_step_from_every_status_by_sql(ndas):
    Nda.objects.update(approved_by=ContactFactory(), rejection_reason="Not yet.")
    for (source, nda), target in product(ndas.items(), MATRIX):
        before = everything()
        try:
            with transaction.atomic():
                by_sql(nda, target)
                assert target in MATRIX[source] | {source}, (source, target)
                transaction.set_rollback(True)
        except IntegrityError as error:
            assert target not in MATRIX[source] | {source}, (source, target)
            assert f"NDA {nda.display_id} cannot go from {source} to {target}." in str(error)
        assert everything() == before


@pytest.mark.parametrize(
    ("target", "columns", "complaint"),
    [
        ("SENT_PENDING_SIGNATURE", "approved_by_id = NULL", "needs the approval of somebody else than its author."),
        ("SENT_PENDING_SIGNATURE", "approved_by_id = created_by_id", "needs the approval of somebody else"),
        ("CREATED", "rejection_reason = NULL", "cannot be rejected without a reason."),
        ("CREATED", "rejection_reason = '  '", "cannot be rejected without a reason."),
    ],
)
def test_no_script_approves_for_the_author_or_rejects_without_a_reason(ndas, target, columns, complaint):
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match=complaint):
        cursor.execute(f"UPDATE ndas SET status = %s, {columns} WHERE id = %s", [target, ndas["PENDING_APPROVAL"].pk])


def test_whoever_writes_it_what_is_fully_executed_expires_a_year_later(ndas):
    sent = ndas["SENT_PENDING_SIGNATURE"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ndas SET status = 'FULLY_EXECUTED', fully_executed_date = '2024-02-29 12:00' WHERE id = %s",
            [sent.pk],
        )
    sent.refresh_from_db()
    assert sent.expiration_date == datetime.datetime(2025, 2, 28, 12, tzinfo=datetime.UTC)
    ndas["FULLY_EXECUTED"].refresh_from_db()
    assert ndas["FULLY_EXECUTED"].expiration_date == sent.expiration_date


@pytest.mark.parametrize("table", ["nda_status_history", "audit_log"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_is_on_record_stays_on_record(ndas, table, statement):
    services.route(actor("Administrator"), ndas["CREATED"].pk)
    refusal = pytest.raises(IntegrityError, match=f"Rows of {table} are never changed and never deleted.")
    with connection.cursor() as cursor, refusal:
        cursor.execute(statement.format(table))


def test_a_contact_that_is_deleted_leaves_the_audit(ndas):
    nobody = ContactFactory()
    entry = AuditLog.objects.create(action="looked", entity_type="nda", user=nobody)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditLog.objects.filter(pk=entry.pk).update(user=None)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM contacts WHERE id = %s", [nobody.pk])
    entry.refresh_from_db()
    assert entry.user is None


@pytest.mark.parametrize("act", [services.approve, lambda person, id: services.reject(person, id, "No.")])
def test_the_approver_is_never_the_author(act):
    author = actor("Administrator")
    nda = NdaFactory(created_by=author.contact, status=NdaStatus.PENDING_APPROVAL)
    before = everything()
    with pytest.raises(services.NotPermitted) as refusal:
        act(author, nda.pk)
    assert str(refusal.value) == f"NDA {nda.display_id} is by {author.contact}; somebody else has to decide on it."
    assert everything() == before


def test_a_rejection_has_a_reason():
    nda = NdaFactory(status=NdaStatus.PENDING_APPROVAL)
    with pytest.raises(ValidationError, match="Give a reason"):
        services.reject(actor("Administrator"), nda.pk, "  ")
    nda.refresh_from_db()
    assert nda.status == NdaStatus.PENDING_APPROVAL


def test_a_refusal_says_what_is_and_what_would_have_to_be():
    administrator = actor("Administrator")
    nda = NdaFactory(status=NdaStatus.EXPIRED)
    refusals = {
        services.approve: '{} is "Expired"; only what is "Pending Approval" can be approved.',
        upload: '{} is "Expired"; only what is "Sent/Pending Signature" or "In Revision" can be '
        "uploaded as fully executed.",
        change_to("CREATED"): '{} is "Expired" and cannot become "Created/Pending Release" this way.',
    }
    for act, wanted in refusals.items():
        with pytest.raises(services.WrongStatus) as refusal:
            act(administrator, nda.pk)
        assert str(refusal.value) == wanted.format(f"NDA {nda.display_id}")
    with pytest.raises(services.NotPermitted) as refusal:
        services.approve(reader := actor("Read-only"), nda.pk)
    assert str(refusal.value) == f"{reader.contact} may not approve NDAs."


def test_what_was_never_signed_cannot_be_signed_again():
    nda = NdaFactory(status=NdaStatus.INACTIVE_CANCELED)
    with pytest.raises(services.WrongStatus) as refusal:
        services.change_status(actor("Administrator"), nda.pk, NdaStatus.FULLY_EXECUTED)
    assert str(refusal.value) == (
        f"NDA {nda.display_id} was never fully executed. Take it up as sent or in revision, then upload it."
    )
