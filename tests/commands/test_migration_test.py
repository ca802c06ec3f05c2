"""The migration test of CI: what it says to people, to machines, and by its exit status."""

import json
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from django.conf import settings

from tests.migration_test import Outcome, outcomes, summary

NO_DATABASES = """The role "nobody_much" may not make a scratch database beside this one.
HINT: As a superuser: ALTER ROLE "nobody_much" CREATEDB; or name another server by DATABASE_URL."""


def run(database, directory, url=""):
    finished = subprocess.run(
        [sys.executable, "-m", "tests.migration_test", "--rows", "50", "--report", directory],
        cwd=settings.BASE_DIR,
        env=os.environ | {"DATABASE_URL": url or database.url},
        capture_output=True,
        text=True,
    )
    return finished, ElementTree.parse(directory / "junit.xml").getroot()


@pytest.mark.slow
def test_it_passes_reports_and_leaves_nothing(empty_database, tmp_path):
    finished, suite = run(empty_database, tmp_path)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.startswith("## Migration test: passed\n")
    assert finished.stdout.strip() == (tmp_path / "summary.md").read_text().strip()
    steps = [step["name"] for step in json.loads((tmp_path / "rehearsal.json").read_text())["steps"]]
    assert [case.get("name") for case in suite][: len(steps)] == steps
    assert (suite.get("failures"), suite.get("errors"), suite.get("skipped")) == ("0", "0", "0")
    assert empty_database.rows("SELECT count(*) FROM pg_tables WHERE tablename = 'ndas'") == [(0,)]


@pytest.mark.slow
def test_what_stops_it_is_said_in_every_form(empty_database, tmp_path):
    empty_database.execute("CREATE ROLE nobody_much LOGIN")
    try:
        finished, suite = run(empty_database, tmp_path, re.sub(r"user=\w+", "user=nobody_much", empty_database.url))
    finally:
        empty_database.execute("DROP ROLE nobody_much")
    assert finished.returncode == 1
    assert f"- **there, back and there again**: {' '.join(NO_DATABASES.split())}" in finished.stdout
    assert [failure.text for failure in suite.iter("failure")] == [NO_DATABASES]


def test_a_check_that_fails_is_named():
    check = {
        "id": "rows.status",
        "title": "every status is mapped",
        "verdict": "FAILED",
        "findings": ["7 are not"],
        "skipped": "",
    }
    record = {
        "reports": [{"command": "epic10_validate", "checks": [check | {"seconds": 0.1}], "counts": {"checks": 1}}]
    }
    found = outcomes(record, "1 check failed (epic10_validate)")
    assert found[0] == Outcome("epic10_validate: rows.status", 0.1, "every status is mapped\n7 are not")
    assert summary(record, found).splitlines()[2] == (
        "- **epic10_validate: rows.status**: every status is mapped 7 are not"
    )
