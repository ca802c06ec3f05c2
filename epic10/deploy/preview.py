"""A preview of a deployment: what it would do here, without doing any of it."""

import io
from collections.abc import Iterator

from django.core.management import call_command
from django.db import connections

from epic10.deploy import precheck
from epic10.deploy.failure import Position, position_of
from epic10.deploy.gates import last_rehearsal
from epic10.deploy.readiness import NOT_OURS, DeployOptions
from epic10.release import plan, reconcile, state
from epic10.release.estimate import estimate
from epic10.release.preparation import is_prepared
from epic10.terminal.moments import moment
from epic10.terminal.units import seconds


def summary(using: str, wishes: DeployOptions) -> Iterator[str]:
    """What will be done to this database in its current state; the operator is asked to confirm it."""
    connection = connections[using]
    begins = position_of(connection)
    yield _becomes(connection, begins, wishes)
    if begins.switched and wishes.only_prepare:
        return
    for number, step in enumerate(steps(connection, begins, wishes), start=1):
        yield f"  {number}. {step}"
    yield _if_it_fails(begins, wishes, is_final=plan.load().is_finalized(connection))


def steps(connection, begins: Position, wishes: DeployOptions) -> Iterator[str]:
    is_in_place = begins.switched and not wishes.only_prepare
    if not is_in_place:
        yield from _before_the_first_change(wishes, uses_its_own=is_prepared(connection) and not wishes.only_prepare)
    if wishes.only_prepare:
        yield f"prepare: {', '.join(phase.name for phase in plan.load().phases[:-1])}"
        return
    if is_in_place:
        yield f"migrate: {', '.join(reconcile.unapplied(connection)) or 'nothing is left to do'}"
    else:
        yield f"migrate: {', '.join(phase.name for phase in plan.load().phases)}"
    yield "validate: schema and every row"
    yield "smoke: what the new application does, rolled back"
    yield "vacuum: statistics for the planner"


def _before_the_first_change(wishes, *, uses_its_own):
    stopped = "stopped: nobody is writing to the tables any more"
    if wishes.rolling:
        stopped = "at work: nobody but through the schemas of views"
    if not wishes.only_prepare and not uses_its_own:
        yield stopped
    yield "precheck: GO or NO-GO"
    if uses_its_own and not (wishes.snapshot or wishes.snapshot_taken or wishes.fresh_snapshot):
        yield "since the snapshot: what has been written since the one of the preparation, which is used if it counts"
    else:
        yield from _snapshot(wishes)
    if uses_its_own:
        yield stopped


def _snapshot(wishes):
    if wishes.snapshot_taken:
        yield f'count: every table; the snapshot is "{wishes.snapshot_taken}", taken elsewhere. {NOT_OURS}'
    elif wishes.snapshot:
        yield f'verify: the snapshot "{wishes.snapshot}", by restoring it'
    else:
        yield f"snapshot: into {wishes.directory}"
        yield "verify: every file, and a restored copy with every row"


def _becomes(connection, begins, wishes):
    name = connection.settings_dict["NAME"]
    if begins.switched and wishes.only_prepare:
        return f'Database "{name}" is Epic 10 already: there is nothing to prepare, and nothing will be changed.'
    if begins.switched:
        return (
            f'Database "{name}" is Epic 10 already: only what comes after the switch is done, beside the application.'
        )
    earlier = "" if not begins.begun else f" An earlier run has begun it, on {_began(connection)}; this one goes on."
    if wishes.only_prepare:
        return (
            f'Database "{name}" is prepared for Epic 10: everything but the switch, with the old application at work.'
            f"{earlier}"
        )
    stopped = (
        "Nobody has to be stopped: each application works on, through its schema of views"
        if wishes.rolling
        else "The old application has to be stopped"
    )
    return f'Database "{name}" becomes Epic 10. {stopped}.{earlier}'


def _began(connection):
    began = state.began_at(connection)
    when = moment(began) if began else "a day that nobody knows any more"
    return f"{when}, and it was going back last" if state.is_going_back(connection) else when


def _if_it_fails(begins, wishes, *, is_final):
    if begins.switched:
        said = "If anything fails, it is said and nothing is taken back"
        return f"{said}." if is_final else f"{said}; python manage.py epic10_rollback goes back."
    late = f"or it takes longer than {seconds(wishes.timeout)}"
    if wishes.keep:
        return f"If anything fails after the first change, {late}, it stays as it is."
    if not begins.begun:
        return f"If anything fails after the first change, {late}, it goes back by itself."
    return (
        f"If anything fails after this run has added something, {late}, it goes back by itself, to before the earlier "
        "run; before that it stays as the earlier run has left it."
    )


def lines(using: str, wishes: DeployOptions) -> Iterator[str]:
    """The same with the estimate and the exact SQL."""
    release, connection = plan.load(), connections[using]
    yield from summary(using, wishes)
    if release.is_switched(connection):
        for name in reconcile.unapplied(connection):
            yield _sql(using, name)
        return
    measured = estimate(connection)
    for work in measured.tables:
        yield f"{work.table}: {work.to_change:,} of {work.rows:,} {work.unit} to change"
    if measured.seconds is None:
        yield f"The duration could not be measured: {measured.problem}"
    else:
        plan_for = seconds(precheck.BUFFER * measured.seconds)
        yield f"migrate takes about {seconds(measured.seconds)}, so plan for {plan_for}"
    passed = last_rehearsal(using, max_age=wishes.max_rehearsal_age)
    yield f"rehearsed: {moment(passed.finished_at)}" if passed else "rehearsed: not on a snapshot of this one"
    yield _sql(using, release.name)


def _sql(using, name) -> str:
    sql = io.StringIO()
    call_command("sqlmigrate", plan.load().app_label, name, database=using, stdout=sql)
    return sql.getvalue()
