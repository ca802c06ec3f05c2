"""The status of this database, and the next command to type.

The catalog says what is in place, the ledger says who ran what and how it ended, and
the migration lock says whether somebody is working. The status can be asked for in any
database at any time, also while another process is working.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from django.conf import settings
from django.db import ProgrammingError

from epic10.ledger import run_records
from epic10.ledger.phase_record import FORWARDS, attempts
from epic10.operations.archive import summary
from epic10.postgres import locks, migration_lock, view_schemas, view_users
from epic10.postgres.catalog import holds, relation_exists, schema_exists
from epic10.postgres.session import one_moment, unhurried
from epic10.release import plan, state
from epic10.release.phase_status import DONE, INTERRUPTED, RUNNING, STOPPED, PhaseStatus, percent, phase_statuses
from epic10.release.preparation import is_prepared

NO_REGISTER, BASELINE, SWITCHED, FINALIZED = "no register", "baseline", "switched", "finalized"
HALF_BACK, GOING_BACK = "half rolled back", "going back"
# What a database is once the phase is done.
AFTER = {"expand": "expanded", "backfill": "backfilled", "index": "indexed", "enforce": "enforced", "switch": SWITCHED}

WATCH = "python manage.py epic10_status --watch"
ROLLING = (
    "python manage.py epic10_deploy --rolling, with nobody stopped; or python manage.py epic10_deploy, with the "
    "application stopped; python manage.py epic10_rollback --rolling undoes the preparation"
)
EMBEDDED = 'This is the embedded database in "{}", because DATABASE_URL is not set.'
BOTH_WAYS = "python manage.py epic10_deploy goes on from here, python manage.py epic10_rollback goes back from here"
NEXT = {
    NO_REGISTER: "set DATABASE_URL to the database that has one, then the same command; "
    "python manage.py migrate ndas 0001 makes an empty register here",
    BASELINE: "python manage.py epic10_precheck",
    SWITCHED: "python manage.py epic10_validate; python manage.py epic10_rollback goes back",
    FINALIZED: "nothing: the release is over, and there is no way back",
    HALF_BACK: "python manage.py epic10_rollback finishes going back, python manage.py epic10_deploy goes on",
}
STANDSTILLS = {
    migration_lock.BY_FILE: "paused, while the file that EPIC10_PAUSE_FILE names is there",
    migration_lock.FOR_A_STANDBY: "for a standby to catch up, to less than EPIC10_MAX_LAG",
}


@dataclass(frozen=True)
class Status:
    """
    ``state`` is a word or two; ``worker`` is the process that is migrating now.

    ``waits`` says what it is waiting for, if it is; ``at_work`` who is at work on the register, and through which
    schema of views; ``notes`` are inconsistencies, what is parked, and a snapshot that is not ours.
    """

    database: str
    state: str
    phases: tuple[PhaseStatus, ...] = ()
    worker: str = ""
    notes: tuple[str, ...] = ()
    next: str = ""
    waits: str = ""
    at_work: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        yield f'Epic 10 in database "{self.database}": {self.state}'
        yield from (f"  {standing}" for standing in self.phases)
        yield f"Changing it now: {self.worker or 'nobody'}"
        if self.waits:
            yield f"Waiting: {self.waits}"
        yield from self.at_work
        yield from self.notes
        yield f"Next: {self.next}"

    def as_json(self) -> dict:
        return asdict(self)


def status(connection, earlier: Status | None = None) -> Status:
    """The status of the database. With an ``earlier`` status, rows to change are not counted again."""
    with unhurried(connection):
        try:
            with one_moment(connection):
                found = current_status(connection, earlier)
        except ProgrammingError:
            # The columns of a moment ago: a phase has committed while we looked.
            with one_moment(connection):
                found = current_status(connection, None)
        return replace(found, at_work=tuple(_at_work(connection)))


def with_snapshot(found: Status, connection) -> Status:
    """The same, and a note where the last deployment took an operator's word for its snapshot."""
    taken = run_records.taken_elsewhere(connection.alias)
    if not taken or found.state == BASELINE:
        return found
    note = f'Snapshot: "{taken["id"]}", taken elsewhere; {taken["by"]} said so, and no rollback compares with it.'
    return replace(found, notes=(*found.notes, note))


def _at_work(connection) -> list[str]:
    """While there are schemas of views: whoever works past both would notice the switch."""
    if not holds(connection, schema_exists(view_schemas.old())):
        return []
    seen = view_users.look(connection, plan.load().tables(), seconds=view_users.BRIEFLY)
    return list(view_users.lines(seen))


def current_status(connection, earlier: Status | None) -> Status:
    """The same with the session's own settings; fails if a phase commits in between."""
    release, name = plan.load(), connection.settings_dict["NAME"]
    if not any(holds(connection, relation_exists(table)) for table in release.tables()):
        return Status(name, NO_REGISTER, notes=tuple(_embedded(connection)), next=NEXT[NO_REGISTER])
    ledger, worker = attempts(connection), migration_lock.holder(connection)
    waits = _waits(connection, release) if worker else ""
    before = {standing.phase: standing for standing in earlier.phases} if earlier else {}
    phases = phase_statuses(release, connection, ledger, worker=worker, earlier=before)
    # What stands still has no time left that anybody could tell.
    phases = [replace(phase, rate=0.0) for phase in phases] if waits else phases
    state = _state(release, connection, phases)
    return Status(
        name,
        state + _broken_off(phases),
        tuple(phases),
        str(worker or ""),
        (*_disagreements(release, connection, phases, ledger), *_parked(connection)),
        WATCH if worker else _next(connection, state),
        waits,
    )


def _next(connection, state) -> str:
    return NEXT.get(state) or (ROLLING if is_prepared(connection) else BOTH_WAYS)


def _embedded(connection) -> Iterator[str]:
    """A terminal without the DATABASE_URL of another one has a database, which is not the one that is meant."""
    embedded = getattr(settings, "EPIC10_SPARE_SERVER", {})
    if embedded and connection.settings_dict["ENGINE"] == embedded["ENGINE"]:
        yield EMBEDDED.format(connection.settings_dict["HOME"])


def _state(release, connection, phases) -> str:
    if release.is_finalized(connection):
        return FINALIZED
    if state.is_going_back(connection):
        return GOING_BACK if any(standing.state == RUNNING for standing in phases) else HALF_BACK
    done = [standing.phase for standing in phases if standing.state == DONE]
    filling = next((standing for standing in phases if standing.rows and standing.left), None)
    if release.is_switched(connection):
        return SWITCHED
    if filling:
        return f"{filling.phase}ing {percent(filling.share)}"
    return AFTER[done[-1]] if done else BASELINE


def _waits(connection, release) -> str:
    found = migration_lock.standstill(connection)
    told = [STANDSTILLS[reason] for reason in sorted(found.reasons) if reason in STANDSTILLS]
    if migration_lock.FOR_A_LOCK in found.reasons:
        told.append(f"for a lock: {locks.named(locks.blockers(connection, release.tables()))}")
    elif found.worker and (blockers := locks.blockers_of(connection, found.worker)):
        told.append(f"for {locks.named(blockers)}")
    return "; ".join(told)


def _broken_off(phases) -> str:
    return next((f", {found.state} in {found.phase}" for found in phases if found.state in (INTERRUPTED, STOPPED)), "")


def _disagreements(release, connection, phases, ledger) -> Iterator[str]:
    switched = release.is_switched(connection)
    recorded = state.is_recorded(connection)
    if switched and not recorded:
        yield f"django_migrations does not know that {release.name} is applied; migrate puts it right."
    if recorded and not switched:
        yield f"django_migrations says that {release.name} is applied, and it is not; migrate puts it right."
    for standing in phases:
        said = next((run for run in reversed(ledger) if run.phase == standing.phase), None)
        if said and said.is_over and said.direction == FORWARDS and standing.state != DONE:
            yield f"The ledger says that {standing.phase} is done, the catalog says that it is not."


def _parked(connection) -> Iterator[str]:
    for table, rows in summary.waiting_rows(connection).items():
        yield f"{rows:,} rows of {table} hold what only Epic 10 can; it is parked, and migrate ndas puts it back."
