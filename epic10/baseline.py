"""The snapshot that says what the database was before the release."""

from pathlib import Path

from django.db import connections

from epic10 import ledger, release_state, snapshot_files
from epic10.manifest import Manifest
from epic10.models import Snapshot
from epic10.progress import logger


def before(using: str) -> tuple[Path, Manifest] | None:
    """The folder and the manifest of the last snapshot before the first change, as far as its files are here."""
    began = release_state.began_at(connections[using])
    if began is None or not ledger.is_there(connections[using], Snapshot):
        return None
    for kept in Snapshot.objects.using(using).filter(taken_at__lt=began).order_by("-taken_at")[:1]:
        try:
            return Path(kept.directory) / kept.name, snapshot_files.read(Path(kept.directory), kept.name)
        except snapshot_files.NoSnapshot as error:
            logger.warning("%s", error)
            return None
    return None
