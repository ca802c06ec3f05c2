"""The list: its order from its headings, its filters as chips, its pages by number, its dates in words."""

import datetime
import re
from itertools import chain

import pytest
from django.urls import reverse
from django.utils import timezone

from ndas.choices import NdaStatus
from ndas.web.views import listing
from tests.factories import AgencyGroupFactory, NdaFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client):
    client.force_login(UserFactory(role="Administrator"))
    return client


def text(browser, **query):
    return " ".join(browser.get(reverse("ndas"), query).content.decode().split())


def in_days(number):
    return timezone.now() + datetime.timedelta(days=number)


def numbers(browser, **query):
    return [nda.display_id for nda in browser.get(reverse("ndas"), query).context["page"]]


def test_a_heading_sorts_and_turns_round_and_keeps_the_filters(browser):
    dated = [NdaFactory(company_name=name, effective_date=in_days(day)) for name, day in (("B", 2), ("A", 1), ("C", 3))]
    dateless = NdaFactory(company_name="D")
    asked, orders = {"type": "MUTUAL", "page": "1"}, {}
    for _ in range(3):
        response = browser.get(reverse("ndas"), asked)
        [(_title, sorted_, query)] = [each for each in response.context["headings"] if each[0] == "Effective"]
        orders[sorted_] = [nda.display_id for nda in response.context["page"]]
        asked = dict(part.split("=") for part in query.split("&"))
        assert asked["type"] == "MUTUAL" and "page" not in asked
    up = [dated[place].display_id for place in (1, 0, 2)]
    assert orders["ascending"] == [*up, dateless.display_id]
    assert orders["descending"] == [*up[::-1], dateless.display_id]
    assert 'aria-sort="descending"' in text(browser, sort="-effective")


@pytest.mark.parametrize("sort", ["company", "status", "expiration"])
def test_every_order_has_its_reverse(browser, sort):
    for number, status in enumerate(("CREATED", "IN_REVISION", "SENT_PENDING_SIGNATURE")):
        NdaFactory(company_name=f"{number}", status=status, expiration_date=in_days(number))
    assert numbers(browser, sort=f"-{sort}") == numbers(browser, sort=sort)[::-1]


def test_the_latest_comes_first_by_the_index_on_every_page(browser, monkeypatch):
    for number in range(40):
        NdaFactory(effective_date=in_days(number) if number % 4 else None)
    pages = [numbers(browser, sort="-effective", page=page) for page in (1, 2)]
    monkeypatch.setattr(listing, "FEW", 10)
    assert [numbers(browser, sort="-effective", page=page) for page in (1, 2)] == pages
    assert len(set(pages[0] + pages[1])) == 40
    monkeypatch.setattr(listing, "A_PAGE", 10)
    by_tens = [numbers(browser, sort="-effective", page=page) for page in (1, 2, 3, 4)]
    assert [*chain(*by_tens)] == pages[0] + pages[1]


def test_each_filter_is_a_chip_that_takes_it_away(browser):
    group = AgencyGroupFactory(name="Department of Energy")
    NdaFactory(agency_group=group)
    asked = {
        "q": "aster",
        "status": "CREATED",
        "agency": group.pk,
        "mine": "",
        "sort": "company",
        "effective_to": "01/02/2999",
    }
    chips = {
        label: (value, query) for label, value, query in browser.get(reverse("ndas"), asked).context["filters"].chips()
    }
    assert {label: value for label, (value, _) in chips.items()} == {
        "Search": "aster",
        "Status": "Created/Pending Release",
        "Agency": "Department of Energy",
        "Effective to": "2999-01-02",
    }
    assert (
        "agency=" not in chips["Agency"][1] and "q=aster" in chips["Agency"][1] and "sort=company" in chips["Agency"][1]
    )
    assert "Clear all" not in text(browser)


def test_every_page_has_a_number(browser):
    for _ in range(76):
        NdaFactory()
    page = text(browser, page="2")
    assert re.findall(r'page=(\d)">\d</a>', page) == ["1", "3", "4"]
    assert '<span aria-current="page">2</span>' in page


@pytest.mark.parametrize(
    ("days", "words", "look"),
    [
        (0, "today", "soon"),
        (1, "in 1 day", "soon"),
        (12, "in 12 days", "soon"),
        (60, "in 60 days", ""),
        (-47, "47 days overdue", "late"),
    ],
)
def test_an_expiration_that_is_near_or_past_is_said_in_days(browser, days, words, look):
    date = timezone.now().replace(hour=12) + datetime.timedelta(days=days)
    NdaFactory(status=NdaStatus.FULLY_EXECUTED, expiration_date=date)
    assert f'<span class="due {look}" title="{date:%m/%d/%Y}">{words}</span>' in text(browser)


@pytest.mark.parametrize(("status", "days"), [("FULLY_EXECUTED", 91), ("EXPIRED", -47), ("INACTIVE_CANCELED", 12)])
def test_one_that_is_far_away_or_over_is_a_date(browser, status, days):
    NdaFactory(status=status, expiration_date=in_days(days))
    assert f'<td data-label="Expires">{in_days(days):%m/%d/%Y}</td>' in text(browser, status="ALL")


def test_a_row_has_the_agencys_code_the_owner_and_a_short_status(browser):
    nda = NdaFactory(agency_group=AgencyGroupFactory(name="Department of Energy", code="DOE"), status="FULLY_EXECUTED")
    page = text(browser)
    assert 'title="Department of Energy">DOE</td>' in page
    assert f'title="{nda.opportunity_poc.email}">{nda.opportunity_poc}</td>' in page
    assert 'title="Fully Executed NDA Uploaded">Executed</span>' in page
