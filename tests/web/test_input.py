"""What people put in, look for and open: impossible values are refused at their field, and what is there is found."""

import secrets
import unicodedata
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ndas import services
from ndas.access.actors import actor_of
from ndas.models import AuditLog, Document
from ndas.web.views import listing
from tests.factories import (
    PASSWORD,
    AgencyGroupFactory,
    ContactFactory,
    NdaFactory,
    SubagencyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return UserFactory(role="Administrator", is_staff=True, is_superuser=True, password=PASSWORD)


@pytest.fixture
def browser(client, account):
    client.raise_request_exception = False
    client.force_login(account)
    return client


def found(browser, **query):
    return set(browser.get(reverse("ndas"), query).context["page"])


def typed(**other):
    return {
        "company_name": "Beacon",
        "abbreviated_name": "B",
        "authorized_purpose": "To see what becomes of it.",
        "nda_type": "MUTUAL",
        "usmax_position": "PRIME",
    } | other


@pytest.mark.parametrize(
    "address",
    [
        "/admin/ndas/nda/%00/change/",
        "/admin/ndas/contact/%00/change/",
        "/admin/%00/",
        "/%00",
        "/static/%00",
        "/epic10/%00",
    ],
)
def test_there_is_nothing_with_a_nul_in_its_address(browser, address):
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("model", ["contact", "agencygroup"])
def test_a_name_that_no_index_holds_is_refused_in_the_administration_too(browser, model):
    long = secrets.token_hex(2000)
    data = {"contact": {"email": long, "first_name": "a", "last_name": "b"}, "agencygroup": {"name": long, "code": "x"}}
    answer = browser.post(reverse(f"admin:ndas_{model}_add"), data[model])
    assert (answer.status_code, "at most 500 characters" in answer.content.decode()) == (200, True)


@pytest.mark.parametrize("date", ["01/01/0001", "12/31/1949", "01/01/2200", "12/31/9999"])
def test_a_date_that_no_nda_can_have_is_refused_at_its_field(browser, date):
    group = AgencyGroupFactory()
    data = typed(agency_group=group.pk, relationship_poc=ContactFactory().email, effective_date=date)
    answer = browser.post(reverse("create"), data)
    assert answer.context["form"].errors == {"effective_date": ["Write a date from 1950 to 2199."]}
    sent = NdaFactory(status="SENT_PENDING_SIGNATURE")
    if date < "12/31/2":
        file = SimpleUploadedFile("a.pdf", b"%PDF-1.7")
        upload = browser.post(reverse("upload", args=[sent.pk]), {"file": file, "signed_on": date})
        assert "signed_on" in upload.context["form"].errors


def test_nothing_expires_before_it_began_or_never(account):
    signed = datetime(2024, 2, 29, tzinfo=UTC)
    nda = NdaFactory(status="FULLY_EXECUTED", fully_executed_date=signed)
    person = actor_of(account)
    for date, told in ((datetime(2024, 2, 28, tzinfo=UTC), "It would expire before it began."), (None, "Write when.")):
        with pytest.raises(ValidationError, match=told):
            services.update(person, nda.pk, expiration_date=date)
    later = datetime(2026, 3, 1, tzinfo=UTC)
    assert services.update(person, nda.pk, expiration_date=later).expiration_date == later


def test_a_date_of_the_previous_application_keeps_nobody_from_changing_the_people(browser, account):
    nda = NdaFactory(effective_date=datetime(9999, 12, 31, tzinfo=UTC))
    assert services.update(actor_of(account), nda.pk, contracts_poc=ContactFactory()).effective_date.year == 9999


@pytest.mark.parametrize(
    "query", [{"effective_from": "31/12/2024"}, {"status": "EMAILED"}, {"agency": "none"}, {"q": "\x00"}, {"sort": "x"}]
)
def test_a_filter_that_cannot_be_understood_shows_and_exports_nothing(browser, query):
    NdaFactory()
    page = browser.get(reverse("ndas"), query)
    assert list(page.context["page"]) == []
    assert "one of the filters cannot be understood" in page.content.decode()
    export = browser.get(reverse("export"), query)
    assert (export.status_code, export.url.split("?")[0]) == (302, reverse("ndas"))
    assert "Nothing was exported" in browser.get(export.url).content.decode()
    assert not AuditLog.objects.filter(action="nda_exported").exists()


def test_what_is_beyond_the_count_is_told_and_can_be_reached(browser, monkeypatch):
    monkeypatch.setattr(listing, "COUNTED", 50)
    monkeypatch.setattr(listing, "FEW", 10)
    for number in range(60):
        NdaFactory(company_name=f"Zebra {number:02}")
    last = browser.get(reverse("ndas"), {"page": 2, "sort": "company"})
    assert "More than 50 NDAs" in last.content.decode()
    assert "page=3" in last.content.decode()
    beyond = browser.get(reverse("ndas"), {"page": 3, "sort": "company"})
    assert [nda.company_name for nda in beyond.context["page"]] == [f"Zebra {number}" for number in range(50, 60)]
    assert "60 NDAs, page 3 of 3" in beyond.content.decode()


@pytest.mark.parametrize("text", ["{}", "NDA-{}", "nda {}", "NDA #{}", " NDA:{} "])
def test_an_nda_is_found_by_its_number_however_it_is_written(browser, text):
    NdaFactory()
    for status in ("CREATED", "EXPIRED"):
        nda = NdaFactory(status=status)
        assert found(browser, q=text.format(nda.display_id)) == {nda}
    assert nda not in found(browser, q="Aster")


def test_an_nda_is_found_by_its_agency_and_by_its_people(browser):
    group = AgencyGroupFactory(name="Department of Hydrology", code="HYD")
    names = {
        name: ContactFactory(first_name=f"{name}ette", last_name="Zweig")
        for name in ("opportunity", "contracts", "relationship", "creator")
    }
    nda = NdaFactory(
        agency_group=group,
        subagency=SubagencyFactory(agency_group=group, name="Lakes and Wells"),
        opportunity_poc=names["opportunity"],
        contracts_poc=names["contracts"],
        relationship_poc=names["relationship"],
        created_by=names["creator"],
    )
    NdaFactory()
    texts = ["hydrology", "department hydro", "HYD", "wells", *(f"zweig {name}" for name in names)]
    for text in [*texts, names["contracts"].email]:
        assert found(browser, q=text) == {nda}, text
    for text in ("drology", "nobody", "zweig nobody", "!!"):
        assert found(browser, q=text) == set(), text


@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("asked", ["NFC", "NFD"])
def test_people_and_agencies_are_found_however_their_accents_are_spelled(browser, written, asked):
    nda = NdaFactory(created_by=ContactFactory(last_name=unicodedata.normalize(written, "Müller-Çelik")))
    other = NdaFactory(agency_group=AgencyGroupFactory(name=unicodedata.normalize(written, "Ministère de l'Énergie")))
    assert found(browser, q=unicodedata.normalize(asked, "çelik")) == {nda}
    assert found(browser, q=unicodedata.normalize(asked, "énergie")) == {other}


def test_a_search_finds_nothing_that_its_person_may_not_see(client):
    NdaFactory(created_by=ContactFactory(last_name="Zweig"))
    client.force_login(UserFactory(role="Read-only", sees=[AgencyGroupFactory()]))
    assert found(client, q="zweig") == set()


@pytest.mark.parametrize("form", ["reject", "upload"])
def test_a_form_that_can_lead_to_nothing_is_not_offered(browser, account, form):
    for nda in (
        NdaFactory(status="EXPIRED"),
        NdaFactory(status="PENDING_APPROVAL", created_by=actor_of(account).contact),
    ):
        answer = browser.get(reverse(form, args=[nda.pk]), follow=True)
        assert answer.redirect_chain == [(nda.get_absolute_url(), 302)]
        assert (
            f"NDA {nda.display_id} is &quot;{nda.get_status_display()}&quot; and cannot be" in answer.content.decode()
        )


KEY = "ndas/2021/signed-4f.pdf"


def kept_elsewhere():
    nda = NdaFactory()
    kind = {"document_type": "UPLOADED", "uploaded_by": nda.created_by}
    return Document.objects.create(nda=nda, filename="signed.pdf", s3_key=KEY, **kind)


def test_a_file_that_is_not_here_is_named_with_its_key(browser, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = kept_elsewhere()
    answer = browser.get(reverse("document", args=[document.pk]))
    page = answer.content.decode()
    assert answer.status_code == 404
    for what in ("signed.pdf", KEY, str(document.uploaded_by), document.nda.get_absolute_url()):
        assert what in page


def test_a_file_is_read_from_wherever_its_key_is(browser, settings):
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    default_storage.save(KEY, ContentFile(b"%PDF-1.7 of long ago"))
    document = kept_elsewhere()
    answer = browser.get(reverse("document", args=[document.pk]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 of long ago"


def test_documents_are_counted_by_document(account):
    nda, storage, person = NdaFactory(), InMemoryStorage(), actor_of(account)
    for name in ("letter.pdf", "draft.pdf", "Letter.pdf", "letter.pdf"):
        services.attach(person, nda.pk, ContentFile(b"%PDF-1.7", name=name), storage=storage)
    assert sorted(nda.documents.values_list("filename", "version")) == [
        ("Letter.pdf", 2),
        ("draft.pdf", 1),
        ("letter.pdf", 1),
        ("letter.pdf", 3),
    ]


@pytest.fixture
def namesakes():
    return [
        ContactFactory(first_name="Avery", last_name="Castillo", email=f"avery.{n}@usmax.example") for n in range(11)
    ]


def test_of_eleven_of_one_name_the_form_asks_which(browser, namesakes):
    only = ContactFactory(first_name="Ann", last_name="Lee")
    data = typed(agency_group=AgencyGroupFactory().pk, relationship_poc="avery castillo")
    errors = browser.post(reverse("create"), data).context["form"].errors["relationship_poc"]
    assert errors[0].startswith("Several people are called so. Write the e-mail of one: avery.0@usmax.example; avery.1")
    assert browser.post(reverse("create"), data | {"relationship_poc": "Lee, Ann"}).status_code == 302
    assert only.relationship_ndas.count() == 1


def test_of_eleven_of_one_name_the_grant_names_the_e_mail(browser, namesakes):
    address = reverse("admin:autocomplete")
    asked = {"app_label": "ndas", "model_name": "agencygroupgrant", "field_name": "contact", "term": "avery castillo"}
    offered = browser.get(address, asked).json()["results"]
    assert sorted(one["text"] for one in offered) == sorted(f"Avery Castillo, {one.email}" for one in namesakes)
    ContactFactory(last_name=unicodedata.normalize("NFD", "Müller"), email="m@usmax.example")
    [one] = browser.get(address, asked | {"term": "müller"}).json()["results"]
    assert one["text"].endswith(", m@usmax.example")
    for field in ("contact", "agency_group"):
        assert browser.get(address, asked | {"term": "\x00", "field_name": field}).status_code == 200
    grant = namesakes[7].agency_group_grants.create(agency_group=AgencyGroupFactory())
    assert (
        namesakes[7].email
        in browser.get(reverse("admin:ndas_agencygroupgrant_change", args=[grant.pk])).content.decode()
    )
    assert namesakes[7].email in browser.get(reverse("admin:ndas_agencygroupgrant_changelist")).content.decode()


def test_everybody_can_change_their_password(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    account = UserFactory(role="Read-only", sees=[AgencyGroupFactory()])
    account.set_password(PASSWORD)
    account.save()
    client.force_login(account)
    assert f'href="{reverse("password")}"' in client.get("/").content.decode()
    wrong = {"old_password": "x", "new_password1": "short", "new_password2": "short"}
    assert client.post(reverse("password"), wrong).status_code == 200
    new = "another very long way to say open"
    right = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert "Your password is changed." in client.post(reverse("password"), right, follow=True).content.decode()
    account.refresh_from_db()
    assert account.check_password(new)


def test_a_page_without_anything_says_why(client):
    client.force_login(UserFactory())
    refused = client.get("/")
    assert (refused.status_code, "Your account is in no group" in refused.content.decode()) == (403, True)
    client.force_login(UserFactory(role="NDA user"))
    for address in ("/", reverse("ndas"), reverse("create")):
        assert "There is no agency whose NDAs you may see" in client.get(address).content.decode(), address
    client.force_login(UserFactory(role="NDA user", sees=[AgencyGroupFactory()]))
    for address in ("/", reverse("ndas"), reverse("create")):
        assert "There is no agency" not in client.get(address).content.decode(), address
