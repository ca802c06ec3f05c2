"""The judges find nothing in the release that nobody has given a reason for."""

import pytest

from tests.judges import accepted, document, findings

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("judge", [findings.of_squawk, findings.of_the_linter], ids=["squawk", "linter"])
def test_every_finding_has_its_reason(judge):
    assert [finding for finding in judge() if not accepted.reason_for(finding)] == []


def test_every_reason_has_its_finding():
    assert accepted.unused(findings.all_of_them()) == []


def test_the_document_is_fresh():
    assert document.PATH.read_text() == document.text(), "HINT: python -m tests.judges"


@pytest.mark.parametrize(
    ("script", "rule"),
    [
        (
            "SET lock_timeout = '1s';\nCREATE INDEX ndas_by_agency ON ndas (agency_group_id);\n",
            "require-concurrent-index-creation",
        ),
        ("DO $epic10$ BEGIN\n  ALTER TABLE ndas RENAME COLUMN status TO state;\nEND $epic10$;\n", "renaming-column"),
        (
            "DO $epic10$ BEGIN\n  EXECUTE format('ALTER TABLE %I DROP COLUMN status', 'ndas');\nEND $epic10$;\n",
            "ban-drop-column",
        ),
        (
            "DO $epic10$ BEGIN\n  IF true THEN ALTER TABLE ndas ALTER status TYPE text;\n  END IF;\nEND $epic10$;\n",
            "changing-column-type",
        ),
    ],
)
def test_what_nobody_has_excused_is_found_also_inside_a_block(script, rule):
    found = findings.squawk("migration.sql", findings.plain(script))
    assert rule in {finding.rule for finding in found if not accepted.reason_for(finding)}


def test_the_scripts_are_read_to_their_end():
    assert not [finding for finding in findings.of_squawk() if finding.rule == "syntax-error"]
