"""A real browser for tests: Debian's Chromium, driven by selenium; nothing is downloaded."""

import shutil

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.migration.disturbances import LONG_ENOUGH

ANOTHER_PAGE = "return !window.wasPressed && document.readyState === 'complete'"
LAPTOP, PHONE = (1280, 900), (390, 844)


def missing():
    return [program for program in ("chromium", "chromedriver") if not shutil.which(program)]


def start(size=LAPTOP):
    if missing():
        pytest.skip(f"not installed: {', '.join(missing())} (apt-get install chromium chromium-driver)")
    options = Options()
    options.binary_location = shutil.which("chromium")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=en-US",
    ):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    resize(driver, size)
    return driver


def resize(driver, size):
    # A window has a smallest width, which is wider than a phone.
    metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def until(driver, condition):
    # Between two pages there is none to ask.
    waiting = WebDriverWait(driver, LONG_ENOUGH, poll_frequency=0.1, ignored_exceptions=[WebDriverException])
    waiting.until(lambda _: condition())


class Person:
    """Somebody at a browser: ``sees`` a page, ``fills`` its fields, ``presses`` what has these words on it."""

    def __init__(self, driver, site):
        self.driver, self.site = driver, site

    def opens(self, address):
        self.driver.get(f"{self.site}{address}")

    def fills(self, **fields):
        for name, value in fields.items():
            field = self.driver.find_element(By.NAME, name)
            if field.tag_name == "select":
                field.find_element(By.XPATH, f".//option[normalize-space()='{value}']").click()
            else:
                if field.get_attribute("type") not in ("file", "checkbox"):
                    field.clear()
                field.send_keys(str(value))

    def presses(self, words):
        path = f"//button[normalize-space()='{words}'] | //a[normalize-space()='{words}']"
        self.driver.execute_script("window.wasPressed = true")
        self.driver.find_element(By.XPATH, path).click()
        # Each of them leads to another page, which a busy machine may take its time for.
        until(self.driver, lambda: self.driver.execute_script(ANOTHER_PAGE))

    def logs_in(self, username, password):
        self.driver.delete_all_cookies()
        self.opens("/login/")
        self.fills(username=username, password=password)
        self.presses("Log in")

    @property
    def sees(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    @property
    def table(self):
        return self.driver.find_element(By.TAG_NAME, "tbody").text

    @property
    def rows(self):
        return [row.text for row in self.driver.find_elements(By.CSS_SELECTOR, "tbody tr")]

    def offers(self, words):
        return bool(self.driver.find_elements(By.XPATH, f"//button[normalize-space()='{words}']"))

    def value_of(self, term):
        return self.driver.find_element(By.XPATH, f"//dt[.='{term}']/following-sibling::dd").text

    def types(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)
