"""Everything that comes before the first change of a deployment and may still refuse it."""

from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from django.db import connections

from epic10.checks import Check
from epic10.checks.evaluation import Show
from epic10.checks.report import Report
from epic10.deploy import gates, precheck
from epic10.deploy.run import Run, operator
from epic10.ledger.run_records import ELSEWHERE
from epic10.monitoring import baseline
from epic10.release.estimate import Estimate
from epic10.release.preparation import is_prepared
from epic10.snapshots import before_release as from_before
from epic10.snapshots import comparison, files, snapshot
from epic10.snapshots.manifest import Contents, Manifest, contents
from epic10.snapshots.since import changes_since
from epic10.terminal.moments import moment
from epic10.terminal.outlook import Outlook
from epic10.terminal.refusal import Refusal


@dataclass(frozen=True)
class DeployOptions:
    """
    What the operator has asked for.

    ``timeout`` is in seconds, from the first change to the last check; ages are in seconds, too. ``may_ask``
    means that an operator may be there to answer. ``also_asked`` are more checks for the precheck.
    """

    directory: Path
    limits: precheck.Limits = field(default_factory=precheck.Limits)
    timeout: float = 600.0
    jobs: int = snapshot.JOBS
    snapshot: str | None = None
    snapshot_taken: str | None = None
    keep: bool = False
    only_prepare: bool = False
    rolling: bool = False
    without_rehearsal: bool = False
    max_rehearsal_age: float = gates.A_WEEK
    max_snapshot_age: float = gates.A_WEEK
    fresh_snapshot: bool = False
    accept_writers: bool = False
    accept_copy: bool = False
    may_ask: bool = False
    also_asked: tuple[Check, ...] = ()

    @property
    def command(self) -> str:
        """What to type to have the same done again."""
        how = " --prepare" if self.only_prepare else " --rolling" if self.rolling else ""
        return f"python manage.py epic10_deploy{how}"


NOT_OURS = "Nothing here has looked into it, no rollback compares with it, and only those who took it can restore it."


class NotDeployed(Refusal):
    """The message says what state the database is in, and what to type."""


def make_ready(run: Run, wishes: DeployOptions, expected: Outlook, *, show: Show):
    """Run all the steps that change nothing; any of them may refuse the deployment."""

    def measured(found: Estimate):
        run.facts["estimate"] = found.as_json()
        # A snapshot of the preparation that turns out not to count is taken anew, and takes longer than said.
        its_own = is_prepared(connections[run.using]) and not wishes.only_prepare and not wishes.fresh_snapshot
        takes_snapshot = not its_own and not wishes.snapshot_taken
        expected.expect(found.parts(only_prepare=wishes.only_prepare, takes_snapshot=takes_snapshot))

    ask = partial(precheck.precheck, run.using, wishes.limits, show=show, also=wishes.also_asked, told=measured)
    _go(run.step("precheck", lambda: run.report(ask())))
    gates.insist_on_a_rehearsal(run, max_age=wishes.max_rehearsal_age, waived=wishes.without_rehearsal)
    before = _taken_elsewhere(run, wishes) if wishes.snapshot_taken else _snapshot(run, wishes, show).contents
    run.facts["before"] = comparison.numbers(before)
    run.decide(baseline.take(run.using))


def _go(report: Report):
    if report.failed:
        raise NotDeployed(
            f"NO-GO, nothing was changed: {report.summary}.\n"
            "HINT: Do what the HINTs above say; python manage.py epic10_precheck asks again."
        )


def _taken_elsewhere(run, wishes) -> Contents:
    """A base backup, or the provider's snapshot of its disks: only the operator knows that it is there."""
    run.facts[ELSEWHERE] = {"id": wishes.snapshot_taken, "by": operator()}
    run.override("--snapshot-taken", f'The snapshot is "{wishes.snapshot_taken}", taken elsewhere. {NOT_OURS}')
    return run.step("count", lambda: contents(connections[run.using]))


def _snapshot(run, wishes, show) -> Manifest:
    """A verified snapshot from before the first change."""
    if wishes.snapshot:
        taken = files.read(wishes.directory, wishes.snapshot)
        _insist_that_it_is_of_before(run, taken, wishes)
        run.decide(f'Snapshot "{taken.name}" of {moment(taken.taken_at)}, as the operator asked.')
    elif kept := _of_the_preparation(run, wishes):
        return kept
    else:
        taken = run.step("snapshot", lambda: snapshot.take(run.using, wishes.directory, jobs=wishes.jobs))
    verify = lambda: snapshot.verify(run.using, wishes.directory, taken.name, jobs=wishes.jobs, show=show)  # noqa: E731
    if run.step("verify", lambda: run.report(verify())).failed:
        raise NotDeployed(
            f'Nothing was changed: the snapshot "{taken.name}" is not to be trusted.\n'
            "HINT: python manage.py epic10_snapshot verify says why; without one there is no way out of a disaster."
        )
    return taken


def _insist_that_it_is_of_before(run, taken, wishes):
    """After a rollback, the database is compared with this snapshot."""
    if wrong := gates.lacking_in_snapshot(run.using, taken, max_age=wishes.max_snapshot_age):
        raise NotDeployed(
            f'Nothing was changed: the snapshot "{taken.name}" is {wrong}.\n'
            "HINT: --snapshot with one from before the release, or without: then a new one is taken."
        )


def _of_the_preparation(run, wishes) -> Manifest | None:
    """The snapshot that --prepare has taken and verified, if it still counts: in the window another one costs time."""
    if wishes.only_prepare or wishes.fresh_snapshot or not is_prepared(connections[run.using]):
        return None
    found = from_before.last_snapshot(run.using)
    if found is None:
        run.decide("The snapshot of the preparation is not on this machine: a new one is taken.")
        return None
    folder, taken = found
    wrong = gates.lacking_in_snapshot(run.using, taken, max_age=wishes.max_snapshot_age)
    if not wrong and (not files.verified_at(folder) or any(files.damages(folder, taken))):
        wrong = "not verified, or not what was verified"
    if wrong:
        run.decide(f'The snapshot "{taken.name}" of the preparation is {wrong}: a new one is taken.')
        return None
    changes = run.step("since the snapshot", lambda: changes_since(run.using, taken))
    run.facts["since_snapshot"] = [asdict(change) for change in changes]
    run.decide(
        f'Snapshot "{taken.name}" of {moment(taken.taken_at)}, verified then, is the way out of a disaster. '
        f"Written since, and not in it: {'; '.join(map(str, changes)) or 'nothing'}."
    )
    return taken
