"""Reconciliation of django_migrations with the actual state of the database.

Django writes its record outside of the migration's own transactions, so a
crash leaves the two out of step: half-way forwards there is no record, and
Django would find nothing to undo; half-way backwards there still is one, and
Django would find nothing to apply. The catalog knows better. The record is put
right before Django reads it, and Django does the rest.

Later migrations consist of phases, too, and a crash leaves their records out of step
in the same way. The ledger knows the last direction of each, because a phase records
it before it begins, and either direction can run again.
"""

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from epic10.ledger.phase_record import BACKWARDS, FORWARDS
from epic10.operations.phase import Phase
from epic10.postgres.catalog import holds, relation_exists
from epic10.release import plan, state
from epic10.release.early import later_than
from epic10.terminal.progress import logger

Key = tuple[str, str]


def reconcile(connection, app_label: str | None, migration_name: str | None):
    """Before ``migrate app_label migration_name``: make Django see what is left to do."""
    release = plan.load()
    if app_label not in (None, release.app_label):
        return
    recorder = MigrationRecorder(connection)
    records = recorder.applied_migrations()
    recorded = (release.app_label, release.name) in records
    if is_way_back(release, migration_name):
        if not recorded and state.has_begun(connection):
            logger.info("%s stopped half-way and was never recorded. Going back from there.", release.name)
            # With all it builds on: migration.sql may have run where Django never did.
            for key in way_to(release):
                if key not in records:
                    recorder.record_applied(*key)
    elif recorded and not release.is_switched(connection) and state.last_run(connection):
        # Not merely recorded by --fake.
        logger.info("%s was being undone when that stopped. Going forward from there.", release.name)
        recorder.record_unapplied(release.app_label, release.name)
    _reconcile_later(connection, (release.app_label, release.name), migration_name)


def has_work(connection, app_label: str | None, migration_name: str | None) -> bool:
    """Would ``migrate app_label migration_name`` change anything of the release?"""
    release = plan.load()
    if app_label not in (None, release.app_label):
        return False
    if is_way_back(release, migration_name):
        # Not has_begun: whoever may not read the ledger is told so in full.
        return holds(connection, relation_exists("epic10_created_object"))
    return not release.is_switched(connection)


def is_way_back(release, migration_name: str | None) -> bool:
    """Is the target older than the release?"""
    return _is_older(MigrationLoader(None).graph, migration_name, (release.app_label, release.name))


def way_to(release) -> list[Key]:
    """The migrations that lead to the release, itself last."""
    return MigrationLoader(None).graph.forwards_plan((release.app_label, release.name))


def unapplied(connection) -> list[str]:
    """The app's migrations after the release that Django has not applied, by name, in their order."""
    release = plan.load()
    records = MigrationRecorder(connection).applied_migrations()
    graph = MigrationLoader(None).graph
    return [
        name for label, name in later_than(graph, (release.app_label, release.name)) if (label, name) not in records
    ]


def _reconcile_later(connection, release: Key, migration_name: str | None):
    """Before ``migrate app_label migration_name``: make Django see what is left to do after the release."""
    loader, recorder = MigrationLoader(None), MigrationRecorder(connection)
    records = recorder.applied_migrations()
    for key in later_than(loader.graph, release):
        is_back, last = (
            _is_older(loader.graph, migration_name, key),
            _last_direction(connection, loader.get_migration(*key)),
        )
        if is_back and key not in records and last == FORWARDS:
            missing = [one for one in loader.graph.forwards_plan(key) if one not in recorder.applied_migrations()]
            # What was prepared of a later migration stays when the release itself is to be applied.
            if set(missing) <= {key} or is_way_back(plan.load(), migration_name):
                logger.info("%s was never recorded. Going back from there.", key[1])
                for one in missing:
                    recorder.record_applied(*one)
        elif not is_back and key in records and last == BACKWARDS:
            logger.info("%s was being undone when that stopped. Going forward from there.", key[1])
            recorder.record_unapplied(*key)


def _is_older(graph, migration_name: str | None, key: Key) -> bool:
    """Is the target of ``migrate`` older than the migration?"""
    *older, _ = graph.forwards_plan(key)
    return bool(migration_name) and any(name.startswith(migration_name) for label, name in older if label == key[0])


def _last_direction(connection, migration) -> str | None:
    last = state.last_run(connection, [operation for operation in migration.operations if isinstance(operation, Phase)])
    return last and last.direction
