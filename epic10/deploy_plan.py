"""What would a deployment do here? Said before it begins, without doing any of it."""

import io
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connections

from epic10 import plan, precheck, rehearsed
from epic10.estimate import estimate
from epic10.readiness import Wishes
from epic10.units import seconds


def summary(using: str, wishes: Wishes) -> Iterator[str]:
    """What the operator is asked to agree to."""
    name = connections[using].settings_dict["NAME"]
    if wishes.only_prepare:
        yield f"Database {name} is prepared for Epic 10: everything but the switch, with the old application at work."
    else:
        yield f"Database {name} becomes Epic 10. The old application has to be stopped."
    for number, step in enumerate(steps(wishes), start=1):
        yield f"  {number}. {step}"
    back = "stays as it is" if wishes.keep else "goes back by itself"
    yield f"If anything fails after the first change, or it takes longer than {seconds(wishes.timeout)}, it {back}."


def steps(wishes: Wishes) -> Iterator[str]:
    yield "precheck: GO or NO-GO"
    if wishes.snapshot:
        yield f"verify: the snapshot {wishes.snapshot}, by restoring it"
    else:
        yield f"snapshot: into {wishes.directory}"
        yield "verify: every file, and a restored copy with every row"
    if wishes.only_prepare:
        yield f"prepare: {', '.join(phase.name for phase in plan.load().phases[:-1])}"
    else:
        yield f"migrate: {', '.join(phase.name for phase in plan.load().phases)}"
        yield "validate: schema and every row"
        yield "smoke: what the new application does, rolled back"
        yield "vacuum: statistics for the planner"


def lines(using: str, wishes: Wishes) -> Iterator[str]:
    """The same with the estimate and the exact SQL."""
    release, connection = plan.load(), connections[using]
    yield from summary(using, wishes)
    measured = estimate(connection)
    for work in measured.tables:
        yield f"{work.table}: {work.to_change:,} of {work.rows:,} {work.unit} to change"
    if measured.seconds is None:
        yield f"The duration could not be measured: {measured.problem}"
    else:
        plan_for = seconds(precheck.BUFFER * measured.seconds)
        yield f"migrate takes about {seconds(measured.seconds)}, so plan for {plan_for}"
    passed = rehearsed.last(using)
    yield (
        f"rehearsed: {passed.finished_at:%Y-%m-%d %H:%M} UTC" if passed else "rehearsed: not on a snapshot of this one"
    )
    sql = io.StringIO()
    call_command("sqlmigrate", release.app_label, release.name, database=using, stdout=sql)
    yield sql.getvalue()
