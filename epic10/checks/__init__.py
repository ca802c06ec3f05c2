"""What a check is, and how checks are registered and run.

A check is a named condition. The function behind it receives a Database and
returns the violations, one line each; no violations means that the check holds.
Once registered, it is part of every command, report and script that lists checks.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import Error, transaction

from epic10.postgres.catalog import FINALIZED
from epic10.postgres.errors import first_line, in_function, is_unreachable
from epic10.postgres.session import execute, fetch

BEFORE, AFTER = "before", "after"
# Smoke tests: the application's own work on the new schema, or on the previous
# one, done in a transaction that is rolled back.
SMOKE, SMOKE_PREVIOUS = "smoke", "smoke previous"
# Conditions that only show while the application works: asked repeatedly while the watch runs.
WATCH = "watch"
OK, FAILED, WARNING, SKIPPED = "OK", "FAILED", "WARNING", "SKIPPED"

# Read-only, so that a check cannot change what it examines. Row security raises an
# error instead of hiding rows. No statement_timeout, since a check may have to read
# ten million rows; but a lock_timeout, so that it does not wait for a lock forever.
HOW_TO_TRY = """
    SET LOCAL row_security = off;
    SET LOCAL statement_timeout = 0;
    SET LOCAL lock_timeout = '5s'
"""
HOW_TO_ASK = f"SET LOCAL transaction_read_only = on; {HOW_TO_TRY}"


@dataclass(frozen=True)
class Database:
    """The connection under examination, reduced to what a check may do: read."""

    connection: object

    @property
    def alias(self):
        return self.connection.alias

    def rows(self, sql: str, params=None) -> list[tuple]:
        return fetch(self.connection, sql, params)


class Fact(str):
    """A line of information: it is shown, but the check holds all the same."""


Find = Callable[[Database], Iterable[str]]


@dataclass(frozen=True)
class Check:
    """
    A healthy truth (``title``) and the function that finds the exceptions to it.

    A check that does not last is true until epic10_finalize, and is not asked after it.
    """

    id: str
    title: str
    find: Find
    when: str = AFTER
    hint: str = ""
    blocking: bool = True
    lasts: bool = True


@dataclass(frozen=True)
class Result:
    """The result of a check. A check that could not be asked has failed, blocking or not."""

    check: Check
    findings: tuple[str, ...] = ()
    seconds: float = 0.0
    asked: bool = True
    skipped: str = ""
    facts: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        if self.skipped:
            return SKIPPED
        if not self.findings:
            return OK
        return FAILED if self.check.blocking or not self.asked else WARNING


class Skip(Exception):
    """Raised by a find function when the check does not apply; the message says why."""


_registry: dict[str, Check] = {}


def register(*checks: Check) -> None:
    for check in checks:
        if check.id in _registry:
            raise ValueError(f"Two checks are called {check.id}.")
        _registry[check.id] = check


def registered(when) -> list[Check]:
    """The checks of one side of the migration, in the order they were registered."""
    return [check for check in _registry.values() if check.when == when]


@dataclass(frozen=True)
class Query:
    """
    A find function for "this query returns nothing".

    ``only_if`` is a condition on the catalog without which the query could not even be parsed:
    where it does not hold nothing is found, or the check is skipped, with the reason ``otherwise``.
    """

    sql: str
    message: str = "{}"
    only_if: str = "true"
    otherwise: str = ""

    def __call__(self, db: Database) -> list[str]:
        [[arises]] = db.rows(f"SELECT {self.only_if}")
        if not arises and self.otherwise:
            raise Skip(self.otherwise)
        return [self.message.format(*row) for row in db.rows(self.sql)] if arises else []


def violations(sql: str, message: str = "{}", *, only_if: str = "true") -> Query:
    return Query(sql, message, only_if)


def run(checks: Iterable[Check], db: Database) -> list[Result]:
    return [ask(check, db) for check in checks]


def ask(check: Check, db: Database) -> Result:
    """
    Ask one check in a transaction of its own, so that a failing query does not affect the others.

    A lost session is not a result but an error, because every later check would fail, too.
    """
    started = time.perf_counter()
    found, asked, skipped = (), True, ""
    try:
        found = _undone(check, db)
    except Skip as reason:
        skipped = str(reason)
    except Error as error:
        if is_unreachable(error):
            raise
        found, asked = (f"could not be asked: {first_line(error)}{in_function(error)}",), False
    return result_of(check, found, time.perf_counter() - started, asked=asked, skipped=skipped)


def result_of(check: Check, lines: Iterable[str], seconds: float, *, asked: bool = True, skipped: str = "") -> Result:
    """The result of a check that found these lines; its facts are no findings."""
    found = list(lines)
    facts = tuple(line for line in found if isinstance(line, Fact))
    findings = tuple(line for line in found if not isinstance(line, Fact))
    return Result(check, findings, seconds, asked, skipped, facts)


def _undone(check, db):
    """Rolled back rather than released, because rolling back a savepoint also undoes its SET LOCALs."""
    with transaction.atomic(using=db.alias):
        execute(db.connection, HOW_TO_TRY if check.when in (SMOKE, SMOKE_PREVIOUS) else HOW_TO_ASK)
        if not check.lasts and db.rows(f"SELECT {FINALIZED}") == [(True,)]:
            raise Skip("It ended when the release was finalized.")
        findings = tuple(check.find(db))
        transaction.set_rollback(True, using=db.alias)
    return findings
