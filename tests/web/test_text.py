"""Whatever somebody types into a form or an address: an answer, and never a page that failed."""

import unicodedata

import pytest
from django.urls import reverse

from ndas.access.actors import actor_of
from ndas.models import Nda
from ndas.services.drafts import LONGEST
from tests.factories import AgencyGroupFactory, NdaFactory, UserFactory

pytestmark = pytest.mark.django_db
NAME = "Müller Küchen"


@pytest.fixture
def account():
    return UserFactory(role="Administrator")


@pytest.fixture
def browser(client, account):
    client.raise_request_exception = False
    client.force_login(account)
    return client


@pytest.fixture
def typed(account):
    """The form of a new NDA, filled in."""
    return {
        "agency_group": AgencyGroupFactory().pk,
        "abbreviated_name": "A",
        "authorized_purpose": "To see what becomes of it.",
        "relationship_poc": actor_of(account).contact.email,
        "nda_type": "MUTUAL",
        "usmax_position": "PRIME",
    }


@pytest.mark.parametrize("address", ["/ndas/%00/", "/ndas/%00/edit/", "/ndas/x/status/%00/", "/documents/%00/"])
def test_no_key_has_a_nul_in_it(browser, address):
    assert browser.get(address).status_code == 404


@pytest.mark.parametrize("page", ["ndas", "export"])
def test_after_the_last_day_there_is_none(browser, page):
    assert browser.get(reverse(page), {"effective_to": "12/31/9999"}).status_code == 200


def test_an_nda_of_the_day_itself_is_before_its_end(browser):
    nda = NdaFactory(effective_date="2024-05-05T23:59:59.999Z")
    for day, found in (("05/04/2024", []), ("05/05/2024", [nda])):
        assert list(browser.get(reverse("ndas"), {"effective_to": day}).context["page"]) == found


@pytest.mark.parametrize("asked", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
@pytest.mark.parametrize("field", ["q", "company"])
def test_an_accent_is_found_however_it_is_spelled(browser, field, written, asked):
    """What the previous application wrote is as it was typed there."""
    nda = NdaFactory(company_name=unicodedata.normalize(written, NAME))
    NdaFactory(company_name="Muller")
    found = browser.get(reverse("ndas"), {field: unicodedata.normalize(asked, "Müller")}).context["page"]
    assert list(found) == [nda]


def test_what_is_typed_here_is_composed(browser, typed):
    browser.post(reverse("create"), typed | {"company_name": unicodedata.normalize("NFD", NAME)})
    assert Nda.objects.get().company_name == NAME


def test_a_name_that_no_index_holds_is_refused_at_its_field(browser, typed):
    answer = browser.post(reverse("create"), typed | {"company_name": "x" * (LONGEST + 1)})
    assert (answer.status_code, Nda.objects.count()) == (422, 0)
    assert answer.context["form"].errors == {"company_name": [f"At most {LONGEST} characters."]}
    browser.post(reverse("create"), typed | {"company_name": "ü" * LONGEST})
    [nda] = Nda.objects.all()
    answer = browser.post(reverse("edit", args=[nda.pk]), typed | {"company_name": "y" * (LONGEST + 1)})
    assert answer.context["form"].errors == {"company_name": [f"At most {LONGEST} characters."]}
