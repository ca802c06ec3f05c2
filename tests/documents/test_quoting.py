"""A quotation shows what was printed now: the same lines, with the numbers of today."""

import pytest

from tests.documents import quoting
from tests.documents.shape import compared, shape
from tests.guide.documents import Typed
from tests.guide.people import Ended

PRINTED = """\
Database "ndas" on 127.0.0.1:41231, as role "ndas_migrator"; release ndas.0002, revision 693535723d67+.
== migrate
Migrated 1,000 NDAs (batch 1): 2%, 6,878 NDAs/s, about 7 s left
Migrated 49,735 NDAs (batch 50): 100%, 8,265 NDAs/s
switch done in 95 ms.
== validate
OK      rows.status                           every NDA's status is the one its old status maps to
        50,000 rows
WARNING rows.executed                         only NDAs that are fully executed have the date of it
        INACTIVE, rows: 3,032, such as 0027b64d-2570-6360-8e07-08fbd891d656
63 checks: 62 passed, 1 warning"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("switch done in 0.39 s.", "switch done in 95 ms."),
        ("about 1 m 8 s, so plan for 2 m", "about 12 s, so plan for 24 s"),
        ("rows: 3,032, such as 0027b64d-2570-6360-8e07-08fbd891d656", "rows: 1, such as 5f3c64d0-…"),
        ("Migration started at 2026-11-22 12:05:13 UTC: ndas", "Migration started at 2027-01-02 00:00:00 UTC: ndas"),
        ("on 127.0.0.1:41231, revision 693535723d67+.", "on 10.0.0.7:5432, revision 1234567abcde+."),
        ("epic10_deploy  eva@ops", "epic10_deploy  root@vm17.example.org"),
        ("pid 1234567, revision 693535723d67", "pid 17, revision 1234567abcde+"),
        ("  precheck            6.83 s", "  precheck           12.10 s"),
        ("63 checks: 62 passed, 1 warning", "103 checks: 101 passed, 2 warnings"),
    ],
)
def test_numbers_times_ids_and_hosts_are_no_difference(one, other):
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("switch done in 0.39 s.", "switch undone in 0.39 s."),
        ("63 checks: 63 passed", "63 checks: 62 passed, 1 failed"),
    ],
)
def test_words_are(one, other):
    assert shape(one) != shape(other)


def test_the_lines_that_are_quoted_have_the_numbers_of_this_run():
    quoted = "    …\n    switch done in 0.39 s.\n    …\n    103 checks: 101 passed, 2 warnings"
    now = compared(quoted, PRINTED)
    assert now.text == "    …\n    switch done in 95 ms.\n    …\n    63 checks: 62 passed, 1 warning"
    assert now.gone == ()


def test_a_line_that_is_not_printed_any_more_is_named_and_gives_way_to_its_like():
    now = compared("    switch was done in 0.39 s.\n    Something else altogether.\n    == validate", PRINTED)
    assert now.gone == ("switch was done in 0.39 s.", "Something else altogether.")
    assert now.text == "    switch done in 95 ms.\n    == validate"


def test_lines_in_another_order_than_they_are_printed_are_noticed():
    assert compared("== validate\n== migrate", PRINTED).gone == ("== migrate",)


def test_progress_and_what_is_ok_is_left_out_of_the_transcript():
    assert quoting.told(PRINTED)[1:] == [
        "== migrate",
        "switch done in 95 ms.",
        "== validate",
        "WARNING rows.executed                         only NDAs that are fully executed have the date of it",
        "        INACTIVE, rows: 3,032, such as 0027b64d-2570-6360-8e07-08fbd891d656",
        "63 checks: 62 passed, 1 warning",
    ]


def test_of_two_times_that_the_same_was_typed_a_block_quotes_its_own():
    first = Typed("python manage.py epic10_status", "The night", "    enforced")
    played = [
        (first, Ended(first.line, 0, "enforced", 1)),
        (Typed(first.line, "Afterwards"), Ended("", 0, "switched", 1)),
    ]
    assert quoting._ended(first.line, "    enforced", played).said == "enforced"
    assert quoting._ended(first.line, "    anything", played).said == "switched"
    assert quoting._ended("python manage.py epic10_records", "", played) is None
