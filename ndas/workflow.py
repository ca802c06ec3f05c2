"""The workflow: which status an NDA may go to, by which action, and who may take it there."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from ndas.choices import NdaStatus

CREATED = NdaStatus.CREATED
PENDING = NdaStatus.PENDING_APPROVAL
SENT = NdaStatus.SENT_PENDING_SIGNATURE
IN_REVISION = NdaStatus.IN_REVISION
EXECUTED = NdaStatus.FULLY_EXECUTED
INACTIVE = NdaStatus.INACTIVE_CANCELED
EXPIRED = NdaStatus.EXPIRED

CREATE, UPDATE, VIEW = "ndas.add_nda", "ndas.change_nda", "ndas.view_nda"
MARK_STATUS, APPROVE, VIEW_EVERY = "ndas.mark_nda_status", "ndas.approve_nda", "ndas.view_every_nda"

# What a person does, and the permission it takes. Nobody has that of the daily job.
ROUTE, GRANT, REJECT, UPLOAD, CHANGE, EXPIRE = "route", "approve", "reject", "upload", "change status", "expire"
PERMISSIONS = {
    ROUTE: UPDATE,
    GRANT: APPROVE,
    REJECT: APPROVE,
    UPLOAD: MARK_STATUS,
    CHANGE: MARK_STATUS,
    EXPIRE: "ndas.expire_nda",
}


@dataclass(frozen=True)
class Edge:
    source: str
    target: str
    action: str

    @property
    def permission(self) -> str:
        return PERMISSIONS[self.action]


EDGES = (
    # The draft is done; somebody else has to look at it.
    Edge(CREATED, PENDING, ROUTE),
    # Nothing in it needs a second pair of eyes: the partner gets it at once.
    Edge(CREATED, SENT, CHANGE),
    # It was abandoned before anybody else saw it.
    Edge(CREATED, INACTIVE, CHANGE),
    # Approved by somebody other than the author; it goes to the partner.
    Edge(PENDING, SENT, GRANT),
    # Back to the author, with a reason.
    Edge(PENDING, CREATED, REJECT),
    # The partner wants changes.
    Edge(SENT, IN_REVISION, CHANGE),
    # The partner signed what was sent.
    Edge(SENT, EXECUTED, UPLOAD),
    # The partner does not sign.
    Edge(SENT, INACTIVE, CHANGE),
    # The changes are made; the partner gets it again.
    Edge(IN_REVISION, SENT, CHANGE),
    # The partner signed the agreed changes.
    Edge(IN_REVISION, EXECUTED, UPLOAD),
    # The parties could not agree.
    Edge(IN_REVISION, INACTIVE, CHANGE),
    # Both sides end it early.
    Edge(EXECUTED, INACTIVE, CHANGE),
    # Its year is over. Only the daily job says so.
    Edge(EXECUTED, EXPIRED, EXPIRE),
    # It is resumed from the beginning,
    Edge(INACTIVE, CREATED, CHANGE),
    # or from where it had been left: with the partner,
    Edge(INACTIVE, SENT, CHANGE),
    # in revision,
    Edge(INACTIVE, IN_REVISION, CHANGE),
    # or signed, as it had been.
    Edge(INACTIVE, EXECUTED, CHANGE),
)


def edge(source: str, target: str) -> Edge | None:
    return next((edge for edge in EDGES if (edge.source, edge.target) == (source, target)), None)


def leads_to(action: str, target: str) -> list[str]:
    """The statuses from which the action leads to ``target``."""
    return [edge.source for edge in EDGES if (edge.action, edge.target) == (action, target)]


def ways_out(status: str, may) -> Iterator[Edge]:
    """The edges from ``status`` that are open to somebody whose permissions ``may`` tells."""
    return (edge for edge in EDGES if edge.source == status and may(edge.permission))


def expiration_of(executed: datetime.datetime) -> datetime.datetime | None:
    """One calendar year later, 29 February to 28 February; None in the calendar's last year."""
    if executed.year == datetime.MAXYEAR:
        return None
    is_leap_day = (executed.month, executed.day) == (2, 29)
    return executed.replace(year=executed.year + 1, day=28 if is_leap_day else executed.day)
