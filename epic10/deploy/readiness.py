"""Everything that comes before the first change of a deployment and may still refuse it."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.db import connections

from epic10.checks import Check
from epic10.checks.evaluation import Show
from epic10.checks.report import Report
from epic10.deploy import precheck
from epic10.deploy.run import OK, Run
from epic10.ledger import store
from epic10.ledger.models import RunRecord
from epic10.monitoring import baseline
from epic10.release import revision
from epic10.snapshots import before_release as from_before
from epic10.snapshots import comparison, files, snapshot
from epic10.snapshots.manifest import Manifest
from epic10.terminal.refusal import Refusal


@dataclass(frozen=True)
class DeployOptions:
    """
    What the operator has asked for.

    ``timeout`` is in seconds, from the first change to the last check. ``may_ask``
    means that an operator may be there to answer. ``also_asked`` are more checks for the precheck.
    """

    directory: Path
    limits: precheck.Limits = field(default_factory=precheck.Limits)
    timeout: float = 600.0
    jobs: int = snapshot.JOBS
    snapshot: str | None = None
    keep: bool = False
    only_prepare: bool = False
    without_rehearsal: bool = False
    force: bool = False
    may_ask: bool = False
    also_asked: tuple[Check, ...] = ()


class NotDeployed(Refusal):
    """The message says what state the database is in, and what to type."""


def make_ready(run: Run, wishes: DeployOptions, *, show: Show):
    """Run all the steps that change nothing; any of them may refuse the deployment."""
    ask = partial(precheck.precheck, run.using, wishes.limits, show=show, also=wishes.also_asked)
    _go(run.step("precheck", lambda: run.report(ask())))
    _insist_on_a_rehearsal(run, wishes)
    before = _snapshot(run, wishes, show)
    run.facts["before"] = comparison.numbers(before.contents)
    run.decide(baseline.take(run.using))


def last_rehearsal(using: str) -> RunRecord | None:
    """The newest successful rehearsal of the same SQL on a snapshot of this database."""
    connection = connections[using]
    if not store.is_there(connection, RunRecord):
        return None
    return (
        RunRecord.objects.using(using)
        .filter(
            command="epic10_rehearse",
            verdict=OK,
            body__release__digest=revision.digest(),
            body__facts__source__database=connection.settings_dict["NAME"],
        )
        .order_by("-id")
        .first()
    )


def _go(report: Report):
    if report.failed:
        raise NotDeployed(
            f"NO-GO, nothing was changed: {report.summary}.\n"
            "HINT: Do what the HINTs above say; python manage.py epic10_precheck asks again."
        )


def _insist_on_a_rehearsal(run, wishes):
    if wishes.without_rehearsal:
        run.decide("Without a rehearsal, as the operator asked.")
    elif passed := last_rehearsal(run.using):
        run.decide(f"Rehearsed on {passed.finished_at:%Y-%m-%d %H:%M} UTC, record {passed.id}.")
    else:
        raise NotDeployed(
            "Nothing was changed: no rehearsal of this release, with this SQL, on a snapshot of this database has "
            "passed.\nHINT: python manage.py epic10_snapshot take, then epic10_rehearse --from NAME; "
            "or --without-rehearsal."
        )


def _snapshot(run, wishes, show) -> Manifest:
    """A verified snapshot from before the first change."""
    if wishes.snapshot:
        taken = files.read(wishes.directory, wishes.snapshot)
        _insist_that_it_is_of_before(run, taken)
        run.decide(f"Snapshot {taken.name} of {taken.taken_at:%Y-%m-%d %H:%M} UTC, as the operator asked.")
    else:
        taken = run.step("snapshot", lambda: snapshot.take(run.using, wishes.directory, jobs=wishes.jobs))
    verify = lambda: snapshot.verify(run.using, wishes.directory, taken.name, jobs=wishes.jobs, show=show)  # noqa: E731
    if run.step("verify", lambda: run.report(verify())).failed:
        raise NotDeployed(
            f'Nothing was changed: the snapshot "{taken.name}" is not to be trusted.\n'
            "HINT: python manage.py epic10_snapshot verify says why; without one there is no way out of a disaster."
        )
    return taken


def _insist_that_it_is_of_before(run, taken):
    """After a rollback, the database is compared with this snapshot."""
    database, wrong = connections[run.using].settings_dict["NAME"], ""
    if taken.database != database:
        wrong = f'of the database "{taken.database}"'
    elif not from_before.is_from_before(taken):
        wrong = "of a half-way state: it has columns that the release adds"
    if wrong:
        raise NotDeployed(
            f'Nothing was changed: the snapshot "{taken.name}" is {wrong}.\n'
            "HINT: --snapshot with one from before the release, or without: then a new one is taken."
        )
