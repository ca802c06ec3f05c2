"""How checks are asked: apart from each other, without changing anything, and never with a traceback."""

import pytest
from django.db import Error, connection

from epic10 import checks
from epic10.checks import Check, Database, Skip, evaluation, violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask():
    def ask(sql, **options):
        return checks.ask(Check("a.check", "all is well", violations(sql), **options), Database(connection))

    return ask


@pytest.mark.slow
def test_nothing_found_is_ok(ask):
    assert ask("SELECT 1 WHERE false").verdict == "OK"


def test_each_row_found_is_a_finding(ask):
    result = ask("SELECT 'row ' || i FROM generate_series(1, 2) AS i")
    assert (result.verdict, result.findings) == ("FAILED", ("row 1", "row 2"))


def test_a_check_that_does_not_block_only_warns(ask):
    assert ask("SELECT 1", blocking=False).verdict == "WARNING"


def test_a_check_that_cannot_be_asked_has_failed_even_if_it_does_not_block(ask):
    result = ask("SELECT 1 / 0", blocking=False)
    assert (result.verdict, result.findings) == ("FAILED", ("could not be asked: division by zero",))


def test_a_failing_query_does_not_spoil_the_next_one(ask):
    ask("SELECT no_such_column")
    assert ask("SELECT 1 WHERE false").verdict == "OK"


def test_a_check_cannot_change_the_database(ask):
    assert ask("CREATE TABLE left_behind ()").findings == (
        "could not be asked: cannot execute CREATE TABLE in a read-only transaction",
    )


def test_the_connection_can_write_again_afterwards(ask):
    ask("SELECT 1")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE written_afterwards ()")


def test_what_one_check_sets_the_next_one_does_not_see():
    def set_something(db):
        with db.connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        return ()

    asked = checks.run(
        [
            Check("first", "", set_something),
            Check("second", "", violations("SELECT current_setting('enable_seqscan')")),
        ],
        Database(connection),
    )
    assert asked[1].findings == ("on",)


def test_a_long_question_is_not_cut_short_by_the_statement_timeout_of_the_role(ask):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1s'")
    assert ask("SELECT 1 WHERE pg_sleep(1.1) IS NULL").verdict == "OK"


def test_a_question_that_does_not_arise_is_skipped_with_its_reason():
    def skipping(db):
        raise Skip("There is no such column.")

    result = checks.ask(Check("a.check", "all is well", skipping), Database(connection))
    assert (result.verdict, result.skipped) == ("SKIPPED", "There is no such column.")


def test_rows_hidden_by_row_security_are_an_error_not_an_all_clear():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE guarded (id int); INSERT INTO guarded VALUES (1)")
        cursor.execute("ALTER TABLE guarded ENABLE ROW LEVEL SECURITY")
        cursor.execute("CREATE ROLE epic10_onlooker; GRANT SELECT ON guarded TO epic10_onlooker")
        cursor.execute("SET LOCAL ROLE epic10_onlooker")
    result = checks.ask(Check("a.check", "", violations("SELECT id FROM guarded")), Database(connection))
    assert result.findings == (
        'could not be asked: query would be affected by row-level security policy for table "guarded"',
    )


def test_a_find_function_made_of_a_query_carries_it():
    assert violations("SELECT 1").sql == "SELECT 1"


def test_two_checks_of_one_name_are_refused(monkeypatch):
    monkeypatch.setattr(checks, "_registry", {})
    checks.register(Check("a.check", "", violations("SELECT 1")))
    with pytest.raises(ValueError, match=r"Two checks are called a\.check\."):
        checks.register(Check("a.check", "the other one", violations("SELECT 2")))


def test_the_two_sides_of_the_migration_are_kept_apart(monkeypatch):
    monkeypatch.setattr(checks, "_registry", {})
    checks.register(Check("b.before", "", violations("SELECT 1"), when=checks.BEFORE))
    checks.register(Check("a.after", "", violations("SELECT 1")))
    assert [check.id for check in checks.registered(checks.BEFORE)] == ["b.before"]
    assert [check.id for check in checks.registered(checks.AFTER)] == ["a.after"]


def cutting(times):
    """A check that finds nothing, whose session is cut so many times before it has said so."""
    left = [times]

    def find(db):
        if left[0]:
            left[0] -= 1
            db.rows("SELECT pg_terminate_backend(pg_backend_pid())")
        return ()

    return Check("cuts.the_session", "the session stays", find)


WELL = Check("all.well", "all is well", violations("SELECT 1 WHERE false"))


def test_a_session_that_is_lost_is_replaced_and_no_check_fails_for_it(legacy_database):
    seen = []
    report = evaluation.report("x", [WELL, cutting(1), WELL], legacy_database.alias, seen.append, release="y")
    assert (report.summary, [result.verdict for result in seen]) == ("3 checks: 3 passed", ["OK"] * 3)


def test_one_that_is_lost_again_is_an_error_and_not_a_finding_a_check(legacy_database):
    seen = []
    with pytest.raises(Error):
        evaluation.report("x", [WELL, cutting(2), WELL], legacy_database.alias, seen.append, release="y")
    assert [result.check.id for result in seen] == ["all.well"]
