"""Drafts: creating an NDA, and editing its text while that is allowed."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from ndas import mail, workflow
from ndas.access import scope
from ndas.access.actors import Actor
from ndas.choices import NdaStatus
from ndas.models import Nda

from .change import added, changed, move, require
from .errors import ChangedMeanwhile, NotPermitted, WrongStatus

TEXT = (
    "company_name",
    "company_city",
    "company_state",
    "state_of_incorporation",
    "agency_group",
    "subagency",
    "agency_office_name",
    "abbreviated_name",
    "authorized_purpose",
    "effective_date",
    "nda_type",
    "usmax_position",
)
# The flag is about the NDA, and no part of its text.
WORDS = (*TEXT, "is_non_usmax")
PEOPLE = ("opportunity_poc", "contracts_poc", "relationship_poc")

# In characters. An entry of an index may have 2,704 bytes.
LONGEST = 500
YEARS = range(1950, 2200)

# The text is fixed once it is signed or routed for approval; the people in charge may change at any time.
EDITABLE = {
    workflow.CREATED: (*WORDS, *PEOPLE),
    workflow.SENT: (*WORDS, *PEOPLE),
    workflow.IN_REVISION: (*WORDS, *PEOPLE),
    workflow.EXECUTED: (*PEOPLE, "expiration_date"),
}


def create(
    actor: Actor, *, key: str | None = None, number: int | None = None, cloned_from: Nda | None = None, **fields
) -> Nda:
    """
    Create an NDA; ``fields`` by name, with the actor as opportunity POC by default.

    Raises ValidationError by field, and NotPermitted. With a ``key`` it creates one, however often it is called.
    ``number`` is for callers that must not use up a display id.
    """
    require(actor, workflow.CREATE)
    fields = {"opportunity_poc": actor.contact} | _tidy(fields)
    if cloned_from is None:
        if fields.get("is_non_usmax"):
            require(actor, workflow.MARK_STATUS)
        _insist_that_an_index_holds(fields)
    nda = Nda(**fields, created_by=actor.contact, cloned_from=cloned_from)
    nda.pk = key or nda.pk
    if number is not None:
        nda.display_id = number
    try:
        with transaction.atomic(using=actor.using):
            _validate(actor, nda)
            if cloned_from is None:
                _insist_on_possible_dates(nda, fields)
            nda.save(using=actor.using, force_insert=True)
            added(actor, nda, "cloned" if cloned_from else "created")
    except IntegrityError:
        # Sent twice at once.
        if earlier := made(actor, key):
            return earlier
        if key and Nda.objects.using(actor.using).filter(pk=key).exists():
            raise ValidationError("This form is not yours. Open a new one.") from None
        raise
    return nda


def made(actor: Actor, key: str | None) -> Nda | None:
    """What the actor has created under this key."""
    return scope.visible_to(actor).filter(pk=key, created_by=actor.contact).first() if key else None


def clone(actor: Actor, nda_id: str, *, key: str | None = None, number: int | None = None) -> Nda:
    """Create a draft with the text and the people of an NDA, without its history; with a ``key``, once."""
    require(actor, workflow.CREATE)
    if earlier := made(actor, key):
        return earlier
    source = scope.visible_to(actor).get(pk=nda_id)
    fields = {name: getattr(source, name) for name in (*WORDS, *PEOPLE)} | {"opportunity_poc": actor.contact}
    return create(actor, key=key, number=number, cloned_from=source, **fields)


def update(actor: Actor, nda_id: str, *, seen_at=None, **fields) -> Nda:
    """
    Change text or people. ``seen_at`` is the ``updated_at`` that the actor has seen.

    Raises ValidationError by field, NotPermitted, WrongStatus and ChangedMeanwhile.
    """
    with changed(actor, nda_id, workflow.UPDATE, "updated") as nda:
        if seen_at is not None and seen_at != nda.updated_at:
            raise ChangedMeanwhile(f"NDA {nda.display_id} was changed by somebody else while you were editing it.")
        refused = sorted(set(fields) - set(EDITABLE.get(nda.status, ())))
        if refused:
            names = ", ".join(str(Nda._meta.get_field(name).verbose_name) for name in refused)
            raise WrongStatus(f'NDA {nda.display_id} is "{NdaStatus(nda.status).label}"; this is fixed now: {names}.')
        fields = _tidy(fields)
        _insist_that_an_index_holds(fields)
        changes = {name for name, value in fields.items() if getattr(nda, name) != value}
        if "is_non_usmax" in changes:
            require(actor, workflow.MARK_STATUS)
        for name, value in fields.items():
            setattr(nda, name, value)
        _validate(actor, nda)
        _insist_on_possible_dates(nda, changes)
        if nda.approved_at and changes & {*TEXT}:
            _ask_again(actor, nda)
    return nda


def _ask_again(actor, nda):
    """The approval was of another text: who gave it is known still, but it does not count."""
    nda.approved_at = None
    if nda.status == workflow.SENT:
        move(nda, workflow.IN_REVISION, workflow.CHANGE)
    mail.routed(nda, by=actor.contact, but={nda.created_by_id})


def mark_non_usmax(actor: Actor, nda_id: str, *, is_non_usmax: bool = True) -> Nda:
    """Set a flag about the NDA, which is not part of its text and may change in any status."""
    with changed(actor, nda_id, workflow.MARK_STATUS, "marked_non_usmax") as nda:
        nda.is_non_usmax = is_non_usmax
    return nda


def _tidy(fields):
    """Turn blank values into NULL, as the columns have it, and compose accents, so that they are found."""
    tidy = {name: _composed(value) if isinstance(value, str) else value for name, value in fields.items()}
    return {name: None if value == "" and Nda._meta.get_field(name).null else value for name, value in tidy.items()}


def _composed(text):
    return unicodedata.normalize("NFC", text.strip())


def _insist_that_an_index_holds(fields):
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    unlimited = [name for name in texts if Nda._meta.get_field(name).max_length is None]
    if too_long := [name for name in unlimited if len(texts[name]) > LONGEST]:
        raise ValidationError({name: f"At most {LONGEST} characters." for name in too_long})


def _insist_on_possible_dates(nda, names):
    """Raise ValidationError for an impossible date among those that are given; old rows may have any."""
    for name in ("effective_date", "expiration_date"):
        value = getattr(nda, name)
        if name not in names:
            continue
        if value and value.year not in YEARS:
            raise ValidationError({name: f"Write a date from {YEARS[0]} to {YEARS[-1]}."})
        if name == "expiration_date" and value is None and nda.status == workflow.EXECUTED:
            raise ValidationError({name: "What is fully executed expires. Write when."})
        began = [date for date in (nda.effective_date, nda.fully_executed_date) if date]
        if began and nda.expiration_date and nda.expiration_date < max(began):
            raise ValidationError({name: "It would expire before it began."})


def _validate(actor, nda):
    unset = ["display_id", "status"]
    nda.full_clean(exclude=unset, validate_unique=False, validate_constraints=False)
    if nda.subagency and nda.subagency.agency_group_id != nda.agency_group_id:
        raise ValidationError({"subagency": f"{nda.subagency} does not belong to {nda.agency_group}."})
    if not scope.covers(actor, nda):
        raise NotPermitted(f"{actor.contact} has no NDAs of {nda.subagency or nda.agency_group}.")
