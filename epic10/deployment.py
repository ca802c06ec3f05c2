"""In which order? The sequences an operator runs, and nothing else."""

from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import Error, connections

from epic10 import asking, checks, comparison, deadline, manifest, plan, release_state, snapshot, validation
from epic10.asking import Show
from epic10.catalog import quoted
from epic10.going_back import BACK, go_back
from epic10.interrupts import EXIT_STATUS
from epic10.locks import named
from epic10.progress import logger
from epic10.readiness import NotDeployed, Wishes, make_ready
from epic10.report import Report
from epic10.run import OK, Run, witnessed
from epic10.session import execute, reconnect, unhurried
from epic10.what_now import NO_WAY_BACK, why
from epic10.writers import writers


def deploy(run: Run, wishes: Wishes, *, show: Show, out):
    """
    Precheck, snapshot, verify, migrate, validate, smoke, vacuum; or everything before the switch.

    Whatever fails after the first change is taken back, unless the operator
    wants to keep it.
    """
    release, connection = plan.load(), connections[run.using]
    if release.is_switched(connection) and not wishes.only_prepare:
        run.decide("Epic 10 is in place already: only what comes after the switch is done.")
    else:
        make_ready(run, wishes, show=show)
    try:
        with deadline.within(wishes.timeout), witnessed(run, run.using):
            if wishes.only_prepare:
                run.step("prepare", lambda: _migrate(run, out, prepare=True))
                return
            run.step("migrate", lambda: _migrate(run, out))
            _hold(run.step("validate", lambda: run.report(validation.validate(run.using, show=show))))
            _hold(run.step("smoke", lambda: run.report(smoke(run.using, show=show))))
    except (CommandError, Error, KeyboardInterrupt) as error:
        _take_back(run, wishes, error, show, out)
    run.facts["after"] = comparison.numbers(manifest.contents(connection))
    run.step("vacuum", lambda: _vacuum(run.using, release.tables()))


def rollback(run: Run, *, directory: Path, jobs: int, force: bool, without_snapshot: bool, show: Show, out):
    """Is the application stopped? Then a safety snapshot, and back from any point; compare with what was before."""
    insist_on_a_way_back(run.using)
    if not release_state.is_left_to_undo(connections[run.using]):
        run.decide("Nothing of Epic 10 is in this database: there is nothing to undo.")
        return
    run.step("stopped", lambda: _insist_that_nobody_writes(run, force))
    if without_snapshot:
        run.decide("No safety snapshot, as the operator asked.")
    else:
        taken = run.step("safety snapshot", lambda: snapshot.take(run.using, directory, jobs=jobs))
        run.decide(f"Snapshot {taken.name} holds everything the new application has written.")
    failed = [report for report in go_back(run, jobs=jobs, show=show, out=out) if report.failed]
    if failed:
        raise CommandError(
            f"Epic 10 is undone, but not everything is what it was: {'; '.join(report.summary for report in failed)}.\n"
            "HINT: Look at what is named above before the application starts."
        )


def insist_on_a_way_back(using: str):
    """Raises CommandError where nobody has to be asked, because there is none."""
    release_state.insist_on_a_register(connections[using])
    if plan.load().is_finalized(connections[using]):
        raise CommandError(f"There is no way back: Epic 10 is finalized, and the old labels are gone.\n{NO_WAY_BACK}")


def smoke(using: str, *, show: Show | None = None) -> Report:
    return asking.report("smoke", checks.registered(checks.SMOKE), using, show)


def _migrate(run, out, **options):
    call_command("migrate", plan.load().app_label, database=run.using, stdout=out, **options)


def _hold(report: Report):
    if report.failed:
        raise NotDeployed(f"{report.command} failed: {', '.join(result.check.id for result in report.failed)}.")


def _take_back(run, wishes, error, show, out):
    is_interrupted = isinstance(error, KeyboardInterrupt) or getattr(error, "returncode", 1) == EXIT_STATUS
    status = EXIT_STATUS if is_interrupted else 1
    reason = why(error)
    if wishes.keep:
        raise NotDeployed(
            f"{reason}\nKept as it is, because of --keep.\nHINT: python manage.py epic10_status says where it stands; "
            "epic10_deploy goes on from there, epic10_rollback goes back.",
            returncode=status,
        ) from error
    run.decide(f"Going back: {reason.splitlines()[0]}")
    try:
        reconnect(run.using)
        reports = go_back(run, jobs=wishes.jobs, show=show, out=out)
    except (CommandError, Error, KeyboardInterrupt) as another:
        raise NotDeployed(f"{reason}\n{_how_far_back(run, why(another))}", returncode=status) from error
    outcome = f"Epic 10 is undone: {'; '.join(report.summary for report in reports)}."
    raise NotDeployed(
        f"{reason}\n{outcome}\nHINT: Set it right, then python manage.py epic10_deploy.", returncode=status
    ) from error


def _how_far_back(run, reason):
    if any(step.name == BACK and step.outcome == OK for step in run.steps):
        return (
            f"Epic 10 is undone, but whether everything is what it was could not be asked: {reason}\n"
            "HINT: Compare with the snapshot before the application starts: epic10_snapshot restore … --into …"
        )
    return (
        f"Going back failed, too: {reason}\nHINT: python manage.py epic10_rollback, as soon as that is set right; "
        "epic10_status says where it stands."
    )


def _insist_that_nobody_writes(run, force):
    found = writers(run.using, plan.load().tables())
    if found and not force:
        raise CommandError(
            f"Nothing was changed: the application is still writing: {named(found)}.\n"
            "HINT: Stop it, then run the same command again; --force goes on, and parks what it has written."
        )
    if found:
        run.decide(f"The application was still writing, and the operator went on: {named(found)}.")


def _vacuum(using, tables):
    """Leave the tables as the planner likes them; they are right without, so a failure is only said."""
    with unhurried(connections[using]):
        for table in tables:
            try:
                execute(connections[using], f"VACUUM (ANALYZE, SKIP_LOCKED) {quoted(table)}")
            except Error as error:
                logger.warning("VACUUM of %s: %s", table, why(error))
