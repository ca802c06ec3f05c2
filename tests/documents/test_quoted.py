"""What the pages quote as said by a command can be said by it."""

import re

import pytest

from tests.documents import marks
from tests.documents.messages import share_said

SPAN = re.compile(r"`([^`\n]+)`")
CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
# A line to type, or a piece of code, is no message.
IS_TYPED = re.compile(
    r"python |psql |systemctl |pytest|\w+=\S|--|\S+ = |; |epic10_\w+( |$)|migrate |touch |restore --"
    r"|(SELECT|UPDATE|INSERT|DELETE|ALTER|GRANT|CREATE|DROP|WHERE|VACUUM|EXPLAIN|ON) "
)
# PostgreSQL, Django, and what somebody's own function raises.
SAID_BY_OTHERS = re.compile(
    r"permission denied|invalid input value|cached plan|could not extend|cache lookup|return type mismatch"
    r"|more expressions than|statement timeout|no such status|function min\(|^Superuser created"
)
# Of a row in a CSV file or in a list of records, the name of a check, and what is typed after a question.
NOT_SAID = re.compile(r"^\w+-\S*,.*|^\d+  \d{4}-.*|^Type .*|^(OK|WARNING|FAILED|SKIPPED) +\S+")
WORDS = re.compile(r"(?<!\S)[A-Z]?[a-z]+[.,:;]?(?!\S)")
FEWEST, SHARE = 5, 0.4


def messages(text):
    """Between backticks, outside of what is written by a real run."""
    for span in SPAN.findall(CODE_BLOCK.sub("", marks.BLOCK.sub("", text))):
        if len(WORDS.findall(span)) >= FEWEST and not IS_TYPED.match(span) and not SAID_BY_OTHERS.search(span):
            yield span


@pytest.mark.parametrize("page", marks.pages(), ids=lambda page: page.stem)
def test_every_message_that_a_page_quotes_stands_in_the_code(page):
    assert [said for said in messages(page.read_text()) if share_said(said) < SHARE] == []


def test_the_lines_of_real_runs_stand_in_the_code_too():
    lines = [
        NOT_SAID.sub("", line.strip())
        for part in ("night", "first-steps")
        for block in marks.blocks(part)
        if block.name == part
        for line in block.body.splitlines()
        if not line.strip().startswith("$")
    ]
    long = [line for line in lines if len(WORDS.findall(line)) >= FEWEST]
    assert long
    assert [line for line in long if share_said(line) < SHARE and not SAID_BY_OTHERS.search(line)] == []


def test_a_message_that_was_worded_anew_is_noticed():
    text = "*Otherwise:* `The giraffe sings about her rusty bicycle, and nobody dances before noon.`"
    assert [said for said in messages(text) if share_said(said) < SHARE] == [text.split("`")[1]]
    assert (
        share_said("Nothing was changed: the application is still writing: pid 27134, ndas (ndas-web), active.") > SHARE
    )
