"""How do checks become the report of a command?"""

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
