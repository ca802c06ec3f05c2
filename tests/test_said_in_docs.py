"""What the documents say in numbers and names is what there is: counts of checks, variables of the environment."""

import re

import pytest
from django.conf import settings

from epic10.checks import AFTER, SMOKE, SMOKE_PREVIOUS, registered
from epic10.deploy import validate
from epic10.deploy.precheck import Limits, precheck
from epic10.release.plan import load
from tests.migration.test_two_routes import SCRIPTS

ROOT = settings.BASE_DIR
# The transcript is of one night, and stays what it was.
PAGES = [
    page
    for page in [ROOT / "README.md", SCRIPTS / "README.md", *ROOT.glob("docs/**/*.md")]
    if page.stem != "transcript"
]
COUNT = re.compile(r"(\d+) checks\b")
# Two files of a snapshot and its copy; the schema and each table after the way back.
SNAPSHOT = 2
VARIABLE = re.compile(r"""\b(?:flag|number|words|place|environ\.get)\("(\w+)"|environ\["(\w+)"\]""")
NOT_OURS = {"PATH", "DJANGO_SETTINGS_MODULE", "PYTHONUTF8"}


@pytest.fixture
def counts(legacy_database):
    """By what is asked, how many checks it says it has."""
    after = len(load().checks()) + len(registered(AFTER))
    found = {
        # And one more, the rehearsal of the schema, which is the command's own.
        "epic10_precheck": len(precheck(legacy_database.alias, Limits()).results) + 1,
        "epic10_validate": after,
        "epic10_validate --smoke": after + len(registered(SMOKE)),
        "smoke": len(registered(SMOKE)),
        "previous": len(registered(SMOKE_PREVIOUS)),
        "epic10_snapshot verify": SNAPSHOT,
        "epic10_rollback": 1 + len(load().tables()),
    }
    legacy_database.migrate()
    assert len(validate.validate(legacy_database.alias).results) == found["epic10_validate"]
    return found


def test_the_counts_of_checks_are_those_that_are_printed(counts):
    wrong = [
        (str(page.relative_to(ROOT)), found.group())
        for page in PAGES
        for found in COUNT.finditer(page.read_text())
        if int(found[1]) not in counts.values()
    ]
    assert wrong == [], f"There are {counts}."
    readme = (ROOT / "README.md").read_text()
    shown = readme.partition("manage.py epic10_validate\n")[2]
    assert int(COUNT.search(shown)[1]) == counts["epic10_validate"]


def test_every_variable_of_the_environment_is_explained():
    read = {
        name
        for folder in ("config", "epic10", "ndas")
        for module in (ROOT / folder).rglob("*.py")
        for names in VARIABLE.findall(module.read_text())
        for name in names
        if name
    }
    text = "\n".join(page.read_text() for page in PAGES)
    assert {name for name in read - NOT_OURS if f"`{name}" not in text and f"{name}=" not in text} == set()
