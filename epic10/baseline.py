"""Which snapshot says what the database was before the release?"""

from datetime import datetime
from pathlib import Path

from django.db import connections

from epic10 import ledger, snapshot_files
from epic10.manifest import Manifest
from epic10.models import PhaseRun, Snapshot


def began_at(using: str) -> datetime | None:
    """When the first phase began, since it was undone last; None if it never did, or is undone."""
    if not ledger.is_there(connections[using], PhaseRun):
        return None
    runs = PhaseRun.objects.using(using)
    first = runs.order_by("id").values_list("phase", flat=True).first()
    undone = runs.filter(phase=first, direction=PhaseRun.Direction.BACKWARDS, finished_at__isnull=False, error="")
    last = undone.order_by("-id").values_list("id", flat=True).first() or 0
    since = runs.filter(direction=PhaseRun.Direction.FORWARDS, id__gt=last).order_by("started_at")
    return since.values_list("started_at", flat=True).first()


def before(using: str) -> tuple[Path, Manifest] | None:
    """The folder and the manifest of the last snapshot before that, as far as its files are here."""
    began = began_at(using)
    if began is None or not ledger.is_there(connections[using], Snapshot):
        return None
    for kept in Snapshot.objects.using(using).filter(taken_at__lt=began).order_by("-taken_at")[:1]:
        try:
            return Path(kept.directory) / kept.name, snapshot_files.read(Path(kept.directory), kept.name)
        except snapshot_files.NoSnapshot:
            return None
    return None
