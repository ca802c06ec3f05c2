"""The live state of the database, which every open page polls every two seconds.

Counting the rows that a backfill has yet to change needs a pass over the table. It is
done once; during a migration the rows done according to the ledger are subtracted
from it, and otherwise it is kept for a minute, or until something happens.
"""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from epic10.ledger.phase_record import attempts
from epic10.postgres import migration_lock
from epic10.postgres.catalog import holds, relation_exists
from epic10.release import plan, state
from epic10.release.status import BASELINE, Status, current_status

# Seconds during which everybody gets the same status, and for which a count is kept.
FRESH, KEPT = 1.0, 60.0

# Seconds for which what was measured and checked is judged without reading it again.
JUDGED_FOR = 10.0

_last: dict[tuple, "KeptStatus"] = {}
_kept_answers: dict[tuple, tuple[float, dict]] = {}
_one_counts = threading.Lock()


@dataclass(frozen=True)
class KeptStatus:
    """``taken_back`` is when a release that was here was taken back."""

    status: Status
    taken_back: datetime | None
    pulse: tuple
    looked_at: datetime
    at: float

    @property
    def age(self):
        return time.monotonic() - self.at


def look(connection, patience: float = KEPT) -> KeptStatus:
    """The current status; at most ``patience`` seconds old if nothing has happened since, else new."""
    place = _place(connection)
    with _one_counts:
        last = _last.get(place)
        if last and last.age < FRESH:
            return last
        pulse = _pulse(connection)
        if last and not pulse[0] and pulse == last.pulse and last.age < patience:
            return last
        status = current_status(connection, last.status if last else None)
        taken_back = state.was_taken_back_at(connection) if status.state == BASELINE else None
        _last[place] = found = KeptStatus(status, taken_back, pulse, datetime.now(UTC), time.monotonic())
        return found


def kept(connection) -> dict | None:
    """What ``keep`` was given in the last seconds."""
    at, answers = _kept_answers.get(_place(connection), (0.0, None))
    return answers if time.monotonic() - at < JUDGED_FOR else None


def keep(connection, answers: dict):
    if kept(connection) is not answers:
        _kept_answers[_place(connection)] = time.monotonic(), answers


def last_run(connection) -> tuple:
    """What of the ledger changes when a phase does something."""
    return tuple((run.id, run.finished_at, run.rows) for run in attempts(connection))


def _pulse(connection) -> tuple:
    """Values that change when something happens; the first is whether somebody is migrating."""
    release = plan.load()
    at_work = migration_lock.holder(connection) is not None
    has_register = holds(connection, relation_exists(release.tables()[0]))
    signs = has_register, release.is_switched(connection), release.is_finalized(connection)
    return at_work, last_run(connection), signs


def _place(connection):
    settings = connection.settings_dict
    return settings["HOST"], settings["PORT"], settings["NAME"]
