"""Every step of the workflow on the pages: buttons for what works, and nothing else works."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ndas.access.actors import actor_of
from ndas.models import Nda
from tests.factories import AgencyGroupFactory, NdaFactory, UserFactory
from tests.ndas.test_workflow import ACTIONS, MATRIX, ROLES, SIGNED, everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def ndas(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    group = AgencyGroupFactory()
    signed = {"FULLY_EXECUTED", "INACTIVE_CANCELED", "EXPIRED"}
    return {
        status: NdaFactory(agency_group=group, status=status, fully_executed_date=SIGNED if status in signed else None)
        for status in MATRIX
    }


def ask(client, name, nda):
    """Do it as the page does; the status of the answer."""
    if name.startswith("change to "):
        return client.post(reverse("change status", args=[nda.pk, name.removeprefix("change to ")])).status_code
    data = {
        "reject": {"reason": "Not yet."},
        "upload": {"file": SimpleUploadedFile("signed.pdf", b"%PDF-1.7"), "signed_on": "02/29/2024"},
    }
    return client.post(reverse(name, args=[nda.pk]), data.get(name, {})).status_code


def offered(page, nda):
    """Which actions the page has a button or a link for."""
    addresses = {
        name: reverse("change status", args=[nda.pk, name.removeprefix("change to ")])
        if name.startswith("change to ")
        else reverse(name, args=[nda.pk])
        for name in ACTIONS
    }
    return {name for name, address in addresses.items() if f'"{address}"' in page}


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_every_action_from_every_status(client, ndas, role):
    client.force_login(UserFactory(role=role, sees=[ndas["CREATED"].agency_group]))
    for source, nda in ndas.items():
        page = client.get(nda.get_absolute_url()).content.decode()
        wanted = {name for name, (_, may, leads) in ACTIONS.items() if role in may and source in leads}
        assert offered(page, nda) == wanted, source
        for name, (_, may, leads) in ACTIONS.items():
            before = everything()
            status = ask(client, name, nda)
            assert status == (403 if role not in may else 302 if name in wanted else status), (source, name)
            if name in wanted:
                assert Nda.objects.get(pk=nda.pk).status == leads[source], (source, name)
                nda = _again(nda, source)
            else:
                assert everything() == before, (source, name)


def _again(nda, status):
    """A fresh one in the status that was left."""
    return NdaFactory(agency_group=nda.agency_group, status=status, fully_executed_date=nda.fully_executed_date)


def test_the_author_is_offered_no_decision_and_refused_one(client, ndas):
    account = UserFactory(role="Administrator")
    client.force_login(account)
    nda = NdaFactory(status="PENDING_APPROVAL", created_by=actor_of(account).contact)
    page = client.get(nda.get_absolute_url()).content.decode()
    assert offered(page, nda) == set()
    response = client.post(reverse("approve", args=[nda.pk]))
    assert response.status_code == 403
    assert "somebody else has to decide on it." in response.content.decode()


def test_a_step_that_came_too_late_is_explained(client, ndas):
    client.force_login(UserFactory(role="Administrator"))
    nda = ndas["SENT_PENDING_SIGNATURE"]
    response = client.post(reverse("approve", args=[nda.pk]), follow=True)
    assert (
        f"NDA {nda.display_id} is &quot;Sent/Pending Signature&quot;; only what is &quot;Pending Approval&quot; "
        "can be approved." in response.content.decode()
    )


def test_a_rejection_without_a_reason_asks_for_it(client, ndas):
    client.force_login(UserFactory(role="Administrator"))
    nda = ndas["PENDING_APPROVAL"]
    response = client.post(reverse("reject", args=[nda.pk]), {"reason": "   "})
    assert response.status_code == 422
    assert "This field is required." in response.content.decode()
    nda.refresh_from_db()
    assert nda.status == "PENDING_APPROVAL"


def test_an_upload_that_is_something_else_is_explained(client, ndas):
    client.force_login(UserFactory(role="Administrator"))
    nda = ndas["IN_REVISION"]
    file = SimpleUploadedFile("signed.pdf", b"<script>", content_type="application/pdf")
    response = client.post(reverse("upload", args=[nda.pk]), {"file": file})
    assert response.status_code == 422
    assert "The file is called PDF and is something else." in response.content.decode()


def test_what_is_uploaded_comes_back_as_a_download_and_never_as_a_page(client, ndas):
    client.force_login(UserFactory(role="Administrator"))
    nda = ndas["IN_REVISION"]
    file = SimpleUploadedFile("signed.pdf", b"%PDF-1.7 <script>")
    client.post(reverse("upload", args=[nda.pk]), {"file": file, "signed_on": "02/29/2024"})
    response = client.get(reverse("document", args=[nda.documents.get().pk]))
    assert b"".join(response.streaming_content) == b"%PDF-1.7 <script>"
    assert response.headers["Content-Disposition"] == 'attachment; filename="signed.pdf"'
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    page = client.get(nda.get_absolute_url()).content.decode()
    assert "02/28/2025" in page


def test_a_document_is_attached_and_on_record(client, ndas):
    client.force_login(UserFactory(role="Administrator"))
    nda = ndas["PENDING_APPROVAL"]
    form = reverse("attach", args=[nda.pk])
    assert f'href="{form}"' in client.get(nda.get_absolute_url()).content.decode()
    refused = client.post(form, {"file": SimpleUploadedFile("letter.exe", b"MZ")})
    assert (refused.status_code, nda.documents.count()) == (422, 0)
    assert "Upload a PDF, RTF, DOC or DOCX file." in refused.content.decode()
    page = client.post(form, {"file": SimpleUploadedFile("letter.pdf", b"%PDF-1.7")}, follow=True).content.decode()
    assert f"The document is attached to NDA {nda.display_id}." in page
    assert "Document: none → letter.pdf" in page
    assert nda.documents.get().document_type == "UPLOADED"


def test_a_document_whose_file_is_gone_is_not_found(client, ndas):
    client.force_login(UserFactory(role="Administrator"))
    nda = ndas["IN_REVISION"]
    client.post(reverse("upload", args=[nda.pk]), {"file": SimpleUploadedFile("signed.pdf", b"%PDF-1.7")})
    document = nda.documents.get()
    for gone in ("ndas/gone.pdf", "../../../etc/passwd"):
        type(document).objects.filter(pk=document.pk).update(s3_key=gone)
        assert client.get(reverse("document", args=[document.pk])).status_code in (400, 404)
