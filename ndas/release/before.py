"""Checks of the NDA register before Epic 10 changes it."""

from epic10.checks import BEFORE, Check, register, violations

EXECUTED_BUT_NOT_SO_CALLED = """
    SELECT status, count(*), min(id) FROM ndas
     WHERE fully_executed_date IS NOT NULL AND status::text <> 'FULLY_EXECUTED'
     GROUP BY status ORDER BY status"""

NO_SUCH_DATE = """
    SELECT fully_executed_date::text, count(*), min(id) FROM ndas
     WHERE NOT (fully_executed_date >= '0001-01-01' AND fully_executed_date < '9999-01-01')
     GROUP BY 1 ORDER BY 1"""

register(
    Check(
        "rows.executed",
        "only NDAs that are fully executed have the date of it",
        violations(EXECUTED_BUT_NOT_SO_CALLED, "{}, rows: {:,}, such as {}"),
        when=BEFORE,
        hint="They get an expiration date too, and keep their status: epic10_review lists them.",
        blocking=False,
    ),
    Check(
        "rows.executed_when",
        "every date of execution is one to which a year can be added",
        violations(NO_SUCH_DATE, "{}, rows: {:,}, such as {}"),
        when=BEFORE,
        hint="These NDAs get no expiration date, and never expire: SELECT id, fully_executed_date FROM ndas;",
        blocking=False,
    ),
)
