"""Status of each phase: what the ledger says, checked against the catalog."""

from dataclasses import dataclass

from epic10.ledger.phase_record import BACKWARDS, FORWARDS, PhaseAttempt
from epic10.operations import Backfill
from epic10.postgres.catalog import holds
from epic10.postgres.migration_lock import Holder
from epic10.release import state
from epic10.release.estimate import count
from epic10.terminal.units import seconds

TO_DO, RUNNING, INTERRUPTED, STOPPED, DONE, UNDONE = "to do", "running", "interrupted", "stopped", "done", "undone"


@dataclass(frozen=True)
class PhaseStatus:
    """
    The status of one phase, and the direction of its last run.

    ``rows`` were changed by all its runs, ``left`` are still to change; ``seconds``
    and ``rate``, rows a second, are of its last run.
    """

    phase: str
    state: str
    direction: str = FORWARDS
    rows: int = 0
    left: int = 0
    seconds: float = 0.0
    rate: float = 0.0
    error: str = ""

    @property
    def share(self) -> float:
        return self.rows / (self.rows + self.left) if self.rows + self.left else 1.0

    def __str__(self):
        is_back = self.direction == BACKWARDS and self.state not in (UNDONE, DONE)
        words = [f"{self.phase:<10}{f'{self.state}, going back' if is_back else self.state:<24}"]
        words += [seconds(self.seconds)] if self.seconds else []
        words += [f"{self.rows:,} rows, {percent(self.share)}"] if self.rows or self.left else []
        if self.rate and self.left:
            words.append(f"{self.rate:,.0f} rows/s, about {seconds(self.left / self.rate)} left")
        words += [self.error] if self.error else []
        return "  ".join(words).rstrip()


def percent(share: float) -> str:
    """The percentage, rounded down: 100 % only when nothing is left."""
    return f"{int(share * 100)} %"


def phase_statuses(
    release, connection, runs: list[PhaseAttempt], *, worker: Holder | None, earlier: dict[str, PhaseStatus]
) -> list[PhaseStatus]:
    """
    The status of every phase.

    ``worker`` holds the migration lock. With ``earlier``, the statuses seen before, the
    rows that a running backfill has to change are not counted a second time.
    """
    switched, has_begun = release.is_switched(connection), state.has_begun(connection)
    expanded = _is_in_place(release, connection, release.phases[0])
    found = []
    for phase in release.phases:
        own = [run for run in runs if run.phase == phase.name]
        rows = sum(run.rows for run in _since_the_last_way_back(own))
        known = earlier.get(phase.name) if worker else None
        left = _left(connection, phase, rows, known) if expanded and not switched else 0
        in_place = switched or (expanded and not left and _is_in_place(release, connection, phase))
        standing = _phase_status(phase.name, own, rows, left, in_place=in_place, worker=worker)
        # From a preparation the way back goes through the switch, too.
        is_new = not has_begun or all(run.direction == BACKWARDS for run in own)
        found.append(PhaseStatus(phase.name, TO_DO) if standing.state == UNDONE and is_new else standing)
    return found


def _phase_status(phase, own, rows, left, *, in_place, worker) -> PhaseStatus:
    if not own:
        return PhaseStatus(phase, DONE if in_place else TO_DO, left=left)
    last = own[-1]
    state = _state(last, in_place=in_place, working=_is_at_work(worker, last))
    rate = last.rows / last.seconds if state == RUNNING else 0.0
    error = last.error if state == STOPPED else ""
    # Nobody knows when it was that an interrupted run ended.
    lasted = 0.0 if state == INTERRUPTED else last.seconds
    return PhaseStatus(phase, state, last.direction, rows, left, lasted, rate, error)


def _is_at_work(worker: Holder | None, last: PhaseAttempt) -> bool:
    """A phase that began before the lock was taken belongs to a process that was killed."""
    return worker is not None and (worker.seconds is None or last.seconds <= worker.seconds)


def _state(last: PhaseAttempt, *, in_place: bool, working: bool) -> str:
    if not last.finished_at and working:
        return RUNNING
    if last.direction == BACKWARDS and last.is_over:
        return UNDONE
    # Killed between its commit and its last word, a phase is done all the same.
    if last.direction == FORWARDS and in_place:
        return DONE
    if last.is_over:
        return TO_DO
    return STOPPED if last.finished_at else INTERRUPTED


def _left(connection, phase, rows, known) -> int:
    """Rows that a backfill has yet to change, from a full count or derived from an earlier one."""
    if known and known.rows <= rows and (known.state == DONE or (known.state == RUNNING and known.left)):
        return max(known.left - (rows - known.rows), 0)
    backfills = [it for it in phase.operations if isinstance(it, Backfill) and not it.beside]
    return sum(count(connection, backfill).to_change for backfill in backfills)


def _is_in_place(release, connection, phase) -> bool:
    return all(holds(connection, sign) for sign in release.signs(phase))


def _since_the_last_way_back(runs):
    last = max((place for place, run in enumerate(runs) if run.direction == BACKWARDS), default=-1)
    return runs[last + 1 :]
