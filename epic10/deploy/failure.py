"""
What happens after a failed deployment: the database goes back or stays, and the operator is told which.

After the switch, only the run that made the switch goes back automatically: a later
run finds a live release that people are writing to. A run that has changed nothing
undoes nothing.
"""

from dataclasses import dataclass

from django.core.management import CommandError
from django.db import Error, connections

from epic10.checks.evaluation import Show
from epic10.deploy.readiness import DeployOptions, NotDeployed
from epic10.deploy.run import OK, Run
from epic10.deploy.way_back import BACK, go_back
from epic10.postgres import migration_lock
from epic10.postgres.session import reconnect
from epic10.release import plan, state
from epic10.release.advice import why
from epic10.terminal import signals

LOOK = "python manage.py epic10_status says where it stands"


@dataclass(frozen=True)
class Position:
    """The state in which a run found the database: switched or not, begun or not, and how far it was."""

    switched: bool
    begun: bool
    mark: tuple


def position_of(connection) -> Position:
    switched = plan.load().is_switched(connection)
    return Position(switched, state.has_begun(connection), state.mark(connection))


def ended_early(run: Run, wishes: DeployOptions, before: Position, error: BaseException, *, show: Show, out):
    """Undo what this run has changed, if that is its job, and raise NotDeployed."""
    was_interrupted, reason = signals.is_interruption(error), why(error)
    status = signals.EXIT_STATUS if was_interrupted else 1
    # After Ctrl-C there is nothing to set right.
    again = wishes.command if was_interrupted else f"Set it right, then {wishes.command}"
    try:
        outcome = _outcome(run, wishes, before, reason, again, show, out)
    except (migration_lock.AlreadyRunning, migration_lock.LockLost) as refusal:
        outcome = f"Nothing is taken back, as that is not for this run any more.\n{refusal}"
    except (CommandError, Error, KeyboardInterrupt) as another:
        outcome = _how_far_back(run, why(another))
    raise NotDeployed(f"{reason}\n{outcome}", returncode=status) from error


def _outcome(run, wishes, before, reason, again, show, out) -> str:
    if before.switched:
        return (
            "Nothing is taken back: Epic 10 was in place before this run, and somebody may be at work with it.\n"
            f"HINT: {LOOK}. {again}; or go back, with python manage.py epic10_rollback."
        )
    if wishes.keep:
        return (
            f"Kept as it is, because of --keep.\nHINT: {LOOK}; {wishes.command} goes on from there, "
            "epic10_rollback goes back."
        )
    reconnect(run.using)
    migration_lock.regain(connections[run.using])
    if position_of(connections[run.using]).mark == before.mark:
        return _as_it_was(before, again)
    run.decide(f"Going back: {reason.splitlines()[0]}")
    reports = go_back(run, jobs=wishes.jobs, show=show, out=out)
    undone = "; ".join(report.summary for report in reports)
    return f"Epic 10 is undone: {undone}.\nHINT: {again}"


def _how_far_back(run, reason) -> str:
    if any(step.name == BACK and step.outcome == OK for step in run.steps):
        return (
            f"Epic 10 is undone, but whether everything is what it was could not be asked: {reason}\n"
            "HINT: Compare with the snapshot before the application starts: epic10_snapshot restore … --into …"
        )
    return (
        f"Going back failed, too: {reason}\nHINT: python manage.py epic10_rollback, as soon as that is set right; "
        "epic10_status says where it stands."
    )


def _as_it_was(before, again) -> str:
    if not before.begun:
        return f"Nothing was changed.\nHINT: {again}"
    return (
        "What an earlier run has done stays: this one has added nothing to it, and nothing of it is visible.\n"
        f"HINT: {again} goes on; python manage.py epic10_rollback goes back."
    )
