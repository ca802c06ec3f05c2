"""What an operator and a machine read of the results."""

import json
from datetime import UTC, datetime

from epic10.checks import Check, Result
from epic10.checks.report import Report


def result(id="server.version", title="PostgreSQL is 15 or newer", findings=(), **options):
    hint, blocking = options.pop("hint", ""), options.pop("blocking", True)
    return Result(Check(id, title, lambda db: (), hint=hint, blocking=blocking), tuple(findings), **options)


def lines(*results):
    return "\n".join(Report(results).lines())


def test_the_operator_sees_verdict_truth_findings_and_remedy():
    assert lines(
        result(),
        result(
            "locks.blockers",
            "no transaction older than five seconds is using ndas",
            ["backend 31821 has held AccessShareLock for 412 s"],
            hint="Wait for it.",
        ),
        result("rows.dates", "dates are as expected", ["8,333 rows"], blocking=False),
        result("rows.status", "statuses are as expected", skipped="There is no ndas.status_legacy."),
    ) == (
        "OK      server.version                        PostgreSQL is 15 or newer\n"
        "FAILED  locks.blockers                        no transaction older than five seconds is using ndas\n"
        "        backend 31821 has held AccessShareLock for 412 s\n"
        "        HINT: Wait for it.\n"
        "WARNING rows.dates                            dates are as expected\n"
        "        8,333 rows\n"
        "SKIPPED rows.status                           statuses are as expected\n"
        "        There is no ndas.status_legacy.\n"
        "4 checks: 1 passed, 1 warning, 1 skipped, 1 failed"
    )


def test_many_findings_are_five_and_a_number():
    shown = lines(result(findings=[f"row {number}" for number in range(1239)])).splitlines()
    assert shown[5:7] == ["        row 4", "        … and 1,234 more"]


def test_a_hint_is_given_only_where_something_is_wrong():
    assert "HINT" not in lines(result(hint="Upgrade the server."))


def test_a_warning_does_not_fail_the_report():
    report = Report([result(), result(findings=["late"], blocking=False)])
    assert (report.verdict, report.failed) == ("WARNING", [])


def test_one_failure_fails_the_report():
    assert Report([result(), result(findings=["wrong"])]).verdict == "FAILED"


def test_no_checks_at_all_is_a_failure():
    report = Report([])
    assert report.verdict == "FAILED"
    assert list(report.lines()) == ["0 checks: nothing was asked, so nothing is known."]


def test_nothing_but_skipped_checks_is_a_failure():
    assert Report([result(skipped="There is no such column.")]).verdict == "FAILED"


def test_the_json_says_what_was_asked_where_and_when():
    moment = datetime(2026, 3, 1, 4, 30, tzinfo=UTC)
    report = Report(
        [result(findings=[str(number) for number in range(150)], seconds=0.12345, hint="Upgrade.")],
        command="epic10_validate",
        release="ndas.0002_epic_10_customer_feedback",
        database="ndas",
        server="18.6",
        started=moment,
        finished=moment,
    )
    body = json.loads(json.dumps(report.as_json()))
    [check] = body.pop("checks")
    assert len(check.pop("findings")) == 100
    assert check == {
        "id": "server.version",
        "title": "PostgreSQL is 15 or newer",
        "verdict": "FAILED",
        "total_findings": 150,
        "facts": [],
        "skipped": "",
        "hint": "Upgrade.",
        "seconds": 0.123,
    }
    assert body == {
        "command": "epic10_validate",
        "release": "ndas.0002_epic_10_customer_feedback",
        "database": {"name": "ndas", "server": "18.6"},
        "started": "2026-03-01T04:30:00+00:00",
        "finished": "2026-03-01T04:30:00+00:00",
        "verdict": "FAILED",
        "counts": {"checks": 1, "ok": 0, "warning": 0, "skipped": 0, "failed": 1},
    }
