"""What is written stands between two comments, and nothing else of a page is touched."""

import pytest

from tests.documents import marks
from tests.documents.parts import PARTS
from tests.guide.documents import PROMPT

PAGE = "# Title\n\nBefore.\n\n{}\n\nAfter.\n"
# They write whole files, or keep comments of their own.
WITHOUT_BLOCKS = {"judges", "pictures", "clients", "rivals"}


def test_only_what_is_between_the_comments_is_written():
    page = PAGE.format(marks.marked("night: seconds", "| old |"))
    assert marks.filled(page, "night: seconds", "| new |\n\n") == PAGE.format(marks.marked("night: seconds", "| new |"))


def test_every_block_of_the_name_is_written_and_no_other():
    page = marks.marked("one", "old") + "\n\n" + marks.marked("two", "old") + "\n\n" + marks.marked("one", "old")
    assert [found["body"] for found in marks.BLOCK.finditer(marks.filled(page, "one", "new"))] == ["new", "old", "new"]


def test_a_page_without_the_block_is_named_and_not_written():
    with pytest.raises(ValueError, match="No block is marked <!-- written by"):
        marks.filled(PAGE.format("nothing"), "night", "new")


@pytest.mark.parametrize("page", marks.pages(), ids=lambda page: page.stem)
def test_every_comment_of_a_page_begins_or_ends_a_block_of_a_part(page):
    text = page.read_text()
    blocks = list(marks.BLOCK.finditer(text))
    assert len(marks.ANY_MARK.findall(text)) == 2 * len(blocks)
    assert {found["name"].partition(":")[0] for found in blocks} - PARTS.keys() == set()


@pytest.mark.parametrize("page", marks.pages(), ids=lambda page: page.stem)
def test_what_a_command_prints_is_quoted_only_from_a_real_run(page):
    by_hand = PROMPT.findall(marks.BLOCK.sub("", page.read_text()))
    assert [line for _, line, printed in by_hand if printed.strip()] == []


def test_every_picture_is_shown_on_a_page():
    shown = "\n".join(page.read_text() for page in marks.pages())
    assert [path.name for path in (marks.ROOT / "docs/images").iterdir() if f"images/{path.name}" not in shown] == []


def test_every_part_has_something_to_write():
    assert PARTS.keys() - {block.part for block in marks.blocks()} == WITHOUT_BLOCKS
