"""The snapshot of the database from before the release."""

from pathlib import Path

from django.db import connections

from epic10.ledger import store
from epic10.ledger.models import Snapshot
from epic10.operations import Shadow
from epic10.release import plan, state
from epic10.snapshots import files
from epic10.snapshots.manifest import Manifest
from epic10.terminal.progress import logger


def last_snapshot(using: str) -> tuple[Path, Manifest] | None:
    """The folder and manifest of the last snapshot before the first change, if its files are on this machine."""
    began = state.began_at(connections[using])
    if began is None or not store.is_there(connections[using], Snapshot):
        return None
    for kept in Snapshot.objects.using(using).filter(taken_at__lt=began).order_by("-taken_at"):
        try:
            found = files.read(Path(kept.directory), kept.name)
        except files.NoSnapshot as error:
            logger.warning("%s", error)
            return None
        if is_from_before(found):
            return Path(kept.directory) / kept.name, found
    return None


def is_from_before(taken: Manifest) -> bool:
    """A snapshot of a half-way state, as from an earlier attempt, has columns that only the release creates."""
    backfills = plan.load().backfills()
    shadows = [rule for backfill in backfills for rule in backfill.rules if isinstance(rule, Shadow)]
    made = {name for shadow in shadows for name in (shadow.target, shadow.legacy)}
    return not any(made & set(table.columns) for table in taken.contents.tables.values())
