"""The forms."""

import datetime
import json
from dataclasses import dataclass

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, TextField

from ndas import services, workflow
from ndas.access import scope
from ndas.dates import WRITTEN, DayField
from ndas.models import Contact, Nda
from ndas.services.drafts import PEOPLE, WORDS
from ndas.services.uploads import FORMATS
from ndas.web.search import people

NAMED, OFFERED = 20, 1000
IN_ONE_LINE = [name for name in WORDS if isinstance(Nda._meta.get_field(name), TextField)]


class ContactField(forms.ModelChoiceField):
    """A contact by e-mail, which the browser completes; or by a name that only one has."""

    widget = forms.TextInput(attrs={"list": "contacts", "inputmode": "email", "autocomplete": "off"})
    default_error_messages = {"invalid_choice": "No active contact has this e-mail."}

    def __init__(self, **kwargs):
        super().__init__(Contact.objects.filter(is_active=True), to_field_name="email", **kwargs)

    def allow(self, contact: Contact | None):
        if contact:
            self.queryset = Contact.objects.filter(Q(is_active=True) | Q(pk=contact.pk))

    def to_python(self, value):
        text = value.strip() if isinstance(value, str) else value
        if text and "@" not in text:
            called = [contact.email for contact in people(text, self.queryset).order_by("email")[: NAMED + 1]]
            if len(called) > 1:
                some = "; ".join([*called[:NAMED], *["and others"] * (len(called) > NAMED)])
                raise ValidationError(f"Several people are called so. Write the e-mail of one: {some}.")
            text = called[0] if called else text
        return super().to_python(text)


@dataclass(frozen=True)
class Difference:
    """What one person has typed in a field, and what another has saved there since the first one opened the form."""

    name: str
    label: str
    mine: str
    theirs: str
    is_only_theirs: bool


class NdaForm(forms.ModelForm):
    differences = ()

    effective_date = DayField(required=False)
    expiration_date = DayField(required=False)
    opportunity_poc = ContactField(
        label="Opportunity POC", help_text="An e-mail address or a name. Yours, if left empty.", required=False
    )
    contracts_poc = ContactField(label="Contracts POC", required=False)
    relationship_poc = ContactField(label="Relationship POC")
    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Nda
        fields = (*WORDS, *PEOPLE, "expiration_date")
        widgets = {name: forms.TextInput for name in IN_ONE_LINE} | {
            "authorized_purpose": forms.Textarea(attrs={"rows": 3})
        }
        labels = {
            "nda_type": "Type",
            "usmax_position": "USmax position",
            "is_non_usmax": "Non-USmax",
            "agency_office_name": "Agency office",
        }
        help_texts = {"authorized_purpose": "At most 255 characters."}

    def __init__(self, actor, **kwargs):
        super().__init__(label_suffix="", **kwargs)
        self.actor = actor
        status = self.instance.status
        editable = {*services.EDITABLE[status], "seen_at"} - (
            set() if actor.may(workflow.MARK_STATUS) else {"is_non_usmax"}
        )
        for name in set(self.fields) - editable:
            del self.fields[name]
        if "agency_group" in self.fields:
            self.fields["agency_group"].queryset = scope.agency_groups_for(actor)
            self.fields["subagency"].queryset = scope.subagencies_for(actor)
            self.fields["subagency"].label_from_instance = lambda subagency: f"{subagency.agency_group}: {subagency}"
        for name in set(PEOPLE) & set(self.fields):
            # By e-mail, as in the field; an inactive contact may stay, but is not offered.
            self.initial[name] = getattr(self.instance, name, None)
            self.fields[name].allow(self.initial[name])
        self.initial["seen_at"] = self.instance.updated_at and self.instance.updated_at.isoformat()

    def clean_opportunity_poc(self):
        return self.cleaned_data["opportunity_poc"] or self.actor.contact

    def contacts(self):
        """The contacts that the browser offers; others are found by their name as well."""
        return Contact.objects.filter(is_active=True).order_by("last_name", "first_name")[:OFFERED]

    def clean_seen_at(self):
        try:
            return datetime.datetime.fromisoformat(self.cleaned_data["seen_at"])
        except ValueError:
            return None

    @property
    def seen(self) -> str:
        """The values that the form shows, to know later which of them somebody has changed in it."""
        if self.is_bound:
            return self.data.get("seen", "")
        return json.dumps({name: plain(self.instance, name) for name in self.fields if name != "seen_at"})

    def compare(self):
        """Show both versions after somebody else has saved theirs; whoever saves next has seen them."""
        now = type(self)(self.actor, instance=scope.visible_to(self.actor).get(pk=self.instance.pk))
        seen, changed = self._seen(), [name for name in self.changed_data if name in now.fields and name != "seen_at"]
        self.differences = [
            Difference(
                name,
                self.fields[name].label or name,
                shown(self.instance, name),
                shown(now.instance, name),
                is_only_theirs=name in seen and seen[name] == plain(self.instance, name),
            )
            for name in changed
            if name not in seen or seen[name] != plain(now.instance, name)
        ]
        self.data = self.data.copy()
        self.data.setlist("seen", [now.seen])
        self.data.setlist("seen_at", [now.initial["seen_at"]])

    def _seen(self) -> dict:
        try:
            seen = json.loads(self.seen)
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    @property
    def values(self) -> dict:
        """The values for the service: all of them for a new NDA, only the changed ones for an existing one."""
        if self.instance._state.adding:
            return {name: value for name, value in self.cleaned_data.items() if name != "seen_at"}
        mine = [name for name in self.changed_data if self.data.get(f"take-{name}") != "theirs"]
        changed = {name: self.cleaned_data[name] for name in mine if name in self.cleaned_data}
        return changed | {"seen_at": self.cleaned_data["seen_at"]}


def plain(nda: Nda, name: str):
    """The value as the form shows it, where no text is empty text and a moment is a day, and as JSON has it."""
    value = getattr(nda, Nda._meta.get_field(name).attname)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return None if value == "" else value


def shown(nda: Nda, name: str) -> str:
    value = getattr(nda, name)
    if isinstance(value, Contact):
        return f"{value}, {value.email}"
    if isinstance(value, datetime.datetime):
        return value.strftime(WRITTEN)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(getattr(nda, f"get_{name}_display", lambda: value)() or "none")


class RejectForm(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, help_text="The author reads this in a mail."
    )


class FileForm(forms.Form):
    file = forms.FileField(
        widget=forms.FileInput(attrs={"accept": ",".join(FORMATS)}), help_text="PDF, RTF, DOC or DOCX, at most 50 MB."
    )


class UploadForm(FileForm):
    signed_on = DayField(required=False, help_text="mm/dd/yyyy, today if left empty. It expires a year later.")
