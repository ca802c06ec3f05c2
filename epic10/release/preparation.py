"""Preparation: every phase but the last, which is as far as the release goes while the old application runs."""

from django.core.management import CommandError
from django.db.migrations.executor import MigrationExecutor

from epic10.operations.phase import walk
from epic10.release import plan
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
    for phase, before, after in list(walk(release.phases, release.app_label, release.before))[:-1]:
        with connection.schema_editor(atomic=False) as editor:
            phase.database_forwards(release.app_label, editor, before, after)
    logger.info(
        "Prepared: only %s is left, and nothing is visible yet. The old application may go on working.",
        release.phases[-1].name,
    )
