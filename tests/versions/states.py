"""The states a database goes through on the way there and back."""

import contextlib
from collections.abc import Iterator
from unittest import mock

from django.test.utils import override_settings

from epic10.postgres.throttle import Throttle
from tests.migration.disturbances import steps

# Neither way is done after so many.
BATCH, BATCHES = 10, 3


class Halted(Exception):
    """Raised like the kill of a process between two batches."""


def states(database) -> Iterator[tuple[str, bool]]:
    """Take the database there and back; yields its state after each step, and whether the new labels count."""
    yield "before anything", False
    for step in steps():
        if step.name == "backfill":
            with halfway(batch=BATCH, batches=BATCHES), contextlib.suppress(Halted):
                step.forwards(database)
            yield "in the middle of `backfill`", False
        step.forwards(database)
        yield f"after `{step.name}`", step.name == "switch"
    for migration in ("0002", "0003", "0004"):
        database.migrate(migration)
        if migration != "0002":
            yield f"after `{migration}`", True
    for migration, undone in (("0003", "0004"), ("0002", "0003")):
        database.migrate(migration)
        yield f"`{undone}` undone", True
    for step in reversed(steps()):
        if step.name == "backfill":
            with halfway(batch=1, batches=1), contextlib.suppress(Halted):
                step.backwards(database)
            yield "in the middle of undoing `backfill`", False
        step.backwards(database)
        yield f"`{step.name}` undone", False
    database.migrate("0001")


@contextlib.contextmanager
def halfway(*, batch, batches):
    """The backfill, in either direction, ends after so many batches."""
    waits = [None] * (batches - 1) + [Halted()]
    with override_settings(EPIC10_BATCH_SIZE=batch), mock.patch.object(Throttle, "wait", side_effect=waits):
        yield
