"""The way back to the database before the release, and the comparison that proves it."""

from functools import partial

from django.core.management import call_command

from epic10.checks.evaluation import Show
from epic10.checks.report import Report
from epic10.deploy.run import Run, witnessed
from epic10.deploy.validate import previous_works
from epic10.ledger import run_records
from epic10.ledger.run_records import ELSEWHERE
from epic10.release import plan
from epic10.snapshots import before_release, comparison
from epic10.terminal.progress import logger

BACK = "back"  # The step after which the database is at its previous release.


def undo_the_switch(run: Run, *, show: Show, out) -> list[Report]:
    """Go back to the prepared database: nothing of it is what it was before, so only the old smoke tests run."""
    release = plan.load()
    migrate = partial(
        call_command, "migrate", release.app_label, release.previous, prepare=True, database=run.using, stdout=out
    )
    with witnessed(run, run.using):
        run.step(BACK, migrate)
    return [run.step("previous", lambda: run.report(previous_works(run.using, show=show)))]


def go_back(run: Run, *, jobs: int, show: Show, out) -> list[Report]:
    """
    Migrate back from any point, compare with the last snapshot before the release, and run the old smoke tests.

    Without such a snapshot the comparison is left out.
    """
    release, before = plan.load(), before_release.last_snapshot(run.using)
    migrate = partial(call_command, "migrate", release.app_label, release.previous, database=run.using, stdout=out)
    with witnessed(run, run.using):
        run.step(BACK, migrate)
    if before is None:
        taken = run.facts.get(ELSEWHERE) or run_records.taken_elsewhere(run.using)
        where = f', and "{taken["id"]}" was taken elsewhere' if taken else ""
        logger.warning("No snapshot from before the release is here%s: nothing was compared.", where)
        reports = []
    else:
        folder, manifest = before
        run.facts["before"] = comparison.numbers(manifest.contents)
        compare = partial(comparison.compare, run.using, folder, manifest, jobs=jobs, show=show)
        reports = [run.step("compare", lambda: run.report(compare()))]
    return [*reports, run.step("previous", lambda: run.report(previous_works(run.using, show=show)))]
