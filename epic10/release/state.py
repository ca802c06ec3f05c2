"""
The state of the release in a database: whether it has begun, when, and in which direction it was going.

Only this module decides, and only from what the release itself has left: the claims of
its objects, which are committed together with them, the catalog, and the runs of its
own phases. Later migrations have phases, too, but are undone on their own, and do not count.
"""

from datetime import datetime

from django.core.management import CommandError

from epic10.ledger.phase_record import BACKWARDS, PhaseAttempt, attempts
from epic10.postgres.catalog import holds, literal, relation_exists
from epic10.postgres.session import fetch
from epic10.release import plan

# The transaction that first claimed something was the first to change something. A way
# back gives the claims up, so they are of this time and not of an earlier one.
BEGAN = "(SELECT min(created_at) FROM epic10_created_object)"
# As the register's own columns have it.
BEGAN_UTC = f"({BEGAN} AT TIME ZONE 'UTC')"

NO_REGISTER = (
    'Database "{}" has no register.\n'
    "HINT: Look at DATABASE_URL; python manage.py migrate ndas 0001 makes an empty register."
)
CLAIMS = relation_exists("epic10_created_object")
CLAIMED = "SELECT count(*), max(id) FROM epic10_created_object"
HAS_CLAIMS = "EXISTS (SELECT FROM epic10_created_object)"
MAY_READ = "pg_catalog.has_table_privilege(to_regclass('epic10_phase_run'), 'SELECT')"


def insist_on_a_register(connection):
    """Raise CommandError if there is no register, before the operator is asked anything."""
    if not any(holds(connection, relation_exists(table)) for table in plan.load().tables()):
        raise CommandError(NO_REGISTER.format(connection.settings_dict["NAME"]))


def has_begun(connection) -> bool:
    """Is anything of the release in the database?"""
    claimed = holds(connection, CLAIMS) and holds(connection, HAS_CLAIMS)
    return claimed or plan.load().is_switched(connection)


def began_at(connection) -> datetime | None:
    """When the release made its first change; None if it has made none or if that is no longer known."""
    return fetch(connection, f"SELECT {BEGAN}")[0][0] if holds(connection, CLAIMS) else None


def is_recorded(connection) -> bool:
    """Does Django believe that the release is applied? The database may differ."""
    return holds(connection, relation_exists(plan.RECORD)) and holds(connection, recorded())


def recorded() -> str:
    """The condition that it is, where there is a record."""
    app, name = literal(plan.load().app_label), literal(plan.load().name)
    return f"EXISTS (SELECT FROM {plan.RECORD} WHERE app::text = {app} AND name::text = {name})"


def is_left_to_undo(connection) -> bool:
    """Is there anything to undo, including Django's own record?"""
    return has_begun(connection) or is_recorded(connection)


def is_going_back(connection) -> bool:
    """Was the last run of a phase on the way back, and is the way back unfinished?"""
    last = last_run(connection)
    return bool(last and last.direction == BACKWARDS and (has_begun(connection) or not last.finished_at))


def was_taken_back_at(connection) -> datetime | None:
    """When the release was completely undone; None if it is here or never was."""
    last = last_run(connection)
    return last.finished_at if last and last.direction == BACKWARDS and not has_begun(connection) else None


def mark(connection) -> tuple:
    """A value that changes whenever anything changes that a way back would undo."""
    claims = fetch(connection, CLAIMED) if holds(connection, CLAIMS) else None
    rows = sum(run.rows for run in attempts(connection))
    return claims, rows, plan.load().is_switched(connection)


def last_run(connection, phases=None) -> PhaseAttempt | None:
    """The newest run of a phase of the release, or of one of the ``phases`` named."""
    if not holds(connection, MAY_READ):
        return None
    names = [phase.name for phase in (plan.load().phases if phases is None else phases)]
    return next((run for run in reversed(attempts(connection)) if run.phase in names), None)
