"""
Preparation: every phase but the last, which is as far as the release goes while the old application runs.

Then the indexes of later migrations on columns that the switch leaves alone, so that
nobody has to wait for them in the window. Their migrations find them there.
"""

from django.core.management import CommandError
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from epic10.ledger.phase_record import FORWARDS
from epic10.operations.phase import walk
from epic10.release import plan, state
from epic10.release.early import early_phases
from epic10.terminal.progress import logger


def prepared(connection):
    """
    Run every phase except the last.

    Django does not record the release as applied, just as after an interruption:
    migrate can go on from there, and can go back from there.
    """
    release = plan.load()
    if release.is_switched(connection):
        raise CommandError("Epic 10 is in place already.\nHINT: python manage.py epic10_validate")
    ledger = MigrationExecutor(None).loader.graph.leaf_nodes("epic10")
    MigrationExecutor(connection).migrate([(release.app_label, release.previous), *ledger])
    before_the_switch = list(walk(release.phases, release.app_label, release.before))[:-1]
    for phase, before, after in [*before_the_switch, *early_phases()]:
        with connection.schema_editor(atomic=False) as editor:
            phase.database_forwards(release.app_label, editor, before, after)
    logger.info(
        "Prepared: only %s is left, and nothing is visible yet. The old application may go on working.",
        release.phases[-1].name,
    )


def back_to_prepared(connection):
    """
    Undo the switch and the migrations after it, and nothing else.

    Nothing is parked, because the columns with the new labels stay, and the next switch takes milliseconds.
    """
    release = plan.load()
    insist_on_a_switch(connection)
    MigrationExecutor(connection).migrate([(release.app_label, release.name)])
    *_, (switch, before, after) = walk(release.phases, release.app_label, release.before)
    with connection.schema_editor(atomic=False) as editor:
        switch.database_backwards(release.app_label, editor, after, before)
    MigrationRecorder(connection).record_unapplied(release.app_label, release.name)
    prepared(connection)


def insist_on_a_switch(connection):
    release = plan.load()
    if not release.is_switched(connection):
        raise CommandError(
            "There is no switch to undo in this database.\n"
            f"HINT: python manage.py migrate {release.app_label} --prepare goes on to the switch; "
            f"migrate {release.app_label} {release.previous} undoes everything."
        )


def is_prepared(connection) -> bool:
    """Is only the switch left, as the phase before it ended well and nothing was begun or undone since?"""
    release = plan.load()
    last = state.last_run(connection, release.phases[:-1])
    is_done = last and last.is_over and (last.phase, last.direction) == (release.phases[-2].name, FORWARDS)
    return bool(is_done) and state.has_begun(connection) and not release.is_switched(connection)
