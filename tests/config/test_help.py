"""The list of commands says what each of ours is for."""

import re
import subprocess
import sys

import pytest
from django.conf import settings

from config.help import HEADING, Utility, first_sentence, purposes

LONGEST = 90


def test_help_begins_with_a_line_for_each_of_ours():
    finished = subprocess.run(
        [sys.executable, "manage.py", "help"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    ours, names = finished.stdout.split("\n\n\n", 1)
    assert ours.splitlines()[0] == HEADING
    assert set(re.findall(r"^  (\w+) ", ours, re.MULTILINE)) == set(purposes())
    assert "  epic10_rollback  Go back to before Epic 10, from any point.\n" in ours
    assert names.lstrip().startswith("Type 'manage.py help <subcommand>'")


@pytest.mark.parametrize("command", purposes())
def test_what_it_is_for_is_said_in_a_line(command):
    assert len(purposes()[command]) <= LONGEST


def test_the_documents_say_the_same():
    text = (settings.BASE_DIR / "docs" / "epic-10.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|$", text, re.MULTILINE))
    assert rows == purposes()


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Go back, from any point. Is it stopped?", "Go back, from any point."),
        ("Can it run? Asks.", "Can it run?"),
        ("Write verify.sql from it. Then", "Write verify.sql from it."),
        ("One sentence.", "One sentence."),
    ],
)
def test_the_first_sentence_ends_where_the_next_begins(text, first):
    assert first_sentence(text) == first


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (["epic10_deploy", "--roling"], "HINT: There is --rolling."),
        (
            ["epic10_snapshot", "restore", "newest", "--into=copy", "--overwrit", "--no-owners"],
            "HINT: There is --no-owner.",
        ),
        (["migrate", "--worker"], "argument --workers: expected one argument"),
        (["epic10_status", "--xyzzy"], "unrecognized arguments: --xyzzy"),
    ],
)
def test_an_option_that_there_is_not_is_told_from_one_like_it(typed, hint, capsys):
    with pytest.raises(SystemExit) as ended:
        Utility(["manage.py", *typed]).execute()
    assert ended.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1].endswith(hint)
