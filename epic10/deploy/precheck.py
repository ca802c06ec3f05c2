"""The precheck: whether the release can run here, now, and within the window. Nothing is changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from django.core.management import CommandError
from django.db import connections

from epic10 import checks
from epic10.checks import BEFORE, Check, Fact, Find, Query, Skip, before, evaluation
from epic10.checks.report import Report
from epic10.operations import AddSuccessors, Switch, privileges
from epic10.operations.backfill import workers
from epic10.operations.backfill.foreign_triggers import OURS
from epic10.operations.require import KEYS
from epic10.operations.successors import successors
from epic10.postgres import routing
from epic10.postgres.catalog import holds, relation_exists
from epic10.release import plan, state
from epic10.release.estimate import Estimate, estimate
from epic10.terminal.units import seconds

# What is measured on a quiet evening takes longer on the night.
BUFFER = 2

# Where the release has never begun there is no ledger, and nothing is ours.
WITHOUT_LEDGER = """\
WITH epic10_created_object (kind, name) AS (SELECT ''::text, ''::text WHERE false)
SELECT * FROM ({query}) AS findings"""


@dataclass(frozen=True)
class Limits:
    """Limits set by the operator, in seconds and bytes; if ``free_disk`` is None, the server is asked."""

    window: float = 300.0
    snapshot_age: float = 86400.0
    free_disk: int | None = None


def precheck(
    using: str,
    limits: Limits,
    *,
    show: evaluation.Show | None = None,
    also: Iterable[Check] = (),
    told: Callable[[Estimate], None] = lambda measured: None,
) -> Report:
    """
    Run every check that precedes the first change, then ``also``.

    ``show`` gets each result as it comes, ``told`` the estimate.
    """
    routing.insist(using)
    release, connection = plan.load(), connections[using]
    _refuse_where_nothing_is_to_be_done(release, connection)
    asked = chain(questions(release, connection, limits, told), also)
    [keys] = [check for check in _preconditions(release, connection) if check.id == KEYS]
    if keys.find(checks.Database(connection)):
        asked = [keys]  # Hardly anything else could even be asked.
    return evaluation.report("epic10_precheck", asked, using, show, release=release.title)


def _refuse_where_nothing_is_to_be_done(release, connection):
    name = connection.settings_dict["NAME"]
    if release.is_switched(connection):
        raise CommandError(f'Epic 10 is applied to database "{name}" already.\nHINT: python manage.py epic10_validate')
    if not any(holds(connection, relation_exists(table)) for table in release.tables()):
        raise CommandError(state.NO_REGISTER.format(name))


def questions(release: plan.Plan, connection, limits: Limits, told=lambda measured: None) -> Iterator[Check]:
    """The preconditions of the release; then traffic, schema, rows, the way back, disk space and time."""
    tables, changed = release.tables(), release.changed()
    yield from _preconditions(release, connection)
    yield privileges.check(release.needs())
    # The migration lock has one of its own.
    yield before.connections_check(1 + workers.beside_this_one())
    yield from before.session_checks(tables, changed)
    yield from before.replication_checks(tables)
    yield from before.schema_checks(release.models, tables, changed, ours=OURS, begun=state.has_begun(connection))
    yield _dependents(release)
    yield from checks.registered(BEFORE)
    yield from before.snapshot_checks(snapshot_age=limits.snapshot_age)
    measured = estimate(connection)
    told(measured)
    yield from before.disk_checks(measured.bytes, log=measured.log, free=limits.free_disk)
    yield from _window(measured, limits.window)


def _preconditions(release, connection):
    has_ledger = holds(connection, relation_exists("epic10_created_object"))
    for check in release.preconditions():
        if has_ledger or not isinstance(check.find, Query):
            yield check
        else:
            query, only_if = (
                WITHOUT_LEDGER.format(query=query) for query in (check.find.sql, f"SELECT {check.find.only_if}")
            )
            yield replace(check, find=replace(check.find, sql=query, only_if=f"({only_if})"))


def _dependents(release):
    moved, indexes = defaultdict(list), []
    for switch in release.all_of(Switch):
        for rule in switch.moved:
            moved[switch.table].append(rule.column)
            indexes.append(rule.index)
    followed = {add.table: successors(add.table, add.rules) for add in release.all_of(AddSuccessors)}
    return before.dependents_check(moved, indexes=list(filter(None, indexes)), followed=followed)


def _window(measured: Estimate, window: float):
    return [
        Check(
            "window.measured",
            "the rows to change are counted, and the time for them is measured",
            _is_measured(measured),
            BEFORE,
            hint="Rehearse instead: python manage.py epic10_rehearse says how long it takes.",
            blocking=False,
        ),
        Check(
            "window.fits",
            f"the release takes less than the window of {seconds(window)}",
            _fits(measured, window),
            BEFORE,
            hint="Plan a longer window: --window 15m. The application may go on working until the last second of it.",
        ),
    ]


def _is_measured(measured: Estimate) -> Find:
    def find(db):
        if measured.problem:
            yield f"it could not be done: {measured.problem}"
        for work in measured.tables:
            waiting = ", ".join(f"{column} {rows:,}" for column, rows in work.by_column.items())
            yield Fact(f"{work.table}: {work.to_change:,} of {work.rows:,} {work.unit} to change ({waiting})")
            if work.to_restore and not measured.problem:
                took = seconds(measured.seconds_to_restore(work))
                yield Fact(f"{work.table}: {work.to_restore:,} {work.unit} that a way back has parked, about {took}")
            if work.to_carry_over and not measured.problem:
                took = seconds(measured.seconds_to_carry_over(work))
                yield Fact(
                    f"{work.table}: {work.to_carry_over:,} values of columns that were there before, about {took}"
                )

    return find


def _fits(measured: Estimate, window: float) -> Find:
    def find(db):
        if measured.seconds is None:
            raise Skip("The duration could not be measured.")
        needed = BUFFER * measured.seconds
        line = f"migrate takes about {seconds(measured.seconds)}, so plan for {seconds(needed)}"
        yield line if needed > window else Fact(line)
        yield Fact(f"of it {_listed(measured.phases)}")
        yield Fact(f"around it {_listed(measured.around)}")
        yield Fact(f"the window after --prepare, with validation and smoke: {seconds(round(measured.window, 1))}")

    return find


def _listed(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {seconds(round(took, 1))}" for name, took in parts.items())
