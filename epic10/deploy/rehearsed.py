"""Whether this release was rehearsed successfully on a copy of this database."""

from django.db import connections

from epic10.deploy.run import OK
from epic10.ledger import store
from epic10.ledger.models import RunRecord
from epic10.release import revision

COMMAND = "epic10_rehearse"


def last(using: str) -> RunRecord | None:
    """The newest record of a rehearsal that passed: of the same SQL, from a snapshot of this database."""
    connection = connections[using]
    if not store.is_there(connection, RunRecord):
        return None
    return (
        RunRecord.objects.using(using)
        .filter(
            command=COMMAND,
            verdict=OK,
            body__release__digest=revision.digest(),
            body__facts__source__database=connection.settings_dict["NAME"],
        )
        .order_by("-id")
        .first()
    )
