"""How do checks become the report of a command?"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from django.db import connections

from epic10 import checks, plan
from epic10.report import Report
from epic10.session import unhurried

Show = Callable[[checks.Result], None]


def report(command: str, asked: Iterable[checks.Check], using: str, show: Show | None = None) -> Report:
    """Ask the checks one after the other, ``show`` each answer as it comes, and return them all."""
    release, connection = plan.load(), connections[using]
    started, results = datetime.now(UTC), []
    db = checks.Database(connection)
    with unhurried(connection):
        for check in asked:
            results.append(checks.ask(check, db))
            if show:
                show(results[-1])
        [[server]] = db.rows("SHOW server_version")
    return Report(
        results,
        command=command,
        release=f"{release.app_label}.{release.name}",
        database=connection.settings_dict["NAME"],
        server=server,
        started=started,
        finished=datetime.now(UTC),
    )


def answered(check: checks.Check, lines: Iterable[str], show: Show | None = None) -> checks.Result:
    """The result of a check that asks more than one database: what it found, and how long that took."""
    began = time.perf_counter()
    found = tuple(lines)
    findings = tuple(line for line in found if not isinstance(line, checks.Fact))
    facts = tuple(line for line in found if isinstance(line, checks.Fact))
    result = checks.Result(check, findings, time.perf_counter() - began, facts=facts)
    if show:
        show(result)
    return result
