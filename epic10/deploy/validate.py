"""Validation: whether the release has done in this database what it promises."""

from django.core.management import CommandError
from django.db import connections

from epic10 import checks
from epic10.checks import evaluation
from epic10.checks.report import Report
from epic10.ledger import store
from epic10.ledger.models import SavedReport
from epic10.postgres.session import unhurried
from epic10.release import plan, state

NOT_APPLIED = 'Epic 10 is not applied to database "{name}".\nHINT: python manage.py migrate ndas'
HALF_APPLIED = (
    'Epic 10 is applied to database "{name}" in part; nothing of it is visible yet.\n'
    "HINT: python manage.py migrate ndas finishes it, python manage.py migrate ndas 0001 takes it back."
)


def validate(using: str, *, smoke: bool = False, show: evaluation.Show | None = None) -> Report:
    """Run every check of the release, with ``smoke`` the smoke tests, too; ``show`` gets each result."""
    insist_that_it_is_applied(using)
    release = plan.load()
    wanted = [*release.checks(), *checks.registered(checks.AFTER), *(checks.registered(checks.SMOKE) if smoke else [])]
    return evaluation.report("epic10_validate", wanted, using, show, release=release.title)


def insist_that_it_is_applied(using: str):
    connection = connections[using]
    if not plan.load().is_switched(connection):
        message = HALF_APPLIED if state.has_begun(connection) else NOT_APPLIED
        raise CommandError(message.format(name=connection.settings_dict["NAME"]))


def previous_works(using: str, *, show: evaluation.Show | None = None) -> Report:
    """Run the smoke tests of the previous application, after a rollback."""
    asked, title = checks.registered(checks.SMOKE_PREVIOUS), plan.load().title
    return evaluation.report("epic10_validate --previous", asked, using, show, release=title)


def save(report: Report, using: str) -> str:
    """Save the report in the ledger; returns a complaint if that fails, as on a standby, else ""."""
    values = {"command": report.command, "verdict": report.verdict, "body": report.as_json()}
    with unhurried(connections[using]):
        return store.keep(using, SavedReport, otherwise="The report is not saved", **values)
