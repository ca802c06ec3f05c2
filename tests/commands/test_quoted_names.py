"""One rule for names in messages: one that somebody has chosen stands in double quotes after what it is the name of."""

import re

import pytest
from django.conf import settings

# A noun that a placeholder follows; SQL has it in capitals.
NAMED = re.compile(r"(?<![\w.])(?:[Dd]atabase|[Rr]ole|[Ss]napshot|[Ff]older)s? (?:\{[^}]*\}|%{1,2}s)(?! rows)")
# One is quoted before it comes into the sentence, the other an alias of Django's.
NO_SENTENCES = {"role {role}", "database {name}"}
PACKAGES = ("config", "epic10", "ndas")


def unquoted(source):
    return set(NAMED.findall(source)) - NO_SENTENCES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_in_a_message_stands_in_double_quotes(package):
    modules = (settings.BASE_DIR / package).rglob("*.py")
    assert {path.name: found for path in modules if (found := unquoted(path.read_text()))} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('f"Snapshot {name} holds everything."', {"Snapshot {name}"}),
        ("f'Snapshot \"{name}\" holds everything.'", set()),
        ('f"since the snapshot {new:,} rows are new"', set()),
        ('f"DROP DATABASE {name}"', set()),
        ("'in database %s, prepared'", {"database %s"}),
    ],
)
def test_one_without_is_noticed(source, found):
    assert unquoted(source) == found
