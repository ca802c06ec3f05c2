"""Reconciliation of django_migrations for the migrations after the release.

They are made of phases too, and a crash leaves them out of step in the same
way. The ledger knows which way each was going last: a phase says so before it
begins, and both ways can run again.
"""

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from epic10.ledger.phase_record import BACKWARDS, FORWARDS
from epic10.operations.phase import Phase
from epic10.release import plan
from epic10.release.state import last_run
from epic10.terminal.progress import logger

Key = tuple[str, str]


def reconcile_later(connection, release: Key, migration_name: str | None):
    """Before ``migrate app_label migration_name``: make Django see what is left to do after the release."""
    loader, recorder = MigrationLoader(None), MigrationRecorder(connection)
    records = recorder.applied_migrations()
    for key in _later_than(loader.graph, release):
        is_back, last = (
            _is_older(loader.graph, migration_name, key),
            _last_direction(connection, loader.get_migration(*key)),
        )
        if is_back and key not in records and last == FORWARDS:
            logger.info("%s was never recorded. Going back from there.", key[1])
            recorder.record_applied(*key)
        elif not is_back and key in records and last == BACKWARDS:
            logger.info("%s was being undone when that stopped. Going forward from there.", key[1])
            recorder.record_unapplied(*key)


def to_do(connection) -> list[str]:
    """The app's migrations after the release that Django has not applied, by name, in their order."""
    release = plan.load()
    records = MigrationRecorder(connection).applied_migrations()
    graph = MigrationLoader(None).graph
    return [
        name for label, name in _later_than(graph, (release.app_label, release.name)) if (label, name) not in records
    ]


def _later_than(graph, release: Key) -> list[Key]:
    """The app's migrations after the release, in their order."""
    known = graph.forwards_plan(release)
    newest = [key for leaf in graph.leaf_nodes(release[0]) for key in graph.forwards_plan(leaf)]
    return [key for key in newest if key[0] == release[0] and key not in known]


def _is_older(graph, migration_name: str | None, key: Key) -> bool:
    """Is the target of ``migrate`` older than the migration?"""
    *older, _ = graph.forwards_plan(key)
    return bool(migration_name) and any(name.startswith(migration_name) for label, name in older if label == key[0])


def _last_direction(connection, migration) -> str | None:
    last = last_run(connection, [operation for operation in migration.operations if isinstance(operation, Phase)])
    return last and last.direction
