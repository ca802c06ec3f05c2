"""Every address, for every role: who may, who may not, and for whom it does not exist."""

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern

from ndas.choices import DocumentType, NdaStatus
from ndas.models import Document, Nda
from tests.factories import AgencyGroupFactory, NdaFactory, UserFactory

pytestmark = pytest.mark.django_db

ROLES = ("Administrator", "NDA user", "Approver", "Limited", "Read-only")
ALL, DRAFTS, MARK, APPROVE = set(ROLES), set(ROLES[:4]), set(ROLES[:3]), {"Administrator", "Approver"}

# Name: (method, who may, status for who may), on an NDA that is sent.
PAGES = {
    "home": ("get", ALL, 200),
    "ndas": ("get", ALL, 200),
    "export": ("get", ALL, 200),
    "create": ("get", DRAFTS, 200),
    "nda": ("get", ALL, 200),
    "edit": ("get", DRAFTS, 200),
    "clone": ("post", DRAFTS, 302),
    "route": ("post", DRAFTS, 302),
    "approve": ("post", APPROVE, 302),
    "reject": ("get", APPROVE, 302),  # there is nothing to reject
    "upload": ("get", MARK, 200),
    "attach": ("get", DRAFTS, 200),
    "change status": ("post", MARK, 302),
    "non-usmax": ("post", MARK, 302),
    "document": ("get", ALL, 200),
}
FOR_ANYBODY = {"healthz": 200, "readyz": 200, "login": 200}
ELSEWHERE = ("admin", "epic10")  # for staff; the dashboard has its own tests
POST_ONLY = [name for name, (method, _, _) in PAGES.items() if method == "post"]
IN_SCOPE = [name for name in PAGES if name not in ("home", "ndas", "export", "create")]


@pytest.fixture
def nda(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "signed.pdf").write_bytes(b"%PDF-1.7")
    nda = NdaFactory(status=NdaStatus.SENT_PENDING_SIGNATURE)
    Document.objects.create(
        nda=nda,
        filename="signed.pdf",
        s3_key="signed.pdf",
        document_type=DocumentType.UPLOADED,
        uploaded_by=nda.created_by,
    )
    return nda


def address(name, nda):
    arguments = {
        "document": [nda.documents.get().pk],
        "change status": [nda.pk, NdaStatus.IN_REVISION],
    }
    own = [] if name not in IN_SCOPE else [nda.pk]
    return reverse(name, args=arguments.get(name, own))


def ask(client, name, nda):
    method, _, _ = PAGES[name]
    response = getattr(client, method)(address(name, nda))
    if response.streaming:
        b"".join(response.streaming_content)
    return response.status_code


def test_every_address_is_in_the_table():
    named = {
        pattern.name
        for resolver in get_resolver().url_patterns
        for pattern in getattr(resolver, "url_patterns", [resolver])
        if isinstance(pattern, URLPattern) and getattr(resolver, "app_name", None) not in ELSEWHERE and pattern.name
    }
    assert named == {*PAGES, *FOR_ANYBODY, "logout", "password"}


@pytest.mark.parametrize("role", ROLES)
def test_who_may_may_and_others_change_nothing(client, nda, role):
    client.force_login(UserFactory(role=role, sees=[nda.agency_group]))
    found, wanted = {}, {}
    for name, (_, may, status) in PAGES.items():
        Nda.objects.filter(pk=nda.pk).update(status="SENT_PENDING_SIGNATURE")
        before = Nda.objects.count(), Nda.objects.filter(pk=nda.pk).values().get()
        found[name], wanted[name] = ask(client, name, nda), status if role in may else 403
        if role not in may:
            assert (Nda.objects.count(), Nda.objects.filter(pk=nda.pk).values().get()) == before
        if name == "change status" and role in may:
            Nda.objects.filter(pk=nda.pk).update(status="SENT_PENDING_SIGNATURE")
    assert found == wanted


@pytest.mark.parametrize("role", ROLES)
def test_out_of_scope_nothing_exists(client, nda, role):
    client.force_login(UserFactory(role=role, sees=[AgencyGroupFactory()]))
    for name in IN_SCOPE:
        _, may, status = PAGES[name]
        sees_everything = role == "Administrator"
        wanted = (status if sees_everything else 404) if role in may else 403
        assert ask(client, name, nda) == wanted, name
    shown = client.get(reverse("ndas")).content.decode()
    exported = b"".join(client.get(reverse("export")).streaming_content).decode()
    assert (nda.company_name in shown, nda.company_name in exported) == (sees_everything, sees_everything)


def test_who_is_not_logged_in_is_sent_to_log_in(client, nda):
    for name in PAGES:
        method, _, _ = PAGES[name]
        response = getattr(client, method)(address(name, nda))
        assert (response.status_code, response.url.split("?")[0]) == (302, "/login/"), name
    for name, status in FOR_ANYBODY.items():
        assert client.get(reverse(name)).status_code == status


def test_an_account_without_a_group_or_a_contact_sees_nothing(client, nda):
    client.force_login(UserFactory())
    assert {ask(client, name, nda) for name in PAGES} == {403}
    stranger = UserFactory(role="Administrator")
    stranger.email = "nobody@usmax.example"
    stranger.save()
    client.force_login(stranger)
    assert {ask(client, name, nda) for name in PAGES} == {403}
    assert "No active contact has the e-mail of the account" in client.get("/").content.decode()


@pytest.mark.parametrize("name", POST_ONLY)
def test_what_changes_something_is_never_a_link(client, nda, name):
    client.force_login(UserFactory(role="Administrator"))
    assert client.get(address(name, nda)).status_code == 405


def test_a_form_from_elsewhere_is_refused(nda):
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory(role="Administrator"))
    assert {ask(client, name, nda) for name in POST_ONLY} == {403}


@pytest.mark.parametrize("role", [None, *ROLES])
def test_the_administration_is_for_staff_and_changes_no_nda(client, nda, role):
    account = UserFactory(role=role, is_staff=role == "Administrator")
    client.force_login(account)
    change = reverse("admin:ndas_nda_change", args=[nda.pk])
    if role != "Administrator":
        assert client.get(reverse("admin:index")).status_code == 302
        return
    assert client.get(reverse("admin:ndas_agencygroup_add")).status_code == 200
    assert client.get(reverse("admin:ndas_nda_changelist")).status_code == 200
    assert client.get(change).status_code == 200
    assert client.post(change, {"company_name": "Beacon"}).status_code == 403
    assert client.get(reverse("admin:auth_user_changelist")).status_code == 403


def test_staff_without_the_right_to_every_agency_sees_no_nda_in_the_administration(client, nda):
    client.force_login(UserFactory(role="Read-only", is_staff=True))
    assert nda.company_name not in client.get(reverse("admin:ndas_nda_changelist")).content.decode()
