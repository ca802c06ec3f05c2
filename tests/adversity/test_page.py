"""docs/adversity.md says what the tests saw."""

from django.conf import settings

from tests.adversity import test_labels, test_privileges, test_sessions, test_triggers
from tests.adversity.test_triggers import WHAT_NOW

PAGE = (settings.BASE_DIR / "docs" / "adversity.md").read_text()


def test_the_page_has_the_words_of_the_tests():
    names = {"owner": "O", "migrator": "M", "other": "X", "database": "D"}
    refusals = [words for _, *words in test_privileges.LACKING.values()]
    for complaint, hint in refusals:
        assert complaint.format(**names) in PAGE
        assert hint.format(**names) in PAGE
    assert test_sessions.LOST in PAGE
    assert test_labels.REFUSED in PAGE
    assert all(f"    {line}\n" in PAGE for line in WHAT_NOW.splitlines())
    _, _, complaint, _ = test_triggers.REWRITING["drops the update"]
    assert complaint.format(status="…", first="…") in PAGE


def test_every_test_of_adversity_is_on_the_page():
    files = [path.name for path in (settings.BASE_DIR / "tests" / "adversity").glob("test_*.py")]
    assert {name for name in files if name not in PAGE} == {"test_page.py"}
