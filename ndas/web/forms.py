"""The forms."""

import datetime

from django import forms
from django.db.models import Q

from ndas import services
from ndas.access import scope
from ndas.dates import DayField
from ndas.models import Contact, Nda
from ndas.services.drafts import PEOPLE, WORDS
from ndas.services.uploads import FORMATS


class ContactField(forms.ModelChoiceField):
    """A contact by e-mail, which the browser completes, as there may be thousands."""

    widget = forms.TextInput(attrs={"list": "contacts", "inputmode": "email", "autocomplete": "off"})
    default_error_messages = {"invalid_choice": "No active contact has this e-mail."}

    def __init__(self, **kwargs):
        super().__init__(Contact.objects.filter(is_active=True), to_field_name="email", **kwargs)

    def allow(self, contact: Contact | None):
        if contact:
            self.queryset = Contact.objects.filter(Q(is_active=True) | Q(pk=contact.pk))

    def to_python(self, value):
        return super().to_python(value.strip() if isinstance(value, str) else value)


class NdaForm(forms.ModelForm):
    effective_date = DayField(required=False)
    expiration_date = DayField(required=False)
    opportunity_poc = ContactField(
        label="Opportunity POC", help_text="An e-mail address. Yours, if left empty.", required=False
    )
    contracts_poc = ContactField(label="Contracts POC", required=False)
    relationship_poc = ContactField(label="Relationship POC")
    seen_at = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Nda
        fields = (*WORDS, *PEOPLE, "expiration_date")
        widgets = {
            name: forms.TextInput
            for name in (
                "company_name",
                "company_city",
                "company_state",
                "state_of_incorporation",
                "agency_office_name",
                "abbreviated_name",
            )
        } | {"authorized_purpose": forms.Textarea(attrs={"rows": 3})}
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
        for name in set(self.fields) - set(services.EDITABLE[status]) - {"seen_at"}:
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
        """The contacts that the browser offers."""
        return Contact.objects.filter(is_active=True).order_by("last_name", "first_name")

    def clean_seen_at(self):
        try:
            return datetime.datetime.fromisoformat(self.cleaned_data["seen_at"])
        except ValueError:
            return None

    @property
    def values(self) -> dict:
        """The values for the service: all of them for a new NDA, only the changed ones for an existing one."""
        if self.instance._state.adding:
            return {name: value for name, value in self.cleaned_data.items() if name != "seen_at"}
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name in self.cleaned_data}
        return changed | {"seen_at": self.cleaned_data["seen_at"]}


class RejectForm(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, help_text="The author reads this in a mail."
    )


class FileForm(forms.Form):
    file = forms.FileField(
        widget=forms.FileInput(attrs={"accept": ",".join(FORMATS)}),
        help_text="PDF, RTF, DOC or DOCX, at most 50 MB.",
    )


class UploadForm(FileForm):
    signed_on = DayField(required=False, help_text="mm/dd/yyyy, today if left empty. It expires a year later.")
