"""A person's day in a real browser: sessions that end, colleagues who save first, fingers that click twice."""

import pytest
from django.contrib.sessions.models import Session
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By

from ndas import services
from ndas.access.actors import actor_of
from ndas.models import Nda
from ndas.outbox.models import Mail
from tests.factories import PASSWORD, AgencyGroupFactory, ContactFactory, NdaFactory, UserFactory

from .browser import Person, start, until

WORDS = {
    "company_name": "Juniper Dynamics Inc.",
    "abbreviated_name": "JUNDYN",
    "agency_group": "Department of Energy",
    "authorized_purpose": "Exchange of thermal test data.",
}


@pytest.fixture
def driver():
    driver = start()
    yield driver
    driver.quit()


@pytest.fixture
def accounts(transactional_db):
    group = AgencyGroupFactory(name="Department of Energy", code="DOE")
    accounts = {}
    for name, last_name, role in (("ann", "Castillo", "NDA user"), ("bob", "Fontaine", "Approver")):
        contact = ContactFactory(first_name=name.title(), last_name=last_name, email=f"{name}@usmax.example")
        accounts[name] = UserFactory(username=name, contact=contact, role=role, sees=[group])
        accounts[name].set_password(PASSWORD)
        accounts[name].save()
    return accounts


def the_session_ends():
    Session.objects.all().delete()


def logs_in_again(person, name):
    """On the page that asks for it, wherever it leads."""
    person.fills(username=name, password=PASSWORD)
    person.presses("Log in")


def typed(driver, name):
    return driver.find_element(By.NAME, name).get_attribute("value")


def double_click(driver, words):
    ActionChains(driver).double_click(driver.find_element(By.XPATH, f"//button[normalize-space()='{words}']")).perform()


@pytest.mark.slow
def test_a_day_on_which_everything_happens_and_nothing_is_lost(driver, live_server, accounts):
    person, group = Person(driver, live_server.url), AgencyGroupFactory._meta.model.objects.get()

    # The session ends in the middle of a form.
    person.logs_in("ann", PASSWORD)
    person.presses("New NDA")
    person.fills(**WORDS, relationship_poc="Fontaine, Bob")
    the_session_ends()
    person.presses("Save")
    assert "Your session had ended" in person.sees and not Nda.objects.exists()
    logs_in_again(person, "ann")
    assert "nothing is saved yet" in person.sees
    assert typed(driver, "authorized_purpose") == WORDS["authorized_purpose"]

    # A form with errors, and two clicks where one is enough.
    person.fills(authorized_purpose="")
    driver.execute_script("document.querySelector('form.card').noValidate = true")
    person.presses("Save")
    assert "This field is required." in person.sees
    person.fills(authorized_purpose=WORDS["authorized_purpose"])
    double_click(driver, "Save")
    until(driver, lambda: "is created." in person.sees)
    [nda] = Nda.objects.all()
    assert nda.relationship_poc.email == "bob@usmax.example"
    driver.back()
    assert "New NDA" in driver.title and "Save" in person.sees
    person.opens(nda.get_absolute_url())

    # Two clicks on Clone, too.
    driver.find_element(By.XPATH, "//summary[.='More']").click()
    double_click(driver, "Clone")
    until(driver, lambda: "is a copy of" in person.sees)
    assert nda.clones.count() == 1

    # A colleague saves first.
    person.opens(f"{nda.get_absolute_url()}edit/")
    person.fills(company_name="Mine LLC", company_city="Denver", abbreviated_name="MINE")
    bob = actor_of(accounts["bob"])
    services.update(bob, nda.pk, company_name="Theirs Inc.", company_city="Tampa", state_of_incorporation="Texas")
    person.presses("Save")
    assert "was changed by somebody else" in person.sees
    for field, whose in {"company_name": "mine", "company_city": "theirs"}.items():
        driver.find_element(By.CSS_SELECTOR, f"[name=take-{field}][value={whose}]").click()
    person.presses("Save")
    nda.refresh_from_db()
    assert (nda.company_name, nda.company_city) == ("Mine LLC", "Tampa")
    assert (nda.abbreviated_name, nda.state_of_incorporation) == ("MINE", "Texas")

    # A tab from before logging in again elsewhere.
    person.opens(f"{nda.get_absolute_url()}edit/")
    person.fills(agency_office_name="Golden")
    tab = driver.current_window_handle
    driver.switch_to.new_window("tab")
    person.opens("/")
    person.logs_in("ann", PASSWORD)
    driver.switch_to.window(tab)
    person.presses("Save")
    assert "This page was too old" in person.sees
    person.presses("Go on")
    assert typed(driver, "agency_office_name") == "Golden"
    person.presses("Save")
    nda.refresh_from_db()
    assert nda.agency_office_name == "Golden"
    person.presses("Route for approval")

    # The inbox of a third, whose session ends before the button; the second had a part in the text.
    carol = UserFactory(username="carol", contact=ContactFactory(first_name="Carol"), role="Approver", sees=[group])
    carol.set_password(PASSWORD)
    carol.save()
    person.logs_in("bob", PASSWORD)
    assert "Mine LLC" not in person.sees
    person.logs_in("carol", PASSWORD)
    person.presses(f"NDA {nda.display_id}: Mine LLC")
    the_session_ends()
    person.presses("Approve")
    logs_in_again(person, "carol")
    assert driver.current_url.endswith(nda.get_absolute_url()) and "Pending Approval" in person.sees
    person.presses("Approve")
    assert f"NDA {nda.display_id} is approved, and sent." in person.sees
    assert [mail.recipient for mail in Mail.objects.all()] == ["ann@usmax.example"]


@pytest.mark.slow
def test_without_javascript_it_is_the_same(driver, live_server, accounts):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    person, nda = Person(driver, live_server.url), NdaFactory(agency_group=AgencyGroupFactory._meta.model.objects.get())

    def presses(words):
        before = driver.find_element(By.TAG_NAME, "html")
        driver.find_element(By.XPATH, f"//button[normalize-space()='{words}']").click()
        until(driver, lambda: before.id != driver.find_element(By.TAG_NAME, "html").id)

    person.opens("/login/")
    person.fills(username="ann", password=PASSWORD)
    presses("Log in")
    person.opens("/ndas/new/")
    person.fills(**WORDS, relationship_poc="bob@usmax.example")
    double_click(driver, "Save")
    until(driver, lambda: "Juniper Dynamics Inc." in driver.title)
    assert Nda.objects.filter(company_name=WORDS["company_name"]).count() == 1
    person.opens(f"{nda.get_absolute_url()}edit/")
    person.fills(company_name="Mine LLC")
    services.update(actor_of(accounts["bob"]), nda.pk, company_name="Theirs Inc.")
    presses("Save")
    driver.find_element(By.CSS_SELECTOR, "[name=take-company_name][value=mine]").click()
    presses("Save")
    nda.refresh_from_db()
    assert nda.company_name == "Mine LLC"
