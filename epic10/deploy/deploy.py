"""The sequence of steps of each command that an operator runs."""

from functools import partial
from pathlib import Path

from django.core.management import CommandError, call_command
from django.db import Error, connections

from epic10 import checks
from epic10.checks import evaluation
from epic10.checks.evaluation import Show
from epic10.checks.report import Report
from epic10.deploy import dependents, gates, validate
from epic10.deploy import rolling as with_nobody_stopped
from epic10.deploy.failure import ended_early, position_of
from epic10.deploy.readiness import DeployOptions, NotDeployed, make_ready
from epic10.deploy.run import Run, witnessed
from epic10.deploy.way_back import BACK, go_back, undo_the_switch
from epic10.deploy.writers import ask_to_stop, insist_that_nobody_writes
from epic10.postgres import deadline
from epic10.postgres.catalog import quoted
from epic10.postgres.session import execute, unhurried
from epic10.release import plan, state
from epic10.release.advice import NO_WAY_BACK, why
from epic10.release.preparation import insist_on_a_switch, is_prepared
from epic10.snapshots import comparison, manifest, snapshot
from epic10.terminal import outlook
from epic10.terminal.progress import logger

# The steps of a run that goes well, for whoever watches it.
STEPS = {
    "epic10_deploy": (
        *("stopped", "precheck", "snapshot", "verify", "still stopped"),
        *("migrate", "validate", "smoke", "vacuum"),
    ),
    "epic10_rollback": ("stopped", "safety snapshot", BACK, "compare", "previous"),
}


def deploy(run: Run, wishes: DeployOptions, *, show: Show, out):
    """
    Check that the application is stopped; precheck, snapshot, verify, migrate, validate, smoke test, vacuum.

    ``only_prepare`` ends before the switch. ``rolling`` stops nobody: each application works
    through its schema of views. What happens after a failure is in failure.py.
    """
    connection = connections[run.using]
    gates.insist_on_the_original(run, accepted=wishes.accept_copy)
    before = position_of(connection)
    with outlook.followed() as expected:
        _get_ready(run, wishes, before, expected, show)
        try:
            with deadline.within(wishes.timeout), witnessed(run, run.using):
                if wishes.only_prepare:
                    run.step("prepare", lambda: _migrate(run, out, prepare=True))
                    return
                run.step("migrate", lambda: _migrate(run, out))
                _hold(run.step("validate", lambda: run.report(validate.validate(run.using, show=show))))
                _hold(run.step("smoke", lambda: run.report(smoke(run.using, show=show))))
        except (CommandError, Error, KeyboardInterrupt) as error:
            ended_early(run, wishes, before, error, show=show, out=out)
        logger.info("Epic 10 is in place, validated and tried: the new application may start.")
        run.facts["after"] = comparison.numbers(manifest.contents(connection))
        run.step("vacuum", lambda: _vacuum(run.using, plan.load().tables()))


def _get_ready(run, wishes, before, expected, show):
    if before.switched and not wishes.only_prepare:
        run.decide("Epic 10 is in place already: only what comes after the switch is done.")
    elif wishes.only_prepare:
        make_ready(run, wishes, expected, show=show)
    elif wishes.rolling:
        with_nobody_stopped.insist_on_the_preparation(connections[run.using])
        make_ready(run, wishes, expected, show=show)
        run.step("at work", lambda: with_nobody_stopped.insist_that_nobody_is_hurt(run, accepted=wishes.accept_writers))
    elif is_prepared(connections[run.using]):
        # The window begins when the application is stopped; what can be done before that is.
        make_ready(run, wishes, expected, show=show)
        run.step("stopped", lambda: _is_stopped_now(run, wishes))
    else:
        is_stopped = run.step("stopped", lambda: _nobody_writes(run, wishes))
        make_ready(run, wishes, expected, show=show)
        if is_stopped:
            # A snapshot takes its time, and somebody may have started it again.
            run.step("still stopped", lambda: _nobody_writes(run, wishes))


def rollback(
    run: Run,
    *,
    directory: Path,
    jobs: int,
    accept_writers: bool,
    accept_copy: bool,
    without_snapshot: bool,
    drop_dependents: bool,
    rolling: bool,
    only_the_switch: bool,
    may_ask: bool,
    show: Show,
    out,
):
    """
    Check that the application is stopped, take a safety snapshot, go back from any point, and compare.

    If it is ``rolling``, the old application works on, through its schema of views. With ``only_the_switch`` the
    database is prepared again afterwards.
    """
    insist_on_a_way_back(run.using)
    if not state.is_left_to_undo(connections[run.using]):
        run.decide("Nothing of Epic 10 is in this database: there is nothing to undo.")
        return
    if only_the_switch:
        insist_on_a_switch(connections[run.using])
    gates.insist_on_the_original(run, accepted=accept_copy)
    who = {"accepted": accept_writers, "may_ask": may_ask}
    _insist_that_nobody_is_hurt(run, rolling=rolling, only_the_switch=only_the_switch, **who)
    ask = partial(dependents.to_drop, run.using, drop_dependents=drop_dependents, may_ask=may_ask)
    in_the_way = [] if only_the_switch else ask()
    _keep_what_is_written(run, directory, jobs=jobs, is_waived=without_snapshot)
    if in_the_way:
        run.step("dependents", lambda: dependents.drop(run, in_the_way))
    back = partial(undo_the_switch, run) if only_the_switch else partial(go_back, run, jobs=jobs)
    _insist_that_all_is_as_it_was(back(show=show, out=out), "The switch" if only_the_switch else "Epic 10")


def insist_on_a_way_back(using: str):
    """Raise CommandError if there is no way back, before anybody is asked to confirm."""
    state.insist_on_a_register(connections[using])
    if plan.load().is_finalized(connections[using]):
        raise CommandError(f"There is no way back: Epic 10 is finalized, and the old labels are gone.\n{NO_WAY_BACK}")


def smoke(using: str, *, show: Show | None = None) -> Report:
    return evaluation.report("smoke", checks.registered(checks.SMOKE), using, show, release=plan.load().title)


def _insist_that_nobody_is_hurt(run, *, rolling, only_the_switch, accepted, may_ask):
    if rolling:
        # While both schemas of views stay, either application works on.
        insist = (
            with_nobody_stopped.insist_that_nobody_is_hurt
            if only_the_switch
            else with_nobody_stopped.insist_that_only_the_old_one_works
        )
        run.step("at work", lambda: insist(run, accepted=accepted))
        return
    harm = "and takes the new labels from it" if only_the_switch else "and parks what it has written"
    run.step("stopped", lambda: insist_that_nobody_writes(run, accepted=accepted, may_ask=may_ask, harm=harm))


def _keep_what_is_written(run, directory, *, jobs, is_waived):
    if is_waived:
        run.override("--without-snapshot", "There is no safety snapshot.")
        return
    taken = run.step("safety snapshot", lambda: snapshot.take(run.using, directory, jobs=jobs))
    run.decide(f'Snapshot "{taken.name}" holds everything the new application has written.')


def _insist_that_all_is_as_it_was(reports, what):
    if failed := "; ".join(report.summary for report in reports if report.failed):
        raise CommandError(
            f"{what} is undone, but not everything is what it was: {failed}.\n"
            "HINT: Look at what is named above before the application starts."
        )


def _migrate(run, out, **options):
    call_command("migrate", plan.load().app_label, database=run.using, stdout=out, **options)


def _hold(report: Report):
    if report.failed:
        raise NotDeployed(f"{report.command} failed: {', '.join(result.check.id for result in report.failed)}.")


def _nobody_writes(run, wishes):
    harm = "and what it writes after the switch is refused, or keeps dates that are wrong"
    return insist_that_nobody_writes(run, accepted=wishes.accept_writers, may_ask=wishes.may_ask, harm=harm)


def _is_stopped_now(run, wishes):
    if wishes.may_ask:
        ask_to_stop(run.using)
    return _nobody_writes(run, wishes)


def _vacuum(using, tables):
    """Give the planner fresh statistics. The data is correct without them, so a failure is only a warning."""
    with unhurried(connections[using]):
        for table in tables:
            try:
                execute(connections[using], f"VACUUM (ANALYZE, SKIP_LOCKED) {quoted(table)}")
            except Error as error:
                logger.warning("VACUUM of %s: %s", table, why(error))
