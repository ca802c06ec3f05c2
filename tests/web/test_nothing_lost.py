"""What people have typed or pressed is done once, and not lost: twice, too late, at once with somebody else."""

import threading
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from ndas import services
from ndas.access.actors import Actor, actor_of
from ndas.models import Nda
from ndas.release.smoke import EVERYTHING
from ndas.services.drafts import PEOPLE
from tests.dashboard.dashboards import with_logins
from tests.factories import PASSWORD, AgencyGroupFactory, ContactFactory, NdaFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = reverse("create")


@pytest.fixture
def account(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    account = UserFactory(role="Administrator")
    account.set_password(PASSWORD)
    account.save()
    return account


@pytest.fixture
def browser(client, account):
    client.force_login(account)
    return client


@pytest.fixture
def words(account):
    return {
        "company_name": "Beacon Analytics",
        "abbreviated_name": "BEAANA",
        "authorized_purpose": "Exchange of technical data",
        "nda_type": "MUTUAL",
        "usmax_position": "PRIME",
        "agency_group": AgencyGroupFactory().pk,
        "relationship_poc": ContactFactory().email,
        "by": account.pk,
    }


def hidden(response, name):
    """The value of a hidden field of the page."""
    return response.content.decode().split(f'name="{name}" value="')[1].split('"')[0]


def logs_in(client, account, address):
    return client.post(address, {"username": account.username, "password": PASSWORD})


def test_three_clicks_on_save_make_one_nda(browser, words):
    words["key"] = hidden(browser.get(NEW), "key")
    answers = [browser.post(NEW, words) for _ in range(3)]
    [nda] = Nda.objects.all()
    assert {answer.url for answer in answers} == {nda.get_absolute_url()}
    later = browser.post(NEW, words | {"company_name": "Cobalt"}, follow=True).content.decode()
    assert f"NDA {nda.display_id} was created from that form before. Edit it to change it." in later
    browser.post(NEW, words | {"key": hidden(browser.get(NEW), "key")})
    assert Nda.objects.count() == 2


def test_a_form_with_errors_has_made_nothing_yet(browser, words):
    words["key"] = hidden(browser.get(NEW), "key")
    refused = browser.post(NEW, words | {"company_name": ""})
    assert (refused.status_code, hidden(refused, "key")) == (422, words["key"])
    assert browser.post(NEW, words).url == Nda.objects.get().get_absolute_url()


def test_a_key_of_somebody_else_or_of_no_kind_leads_nowhere(browser, words):
    other = NdaFactory(id=str(uuid.uuid4()))
    assert "This form is not yours. Open a new one." in browser.post(NEW, words | {"key": other.pk}).content.decode()
    assert browser.post(NEW, words | {"key": "'; --"}).status_code == 302
    assert Nda.objects.count() == 2


@pytest.mark.slow
def test_of_two_who_create_under_one_key_at_once_both_get_the_one(legacy_database):
    with_logins(legacy_database).migrate(None)
    using, key = legacy_database.alias, str(uuid.uuid4())
    source = Nda.objects.using(using).select_related("created_by").first()
    author = Actor(source.created_by, EVERYTHING)
    fields = {name: getattr(source, name) for name in ("agency_group", "company_name", "abbreviated_name", *PEOPLE)}
    start, made = threading.Barrier(3), []

    def create():
        start.wait()
        try:
            made.append(services.create(author, key=key, authorized_purpose="Once.", **fields).pk)
        finally:
            connections[using].close()

    threads = [threading.Thread(target=create) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [key] * 3
    assert Nda.objects.using(using).get(pk=key).status_history.count() == 1


def test_a_clone_and_a_document_are_made_once_too(browser, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    nda = NdaFactory()
    key = hidden(browser.get(nda.get_absolute_url()), "key")
    clones = [browser.post(reverse("clone", args=[nda.pk]), {"key": key}).url for _ in range(3)]
    assert clones == [Nda.objects.get(cloned_from=nda).get_absolute_url()] * 3
    form = reverse("attach", args=[nda.pk])
    key = hidden(browser.get(form), "key")
    for _ in range(3):
        browser.post(form, {"file": SimpleUploadedFile("letter.pdf", b"%PDF-1.7"), "key": key})
    assert nda.documents.count() == 1


def test_what_was_typed_when_the_session_had_ended_comes_back(browser, account, words):
    browser.logout()
    words |= {"company_name": "Ünïted <Widgets>"}
    sent = browser.post(NEW, words)
    assert (sent.status_code, sent.url) == (302, f"/login/?next={NEW}")
    assert "Your session had ended, so nothing was changed." in browser.get(sent.url).content.decode()
    back = logs_in(browser, account, sent.url)
    form = browser.get(back.url)
    assert "nothing is saved yet" in form.content.decode()
    assert {name: form.context["form"][name].value() for name in words if name != "by"} == {
        name: value for name, value in words.items() if name != "by"
    }
    assert not Nda.objects.exists()
    assert browser.post(back.url, words).status_code == 302
    assert Nda.objects.get().company_name == "Ünïted <Widgets>"
    assert not browser.get(NEW).context["form"].is_bound


@pytest.mark.parametrize("whose", ["another", None])
def test_but_not_for_somebody_else(browser, account, words, whose):
    browser.logout()
    browser.post(NEW, {name: value for name, value in words.items() if whose or name != "by"})
    other = UserFactory(role="Administrator") if whose else account
    browser.force_login(other)
    assert not browser.get(NEW).context["form"].is_bound
    browser.force_login(account)
    assert not browser.get(NEW).context["form"].is_bound


@pytest.mark.parametrize("button", ["route", "approve", "clone", "non-usmax", "change status"])
def test_a_button_pressed_when_the_session_had_ended_leads_back_to_its_page(browser, account, button):
    nda = NdaFactory()
    browser.logout()
    sent = browser.post(reverse(button, args=[nda.pk, "CREATED"] if button == "change status" else [nda.pk]))
    back = logs_in(browser, account, sent.url)
    assert back.url == nda.get_absolute_url()
    assert browser.get(back.url).status_code == 200
    assert Nda.objects.count() == 1


def test_an_edit_and_a_rejection_come_back_as_well(browser, account):
    nda = NdaFactory(status="PENDING_APPROVAL")
    browser.logout()
    sent = browser.post(reverse("reject", args=[nda.pk]), {"reason": "Say which data.", "by": account.pk})
    form = browser.get(logs_in(browser, account, sent.url).url)
    assert form.context["form"]["reason"].value() == "Say which data."
    nda.refresh_from_db()
    assert nda.status == "PENDING_APPROVAL"


def test_a_form_from_before_logging_in_again_is_explained_and_comes_back(account, words):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(account)
    words["csrfmiddlewaretoken"] = hidden(browser.get(NEW), "csrfmiddlewaretoken")
    logs = {"csrfmiddlewaretoken": hidden(Client().get("/login/"), "csrfmiddlewaretoken")}
    browser.cookies["csrftoken"] = "x" * 32  # as after logging in again in another tab
    here = {"HTTP_ORIGIN": "http://testserver"}
    refused = browser.post(NEW, words | logs, **here)
    assert refused.status_code == 403
    page = refused.content.decode()
    assert "This page was too old" in page and f'href="{NEW}"' in page
    assert browser.get(NEW).context["form"]["company_name"].value() == "Beacon Analytics"
    nda = NdaFactory()
    assert (
        f'href="{nda.get_absolute_url()}"' in browser.post(reverse("approve", args=[nda.pk]), **here).content.decode()
    )
    assert 'href="/"' in browser.post("/login/", **here).content.decode()
    elsewhere = browser.post(NEW, words, HTTP_ORIGIN="https://evil.example")
    assert elsewhere.status_code == 403
    assert not browser.get(NEW).context["form"].is_bound


def opened(browser, nda):
    """The form of an NDA as a browser would send it back."""
    response = browser.get(reverse("edit", args=[nda.pk]))
    form = response.context["form"]
    data = {name: field.value() for name in form.fields if (field := form[name]).value() not in (None, False)}
    data = {name: value.strftime("%m/%d/%Y") if hasattr(value, "strftime") else value for name, value in data.items()}
    return data | {"seen": form.seen, "by": response.wsgi_request.user.pk}


def test_of_two_edits_both_are_shown_and_each_field_is_chosen(browser, account):
    nda, other = NdaFactory(company_city="Boston"), actor_of(UserFactory(role="Administrator"))
    address, typed = reverse("edit", args=[nda.pk]), opened(browser, nda)
    poc = ContactFactory(first_name="Ann", last_name="Lee")
    services.update(
        other,
        nda.pk,
        company_name="Theirs Inc.",
        company_city="Tampa",
        state_of_incorporation="Texas",
        contracts_poc=poc,
    )
    typed |= {"company_name": "Mine LLC", "company_city": "Denver", "abbreviated_name": "MINE"}
    told = browser.post(address, typed)
    assert told.status_code == 422
    page, form = told.content.decode(), told.context["form"]
    assert "was changed by somebody else while you were editing it." in page
    assert [(field.name, field.mine, field.theirs, field.is_only_theirs) for field in form.differences] == [
        ("company_name", "Mine LLC", "Theirs Inc.", False),
        ("company_city", "Denver", "Tampa", False),
        ("state_of_incorporation", "none", "Texas", True),
        ("contracts_poc", "none", f"Ann Lee, {poc.email}", True),
    ]
    assert 'name="take-company_city" value="theirs"' in page
    typed |= {"seen": form.seen, "seen_at": form["seen_at"].value()}
    typed |= {"take-company_name": "mine", "take-company_city": "theirs"}
    typed |= {"take-state_of_incorporation": "theirs", "take-contracts_poc": "theirs"}
    assert browser.post(address, typed).status_code == 302
    nda.refresh_from_db()
    assert (nda.company_name, nda.company_city) == ("Mine LLC", "Tampa")
    assert (nda.abbreviated_name, nda.contracts_poc) == ("MINE", poc)


def test_a_third_edit_meanwhile_is_shown_again(browser):
    nda, other = NdaFactory(), actor_of(UserFactory(role="Administrator"))
    address, typed = reverse("edit", args=[nda.pk]), opened(browser, nda) | {"company_name": "Mine"}
    for name in ("Theirs", "Theirs again"):
        services.update(other, nda.pk, company_name=name)
        form = browser.post(address, typed).context["form"]
        assert [(field.mine, field.theirs) for field in form.differences] == [("Mine", name)]
        typed |= {"seen": form.seen, "seen_at": form["seen_at"].value(), "take-company_name": "mine"}
    assert browser.post(address, typed).status_code == 302
    nda.refresh_from_db()
    assert nda.company_name == "Mine"


def test_what_was_typed_while_it_was_routed_comes_back_when_it_is_a_draft_again(browser):
    nda, other = NdaFactory(), actor_of(UserFactory(role="Administrator"))
    address, typed = reverse("edit", args=[nda.pk]), opened(browser, nda) | {"company_name": "Mine"}
    services.route(other, nda.pk)
    assert "What you typed is kept" in browser.post(address, typed, follow=True).content.decode()
    services.reject(actor_of(UserFactory(role="Administrator")), nda.pk, "Not yet.")
    assert browser.get(address).context["form"]["company_name"].value() == "Mine"
