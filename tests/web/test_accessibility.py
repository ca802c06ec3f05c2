"""Every page in a real browser: axe finds nothing, light and dark, and nothing has to be scrolled sideways."""

from datetime import timedelta
from importlib.resources import files

import pytest
from django.db import connection
from django.utils import timezone

from epic10.deploy import record_chain
from epic10.ledger import tables
from ndas.choices import NdaStatus
from tests.dashboard.test_pages import A_DAY_OF_SAMPLES
from tests.factories import PASSWORD, AgencyGroupFactory, ContactFactory, NdaFactory, SubagencyFactory, UserFactory

from .browser import Person, resize, start

pytestmark = pytest.mark.slow
LAPTOP, WIDTHS = (1366, 768), [(1024, 768), (768, 1024), (360, 740)]
AXE = files("axe_core_python").joinpath("axe.min.js")
RECORD = {
    "command": "epic10_deploy",
    "verdict": "FAILED",
    "error": "No disk left.",
    "started": "2026-11-22T12:05:13+00:00",
    "finished": "2026-11-22T12:09:13+00:00",
    "operator": "dora@ops",
    "steps": [
        {"name": "precheck", "seconds": 18.4, "outcome": "OK"},
        {"name": "x" * 40, "seconds": 1, "outcome": "FAILED"},
    ],
    "phases": [{"phase": "backfill", "direction": "forwards", "rows": 88650, "seconds": 75.25, "error": "Error"}],
    "lock_waits": [
        {"at": "2026-11-22T12:05:13+00:00", "what": "expand", "blockers": "pid 1, ndas, idle in transaction"}
    ],
    "reports": [],
    "facts": {"before": {"ndas": {"rows": 1234567, "checksum": "a" * 40}}},
    "log": ["backfill: Give existing rows their new values."],
    "sql": [{"statement": f"SELECT {'x' * 200}", "times": 1, "seconds": 0.1}],
}
VIOLATIONS = """
    const done = arguments[arguments.length - 1];
    axe.run().then(found => done(found.violations.flatMap(
        rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 120)} ${node.failureSummary}`))))"""
WHOLE_ROWS = """
    return [...document.querySelectorAll("tbody tr")].filter(row => row.getBoundingClientRect().bottom <= innerHeight)
        .length"""


@pytest.fixture
def driver():
    driver = start(LAPTOP)
    yield driver
    driver.quit()


@pytest.fixture
def ndas(transactional_db):
    group = AgencyGroupFactory(name="Department of Energy, Office of Science and of much else", code="DOE")
    subagency = SubagencyFactory(agency_group=group)
    ContactFactory(first_name="Avery", last_name="Castillo", email="avery@usmax.example")
    return [
        NdaFactory(
            company_name=f"Aster Robotics and Autonomous Underwater Vehicles of North America {number} LLC",
            agency_group=group,
            subagency=subagency,
            status=list(NdaStatus)[number % 7],
            is_non_usmax=number % 5 == 0,
            rejection_reason="The purpose is vague." if number % 7 == 0 else None,
            fully_executed_date=timezone.now() if number % 7 == 4 else None,
            expiration_date=timezone.now() + timedelta(days=60 - 5 * number) if number % 7 == 4 else None,
        )
        for number in range(70)
    ]


@pytest.fixture
def person(driver, live_server, ndas):
    account = UserFactory(username="ann", role="Administrator", is_staff=True, is_superuser=True)
    account.set_password(PASSWORD)
    account.save()
    tables.create(connection, tables.WATCH)
    with connection.cursor() as cursor:
        cursor.execute(A_DAY_OF_SAMPLES)
    record_chain.append("default", RECORD)
    person = Person(driver, live_server.url)
    person.opens("/login/")
    assert violations(driver) == []
    person.fills(username="ann", password=PASSWORD)
    person.presses("Log in")
    return person


def violations(driver):
    driver.execute_script(AXE.read_text())
    return driver.execute_async_script(VIOLATIONS)


def is_dark(driver, dark):
    features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def addresses(ndas):
    yield from ("/", "/ndas/?status=ALL", "/ndas/?status=ALL&type=MUTUAL&q=aster&sort=-expiration", "/ndas/?q=zzz")
    yield from (nda.get_absolute_url() for nda in ndas[:7])
    yield from ("/ndas/new/", f"/ndas/{ndas[0].pk}/edit/", f"/ndas/{ndas[1].pk}/reject/", f"/ndas/{ndas[2].pk}/upload/")
    yield from (
        "/nowhere/",
        "/epic10/",
        "/epic10/runs/1/",
        "/admin/",
        "/admin/ndas/contact/",
        "/admin/ndas/contact/add/",
    )


def test_axe_finds_nothing_on_any_page_and_none_has_to_be_scrolled_sideways(person, driver, ndas):
    for address in addresses(ndas):
        for dark in (False, True):
            is_dark(driver, dark)
            resize(driver, LAPTOP)
            person.opens(address)
            # What is folded is part of the page, too; that of the admin is Django's.
            driver.execute_script("for (const each of document.querySelectorAll('details')) each.open = true")
            assert violations(driver) == [], (address, dark)
        for size in WIDTHS:
            resize(driver, size)
            wide = driver.execute_script("return document.documentElement.scrollWidth")
            assert wide <= size[0] or address.startswith("/admin/"), (address, size)


def test_a_laptop_shows_twenty_ndas_and_more_in_a_line_each(person, driver, ndas):
    resize(driver, LAPTOP)
    person.opens("/ndas/?status=ALL&type=MUTUAL&sort=expiration")
    assert driver.execute_script(WHOLE_ROWS) >= 20
    for size in ((1024, 768), (768, 1024)):
        resize(driver, size)
        heights = driver.execute_script(
            "return [...document.querySelectorAll('tbody tr')].map(row => row.offsetHeight)"
        )
        assert max(heights) < 35, size


def test_a_subagency_follows_its_agency_and_a_name_finds_a_contact(person, driver, ndas):
    SubagencyFactory(name="Elsewhere")
    person.opens("/ndas/new/")
    offered = "return [...document.querySelector('#id_subagency').options].filter(o => !o.disabled).map(o => o.text)"
    assert any("Elsewhere" in option for option in driver.execute_script(offered))
    person.fills(agency_group=ndas[0].agency_group.name)
    assert driver.execute_script(offered) == ["---------", f"{ndas[0].agency_group.name}: {ndas[0].subagency.name}"]
    names = driver.execute_script("return [...document.querySelector('datalist').options].map(o => o.label)")
    assert any(name.startswith("Avery Castillo") for name in names)
    person.fills(relationship_poc="avery@usmax.example")
    assert "Avery Castillo" in person.sees
