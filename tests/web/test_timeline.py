"""The timeline of an NDA, whichever application wrote it, and the steps of the workflow above it."""

import datetime

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from ndas import services
from ndas.choices import NdaStatus
from ndas.models import AuditLog
from ndas.web import timeline
from ndas.web.views.detail import audit_of
from tests.factories import ContactFactory, NdaFactory, SubagencyFactory, UserFactory, actor

pytestmark = pytest.mark.django_db


def told(nda):
    return timeline.events(nda.status_history.order_by("changed_at"), audit_of(nda), nda.documents.all())


def words(nda):
    return [event.words for event in told(nda)]


def test_what_happened_is_told_once_and_in_words(settings, tmp_path, client):
    settings.MEDIA_ROOT = tmp_path
    ann, bob = actor("Administrator"), actor("Administrator")
    subagency, poc = SubagencyFactory(), ContactFactory(first_name="Carl", last_name="Lee")
    fields = {
        "company_name": "A",
        "abbreviated_name": "A",
        "authorized_purpose": "Why",
        "relationship_poc": ann.contact,
    }
    nda = services.create(ann, agency_group=subagency.agency_group, **fields)
    services.update(ann, nda.pk, usmax_position="SUB_CONTRACTOR", subagency=subagency, contracts_poc=poc)
    services.route(ann, nda.pk)
    services.approve(bob, nda.pk)
    services.attach(ann, nda.pk, ContentFile(b"%PDF-1.7", name="letter.pdf"))
    assert words(nda) == ["Document attached", "Approved and sent", "Routed for approval", "Changed", "Created"]
    attached, approved, _, changed, _ = told(nda)
    assert attached.document == nda.documents.get()
    assert approved.changes == [("Status", "Pending Approval", "Sent/Pending Signature")]
    assert set(changed.changes) == {
        ("USmax position", "Prime", "Sub-contractor"),
        ("Subagency", "none", subagency.name),
        ("Contracts POC", "none", "Carl Lee"),
    }
    client.force_login(UserFactory(role="Administrator"))
    page = " ".join(client.get(nda.get_absolute_url()).content.decode().split())
    assert f"Approved and sent by {bob.contact}" in page and "just now" in page


def test_what_the_previous_application_wrote_is_told_too():
    nda, earlier = NdaFactory(status="SENT_PENDING_SIGNATURE"), timezone.now() - datetime.timedelta(days=3)
    author = nda.created_by
    for status, hours in (("CREATED", 0), ("SENT_PENDING_SIGNATURE", 5), ("IN_REVISION", 9)):
        row = nda.status_history.create(status=status, changed_by=author)
        _at(row, "changed_at", earlier + datetime.timedelta(hours=hours))
    entry = AuditLog.objects.create(
        action="nda_status_changed",
        entity_type="nda",
        entity_id=nda.pk,
        user=author,
        details={"before": "CREATED", "after": "EMAILED"},
    )
    _at(entry, "created_at", earlier + datetime.timedelta(hours=5))
    assert words(nda) == ["Marked as In Revision", "Status changed", "Created"]


@pytest.mark.parametrize(
    ("status", "been", "path"),
    [
        ("CREATED", "", "*CREATED PENDING_APPROVAL SENT_PENDING_SIGNATURE FULLY_EXECUTED"),
        (
            "FULLY_EXECUTED",
            "CREATED SENT_PENDING_SIGNATURE IN_REVISION",
            "+CREATED PENDING_APPROVAL +SENT_PENDING_SIGNATURE +IN_REVISION *FULLY_EXECUTED",
        ),
        (
            "SENT_PENDING_SIGNATURE",
            "CREATED IN_REVISION",
            "+CREATED PENDING_APPROVAL *SENT_PENDING_SIGNATURE FULLY_EXECUTED",
        ),
        ("INACTIVE_CANCELED", "CREATED", "+CREATED *INACTIVE_CANCELED"),
        ("EXPIRED", "CREATED", "+CREATED PENDING_APPROVAL SENT_PENDING_SIGNATURE FULLY_EXECUTED *EXPIRED"),
    ],
)
def test_the_steps_of_the_workflow_say_where_an_nda_is_and_has_been(status, been, path):
    marks = {"done": "+", "current": "*", "": ""}
    stages = timeline.stages(status, {*been.split(), status})
    assert " ".join(f"{marks[mark]}{stage}" for stage, mark in stages) == path
    assert all(isinstance(stage, NdaStatus) for stage, _ in stages)


def test_one_step_is_first_and_what_hurts_is_confirmed(client):
    client.force_login(UserFactory(role="Administrator"))
    for status, first in {
        "CREATED": "Route for approval",
        "PENDING_APPROVAL": "Approve",
        "SENT_PENDING_SIGNATURE": "Upload executed NDA",
        "FULLY_EXECUTED": "Edit",
    }.items():
        page = client.get(NdaFactory(status=status).get_absolute_url()).content.decode()
        [before, after] = page.split('<details class="menu">')
        assert before.count("primary") == 1
        assert first in before.split("primary")[1].split("</")[0]
        assert ("Yes, mark as Inactive/Canceled" in after) == (status != "PENDING_APPROVAL")


def _at(row, column, moment):
    """Give a row that may only be added another time."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [moment, row.pk])
        cursor.execute("SET session_replication_role = origin")
