"""The timeline of an NDA: status history, audit and documents as one story in words, the newest first."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from ndas import workflow
from ndas.choices import NdaStatus, NdaType, UsMaxPosition
from ndas.dates import WRITTEN
from ndas.models import AgencyGroup, AuditLog, Contact, Document, Nda, NdaStatusHistory, Subagency

# An entry of the audit is written with its row of the history, or its document, in one transaction.
SAME_MOMENT = datetime.timedelta(seconds=2)
# What the previous application wrote to the audit.
FORMER = {"EMAILED": workflow.SENT, "INACTIVE": workflow.INACTIVE, "CANCELLED": workflow.INACTIVE}
PATH = (workflow.CREATED, workflow.PENDING, workflow.SENT, workflow.IN_REVISION, workflow.EXECUTED)
LABELS = dict([*NdaStatus.choices, *NdaType.choices, *UsMaxPosition.choices])
WORDS = {
    "updated": "Changed",
    "routed": "Routed for approval",
    "approved": "Approved and sent",
    "fully_executed": "Executed NDA uploaded",
    "attached": "Document attached",
    "marked_non_usmax": "Marked",
}
UPLOADS = (WORDS["attached"], WORDS["fully_executed"])
# The words imply them.
IMPLIED = ("approved_by_id", "approved_at", "cloned_from_id")
TABLES = {"agency_group_id": AgencyGroup, "subagency_id": Subagency} | dict.fromkeys(
    ("opportunity_poc_id", "contracts_poc_id", "relationship_poc_id", "created_by_id"), Contact
)


@dataclass
class Event:
    """What happened, with its ``changes`` as (what, before, after), and the status it led to."""

    when: datetime.datetime
    who: Contact | None
    words: str
    status: str = ""
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    document: Document | None = None


def events(
    history: Iterable[NdaStatusHistory], audit: Iterable[AuditLog], documents: Iterable[Document]
) -> list[Event]:
    audited = [(entry, *_before_and_after(entry)) for entry in audit]
    names = _names([values for _, *both in audited for values in both])
    found = [_event(*entry, names) for entry in audited]
    for place, row in enumerate(history):
        if not any(event.status == row.status and _apart(event, row.changed_at) <= SAME_MOMENT for event in found):
            words = f"Marked as {row.get_status_display()}" if place else "Created"
            found.append(Event(row.changed_at, row.changed_by, words, row.status))
    for document in documents:
        told = [event for event in found if not event.document and _apart(event, document.uploaded_at) <= SAME_MOMENT]
        event = min(told, key=lambda event: event.words not in UPLOADS, default=None)
        if event is None:
            found.append(event := Event(document.uploaded_at, document.uploaded_by, "Document added"))
        event.document = document
    return sorted(found, key=lambda event: event.when, reverse=True)


def stages(status: str, been: set[str]) -> list[tuple[NdaStatus, str]]:
    """The steps of the workflow as a person knows them: each status with "done", "current" or nothing."""
    before_revision = PATH[:3]
    path = [
        stage
        for stage in PATH
        if (stage in been and (stage != workflow.IN_REVISION or status not in before_revision))
        or (stage != workflow.IN_REVISION and status != workflow.INACTIVE)
        or stage == status
    ]
    path += [] if status in path else [NdaStatus(status)]
    place = path.index(status)
    return [
        (stage, "current" if number == place else "done" if number < place and stage in been else "")
        for number, stage in enumerate(path)
    ]


def _event(entry, before, after, names) -> Event:
    action = entry.action.removeprefix("nda_")
    told = [name for name in {**before, **after} if name not in IMPLIED] if before else []
    changes = [(_label(name), *(_shown(name, values.get(name), names) for values in (before, after))) for name in told]
    words = WORDS.get(action, action.replace("_", " ").capitalize())
    status = after.get("status", "")
    return Event(entry.created_at, entry.user, words, FORMER.get(status, status), changes)


def _before_and_after(entry) -> tuple[dict, dict]:
    """Whichever application wrote it: the previous one wrote the status and nothing else."""
    details = entry.details if isinstance(entry.details, dict) else {}
    both = [details.get("before"), details.get("after")]
    return tuple(it if isinstance(it, dict) else {"status": it} if it else {} for it in both)


def _names(values: list[dict]) -> dict[str, str]:
    """The names of everything that the values refer to, by key."""
    wanted = {}
    for name, value in (item for each in values for item in each.items()):
        if name in TABLES and value:
            wanted.setdefault(TABLES[name], set()).add(value)
    return {row.pk: str(row) for model, keys in wanted.items() for row in model.objects.filter(pk__in=keys)}


def _apart(event: Event, moment: datetime.datetime) -> datetime.timedelta:
    return abs(event.when - moment)


def _label(name: str) -> str:
    field = next((field for field in Nda._meta.concrete_fields if field.attname == name), None)
    words = str(field.verbose_name if field else name).removeprefix("is ")
    words = words.replace("poc", "POC").replace("non usmax", "non-USmax").replace("usmax", "USmax")
    return words if words.startswith("USmax") else words[:1].upper() + words[1:]


def _shown(name: str, value, names: dict[str, str]) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if name.endswith(("_date", "_at")):
        try:
            return datetime.datetime.fromisoformat(str(value)).strftime(WRITTEN)
        except ValueError:
            return str(value)
    if name == "usmax_position":
        return LABELS.get(value, str(value).capitalize())
    return names.get(value, LABELS.get(value, str(value)))
