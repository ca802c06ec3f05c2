"""
A person's round in a real browser, from log-in to the expiration date.

    python -m tests.documents pictures

keeps what was seen as the pictures of the documentation.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from ndas.choices import NdaStatus
from ndas.models import Nda
from tests.factories import PASSWORD, AgencyGroupFactory, ContactFactory, NdaFactory, UserFactory

from .browser import LAPTOP, PHONE, Person, resize, start

SCREENSHOTS = os.environ.get("SCREENSHOTS")
COMPANIES = ("Aster Robotics LLC", "Beacon Analytics Inc.", "Cobalt Systems LP", "Delta Aerospace Corporation")
REASON = "The purpose is vague: say which data."


@pytest.fixture
def driver():
    driver = start()
    yield driver
    driver.quit()


@pytest.fixture
def picture(driver):
    def keep(name, size=LAPTOP):
        if SCREENSHOTS:
            resize(driver, size)
            driver.save_screenshot(str(Path(SCREENSHOTS) / f"{name}.png"))
            resize(driver, LAPTOP)

    return keep


@pytest.fixture
def group(transactional_db):
    group = AgencyGroupFactory(name="Department of Energy", code="DOE")
    author = ContactFactory(first_name="Grace", last_name="Hussain")
    for number in range(32):
        status = list(NdaStatus)[number % 7]
        expires = timezone.now() + timedelta(days=5 + number) if status == NdaStatus.FULLY_EXECUTED else None
        NdaFactory(
            company_name=COMPANIES[number % 4],
            agency_group=group,
            created_by=author,
            status=status,
            effective_date=timezone.now() - timedelta(days=3 * number),
            expiration_date=expires,
        )
    return group


@pytest.fixture
def people(group):
    """An author and an approver who can log in."""
    contacts = {
        "ann": ContactFactory(first_name="Ann", last_name="Castillo", email="ann.castillo@usmax.example"),
        "bob": ContactFactory(first_name="Bob", last_name="Fontaine", email="bob.fontaine@usmax.example"),
    }
    for name, role in (("ann", "NDA user"), ("bob", "Approver")):
        account = UserFactory(username=name, contact=contacts[name], role=role, sees=[group])
        account.set_password(PASSWORD)
        account.save()
    return contacts


@pytest.mark.slow
def test_a_round_from_log_in_to_the_expiration_date(driver, picture, live_server, people, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"%PDF-1.7 signed")
    person = Person(driver, live_server.url)

    person.logs_in("ann", PASSWORD)
    assert "Start" in person.sees and "Expiring within 30 days" in person.sees
    picture("start")
    person.presses("NDAs")
    assert "page 1 of" not in person.sees and "Expired" not in person.table
    person.fills(q="beacon", status="All")
    person.presses("Show")
    assert "8 NDAs" in person.sees
    assert {row.split()[1] for row in person.rows} == {"Beacon"}

    person.presses("New NDA")
    person.fills(
        company_name="Juniper Dynamics Inc.", abbreviated_name="JUNDYN", relationship_poc="nobody@else.example"
    )
    person.fills(agency_group="Department of Energy", authorized_purpose="Exchange of technical data.")
    person.presses("Save")
    assert "No active contact has this e-mail." in person.sees
    picture("form")
    person.fills(relationship_poc=people["bob"].email)
    person.presses("Save")
    nda = Nda.objects.get(company_name="Juniper Dynamics Inc.")
    assert f"NDA {nda.display_id} is created." in person.sees
    person.presses("Route for approval")
    assert "Pending Approval" in person.sees
    assert not person.offers("Approve")

    page = nda.get_absolute_url()
    person.logs_in("bob", PASSWORD)
    assert f"NDA {nda.display_id}: Juniper Dynamics Inc." in person.sees
    person.opens(page)
    person.presses("Reject")
    person.fills(reason=REASON)
    picture("reject")
    person.presses("Reject")
    assert f"Rejected: {REASON}" in person.sees

    person.logs_in("ann", PASSWORD)
    person.opens(page)
    person.presses("Edit")
    person.fills(authorized_purpose="Exchange of thermal test data for the bid of March.")
    person.presses("Save")
    person.presses("Route for approval")
    person.logs_in("bob", PASSWORD)
    person.opens(page)
    person.presses("Approve")
    assert f"NDA {nda.display_id} is approved, and sent." in person.sees

    person.logs_in("ann", PASSWORD)
    person.opens(page)
    person.presses("Upload executed NDA")
    person.fills(file=signed, signed_on="02/29/2024")
    person.presses("Upload")
    assert person.value_of("Fully executed") == "02/29/2024"
    assert person.value_of("Expires") == "02/28/2025"
    assert "signed.pdf" in person.sees
    picture("detail")
    picture("detail-phone", PHONE)
    person.presses("NDAs")
    picture("list")
    picture("list-phone", PHONE)
    person.presses("Log out")
    person.opens(page)
    assert "Log in" in person.sees and "Juniper" not in person.sees


@pytest.mark.slow
def test_the_pages_work_by_keyboard_and_fit_a_phone(driver, live_server, people, group):
    person = Person(driver, live_server.url)
    person.logs_in("ann", PASSWORD)
    person.opens("/ndas/")
    person.types("\ue004", "\ue007")  # Tab, Enter: the first stop skips the navigation.
    assert driver.current_url.endswith("/ndas/#content")
    nda = Nda.objects.filter(status=NdaStatus.CREATED).first()
    resize(driver, PHONE)
    for address in ("/", "/ndas/", "/ndas/new/", nda.get_absolute_url()):
        person.opens(address)
        assert driver.execute_script("return document.documentElement.scrollWidth") <= PHONE[0], address
        unnamed = driver.execute_script(
            "return [...document.querySelectorAll('input:not([type=hidden]), select, textarea, button, a')]"
            ".filter(e => !(e.labels?.length || e.textContent.trim() || e.ariaLabel)).map(e => e.outerHTML)"
        )
        assert unnamed == [], address
