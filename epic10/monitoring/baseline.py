"""The baseline: how long the pages' statements take before the release, kept for the watch to compare with."""

from datetime import UTC, datetime

from django.db import Error, connections, transaction

from epic10.checks import Database
from epic10.ledger import tables
from epic10.monitoring import queries, retention
from epic10.monitoring.observation import Observation, Timing
from epic10.postgres.errors import message_of

SAMPLES = 3


def take(using: str) -> str:
    """Keep the query times; returns a sentence on what was kept, or why not. The release does not depend on it."""
    db = Database(connections[using])
    try:
        with transaction.atomic(using=using):
            tables.create(db.connection, tables.WATCH)
        for _ in range(SAMPLES):
            seen = Observation(datetime.now(UTC), after=False)
            seen.timings = [found for found in queries.timed(db, after=False, known={}) if isinstance(found, Timing)]
            retention.sample(using, seen)
    except Error as error:
        return (
            f"No query times from before the release are kept, so epic10_monitor will not compare: {message_of(error)}"
        )
    slowest = max(seen.timings, key=lambda timing: timing.milliseconds, default=None)
    if slowest is None:
        return "No query times from before the release are kept: none of the pages' statements could be asked."
    return (
        f"Query times from before the release are kept for epic10_monitor: {len(seen.timings)} pages, "
        f"the slowest is {slowest.name} with {slowest.milliseconds:.1f} ms."
    )
