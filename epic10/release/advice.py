"""Advice to the operator: what to do after an error, or when a migration has stopped half-way."""

from django.core.management import CommandError
from django.db import Error, connections

from epic10.postgres.errors import message_of
from epic10.postgres.session import out_of_a_broken_commit
from epic10.release import plan, state
from epic10.release.status import status
from epic10.terminal import signals

BOTH_WAYS = "HINT: python manage.py {again} goes on from here, python manage.py migrate ndas 0001 goes back from here."
# As it was typed: without --prepare it would go on through the switch.
ANEW, ONLY_PREPARE = "migrate ndas", "migrate ndas --prepare"
HALF_WAY = f"What is committed stays; nothing of it is visible to the application before the switch.\n{BOTH_WAYS}"
SWITCHED = f"What is committed stays; Epic 10 is what everybody sees.\n{BOTH_WAYS}"

NO_WAY_BACK = (
    "HINT: python manage.py epic10_snapshot list: one from before is all that can still be restored, beside this "
    "database. What each row's old labels were is in epic10_original."
)


def after_interruption(database: str, next_command: str) -> str:
    """Where the database stands, as far as the server can still be asked, and what to type."""
    try:
        out_of_a_broken_commit(connections[database])
        where = next(status(connections[database]).lines())
    except Error:
        where = "The server does not answer now"
    return f"{where}.\nHINT: {next_command}"


def stopped(database: str, why: str, *, separator: str = "\n", only_prepare: bool = False, **options) -> CommandError:
    """The error of a migration that has stopped: why, the state of the database, and what to type."""
    where = _position(database).format(again=ONLY_PREPARE if only_prepare else ANEW)
    error = CommandError(f"{why}{separator}{where}", **options)
    error.why = why
    return error


def is_of_a_migration(error: CommandError) -> bool:
    """Is it the error of a migration that has stopped?"""
    return hasattr(error, "why")


def why(error: BaseException) -> str:
    """What ended a step, without the advice on what to type, for a command that deals with it itself."""
    if told := getattr(error, "why", ""):
        return told
    if signals.is_interruption(error) and not isinstance(error, CommandError):
        return "Interrupted."
    return message_of(error) if isinstance(error, Error) else str(error) or type(error).__name__


def _position(database) -> str:
    """As far as the server can still be asked."""
    try:
        out_of_a_broken_commit(connections[database])
        if not state.has_begun(connections[database]):
            return "Nothing was changed."
        return SWITCHED if plan.load().is_switched(connections[database]) else HALF_WAY
    except Error:
        return HALF_WAY
