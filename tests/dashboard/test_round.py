"""The dashboard in a real browser, while a migration runs in another process."""

import pytest
from django.contrib.auth.models import User

from epic10.release.status import status
from tests.dashboard.dashboards import with_logins
from tests.databases import served
from tests.factories import PASSWORD
from tests.migration.disturbances import STANDS_STILL, standstill, wait_for
from tests.web.browser import PHONE, Person, resize, start, until

PHASES = ("expand", "backfill", "index", "enforce", "switch")


@pytest.fixture
def driver():
    driver = start()
    yield driver
    driver.quit()


@pytest.fixture
def onlooker(driver, live_server, legacy_database):
    """Somebody of staff with the dashboard of the legacy database open."""
    with_logins(legacy_database)
    with served(legacy_database):
        User.objects.create_superuser("dora", password=PASSWORD)
        person = Person(driver, live_server.url)
        person.opens("/epic10/")
        person.fills(username="dora", password=PASSWORD)
        person.presses("Log in")
        yield person


@pytest.mark.slow
def test_the_phases_move_while_another_process_migrates(driver, onlooker, legacy_database):
    assert (state(driver), word(driver, "backfill")) == ("Baseline", "waiting")
    driver.execute_script("window.notReloaded = true")
    with standstill(legacy_database, after=(20, 100)) as go:
        process = legacy_database.start("migrate", "ndas", EPIC10_BATCH_SIZE="1")
        for rows in (20, 100):
            wait_for(legacy_database, STANDS_STILL, process)
            there = status(legacy_database.connection).phases[1]
            until(driver, lambda there=there: share(driver) == round(there.share, 4))
            assert there.rows == rows
            assert state(driver) == f"Backfilling {int(there.share * 100)} %"
            assert word(driver, "backfill") == "running"
            assert driver.title == f"{int(there.share * 100)} % backfill | Epic 10"
            assert driver.execute_script("return document.querySelector('link[rel=icon]').href").startswith(
                "data:image"
            )
            go()
    output, complaint = process.communicate()
    assert (process.returncode, complaint) == (0, ""), output
    # The work is over: the counts are of now, and the page has not been loaded again.
    until(driver, lambda: state(driver) == "Switched" and "in the new labels" in text(driver, "counts"))
    assert driver.execute_script("return window.notReloaded")
    assert driver.title == "Switched | Epic 10"
    assert {word(driver, phase) for phase in PHASES} == {"done"}
    assert driver.get_log("browser") == []
    assert (fits(driver, PHONE), unnamed(driver)) == (True, [])


def fits(driver, size):
    resize(driver, size)
    return driver.execute_script("return document.documentElement.scrollWidth") <= size[0]


def unnamed(driver):
    """What a screen reader could not tell anybody about."""
    return driver.execute_script(
        "return [...document.querySelectorAll('progress, figure svg, section, nav, a, summary')]"
        ".filter(e => !(e.textContent.trim() || e.ariaLabel || e.getAttribute('aria-labelledby')))"
        ".map(e => e.outerHTML)"
    )


def state(driver):
    return driver.execute_script("return document.querySelector('[data-state]')?.textContent")


def text(driver, section):
    return driver.execute_script(f"return document.getElementById('{section}').textContent")


def word(driver, phase):
    return driver.execute_script(f"return document.querySelector('[data-phase={phase}] .chip')?.textContent")


def share(driver):
    return driver.execute_script("return document.querySelector('[data-phase=backfill] progress')?.value ?? 0")
