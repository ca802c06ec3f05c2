"""In which order? The sequences an operator runs, and nothing else."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.management import call_command
from django.db import connections

from epic10 import fingerprint, plan, scratch, validation
from epic10.models import PhaseRun
from epic10.report import Report
from epic10.session import unhurried

REHEARSAL = "epic10_rehearsal_"


@dataclass
class Rehearsal:
    """What a rehearsal found: seconds a step, the runs of the phases, the reports, the differences."""

    rows: int
    steps: dict[str, float] = field(default_factory=dict)
    phases: list[dict] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def failures(self) -> list[str]:
        """One line a failure; none means that the rehearsal passed."""
        checks = [f"{report.summary} ({report.command})" for report in self.reports if report.failed]
        return [*checks, *self.differences]

    def as_json(self) -> dict:
        return {
            "command": "epic10_rehearse",
            "verdict": "FAILED" if self.failures else "OK",
            "rows": self.rows,
            "steps": [{"step": step, "seconds": round(seconds, 2)} for step, seconds in self.steps.items()],
            "phases": self.phases,
            "failures": self.failures,
            "reports": [report.as_json() for report in self.reports],
        }


def rehearse(using: str, rows: int, *, begin: Callable[[str], None], out) -> Rehearsal:
    """
    There, back and there again on a scratch database with ``rows`` generated NDAs.

    The commands are the ones of the night itself. ``begin`` is told each step as
    it begins; what the commands print goes to ``out``.
    """
    rehearsal = Rehearsal(rows)
    connections[using].ensure_connection()
    scratch.drop_abandoned(using, prefix=REHEARSAL)
    with scratch.database(using, prefix=REHEARSAL) as alias, unhurried(connections[alias]):
        _there_back_and_there_again(alias, rehearsal, begin, out)
        rehearsal.phases += _phases(alias)
    return rehearsal


def _there_back_and_there_again(alias, rehearsal, begin, out):
    release, connection = plan.load(), connections[alias]

    def step(name, action):
        begin(name)
        began = time.monotonic()
        result = action()
        rehearsal.steps[name] = time.monotonic() - began
        return result

    def migrate(*target):
        call_command("migrate", release.app_label, *target, database=alias, stdout=out)

    def validate():
        rehearsal.reports.append(validation.validate(alias))

    step("baseline", lambda: migrate(release.previous))
    step("seed", lambda: call_command("epic10_seed", rows=rehearsal.rows, database=alias, stdout=out))
    columns = fingerprint.columns(connection, release.tables())
    before = step("fingerprint", lambda: _fingerprint(connection, columns))
    step("forward", migrate)
    step("validate", validate)
    step("back", lambda: migrate(release.previous))
    after = step("compare", lambda: _fingerprint(connection, columns))
    rehearsal.differences += _differences(before, after)
    step("forward again", migrate)
    step("validate again", validate)


def _fingerprint(connection, columns):
    return fingerprint.schema(connection), fingerprint.content(connection, columns)


def _differences(before, after):
    (schema, content), (schema_after, content_after) = before, after
    if schema != schema_after:
        yield "The schema after the way back is not the schema before."
    for table in content:
        if content[table] != content_after[table]:
            rows, rows_after = content[table][0], content_after[table][0]
            yield f"{table} is not what it was: {rows:,} rows before, {rows_after:,} after, with other content."


def _phases(alias):
    """Every run of every phase in the order it happened, as plain data."""
    return [
        {
            "phase": run.phase,
            "direction": run.direction,
            "seconds": round((run.finished_at - run.started_at).total_seconds(), 3),
            "rows": run.rows,
        }
        for run in PhaseRun.objects.using(alias).order_by("id")
        if run.finished_at
    ]
