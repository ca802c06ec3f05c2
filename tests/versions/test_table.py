"""The old application works until the switch, and as soon as it is undone; the new one from it on; the page says so."""

import pytest

from ndas.release.applications import NEW_APPLICATION, OLD_APPLICATION
from tests.documents import marks
from tests.versions import table


@pytest.fixture(scope="module")
def rows(legacy_template, django_db_blocker):
    with django_db_blocker.unblock():
        return table.rows(legacy_template)


@pytest.mark.slow
def test_every_operation_of_the_old_application_works_until_the_switch_and_again_when_it_is_undone(rows):
    old = [row for row in rows if not row.is_switched]
    assert {row.state: {name: said for name, said in row.old.items() if said} for row in old} == {
        row.state: {} for row in old
    }
    assert [row.state for row in old if not row.labels <= OLD_APPLICATION.moves.keys()] == []


def test_every_operation_of_the_new_application_works_from_the_switch_on(rows):
    new = [row for row in rows if row.is_switched]
    assert [row.state for row in new] == [
        "after `switch`",
        "after `0003`",
        "after `0004`",
        "`0004` undone",
        "`0003` undone",
    ]
    assert {row.state: {name: said for name, said in row.new.items() if said} for row in new} == {
        row.state: {} for row in new
    }
    assert [row.state for row in new if not row.labels <= NEW_APPLICATION.moves.keys()] == []


def test_of_the_other_application_nothing_is_promised(rows):
    """What the database refuses: so nobody can take the wrong one for the right one."""
    assert {row.old["read"] for row in rows if row.is_switched} == {"a label it does not know: CREATED, SUB_CONTRACTOR"}
    assert {row.new["list"] for row in rows if not row.is_switched} == {"22P02", "26000"}


def test_the_table_of_the_page_is_fresh(rows):
    page = table.PAGE.read_text()
    assert marks.filled(page, table.NAME, table.section(rows)) == page, "python -m tests.documents versions"
