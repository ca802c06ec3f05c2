"""What leaves the register as a file is on record before its first byte: who, what, how many, by which filter."""

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from ndas import services
from ndas.access.actors import actor_of
from ndas.models import AuditLog
from tests.factories import AgencyGroupFactory, NdaFactory, UserFactory, actor

pytestmark = pytest.mark.django_db

REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER refuses BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse()"""


@pytest.fixture
def account():
    return UserFactory(role="Administrator")


@pytest.fixture
def browser(client, account):
    client.force_login(account)
    return client


def test_an_export_is_on_record_with_its_filter_and_its_number(browser, account):
    group = AgencyGroupFactory()
    for name in ("Aster One", "Aster Two", "Beacon"):
        NdaFactory(company_name=name, agency_group=group)
    asked = {"company": "aster", "agency": group.pk, "sort": "company", "page": "3", "x": "y"}
    response = browser.get(reverse("export"), asked)
    entry = AuditLog.objects.get()
    assert (entry.action, entry.entity_type, entry.user) == ("nda_exported", "nda", actor_of(account).contact)
    assert entry.details == {"rows": 2, "filter": {"company": "aster", "agency": group.pk, "sort": "company"}}
    assert len(b"".join(response.streaming_content).splitlines()) == 1 + 2


def test_a_download_is_on_record(browser, account, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    nda = NdaFactory()
    services.attach(actor("Administrator"), nda.pk, ContentFile(b"%PDF-1.7", name="letter.pdf"))
    document = nda.documents.get()
    assert b"".join(browser.get(reverse("document", args=[document.pk])).streaming_content) == b"%PDF-1.7"
    entry = AuditLog.objects.get(action="document_downloaded")
    assert (entry.entity_id, entry.user) == (document.pk, actor_of(account).contact)
    assert entry.details == {"nda": nda.pk, "filename": "letter.pdf", "bytes": 8}
    # The NDA's page tells what was done with the NDA, and no reader crowds that out.
    assert "downloaded" not in browser.get(nda.get_absolute_url()).content.decode()


def test_what_cannot_be_put_on_record_is_not_handed_out(browser, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    browser.raise_request_exception = False
    nda = NdaFactory()
    services.attach(actor("Administrator"), nda.pk, ContentFile(b"%PDF-1.7", name="letter.pdf"))
    with connection.cursor() as cursor:
        cursor.execute(REFUSE)
    for address in (reverse("export"), reverse("document", args=[nda.documents.get().pk])):
        with transaction.atomic():
            response = browser.get(address)
            transaction.set_rollback(True)
        assert (response.status_code, response.streaming) == (500, False)


def test_what_is_not_found_is_not_on_record(browser):
    assert browser.get(reverse("document", args=["nothing"])).status_code == 404
    assert not AuditLog.objects.exists()


@pytest.mark.parametrize("change", ["UPDATE audit_log SET user_id = NULL", "DELETE FROM audit_log"])
def test_nobody_takes_it_off_the_record(browser, change):
    browser.get(reverse("export"))
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
