"""Filters of the list: the query string of the page, as a query of the database."""

import datetime
from collections.abc import Iterator

from django import forms
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from ndas.access import scope
from ndas.choices import NdaStatus, NdaType, UsMaxPosition
from ndas.dates import DateField, end_of, start_of
from ndas.models import AgencyGroup
from ndas.models.agreements import SEARCHED
from ndas.web.search import any_of, found_by, numbered, spellings

ACTIVE, EVERY = "", "ALL"
# Hidden by default.
OVER = (NdaStatus.INACTIVE_CANCELED, NdaStatus.EXPIRED)
ORDERS = {"": ("Newest first", [F("display_id").desc()]), "oldest": ("Oldest first", [F("display_id").asc()])}
for _name, _label, _column in (
    ("company", "Company", "company_name"),
    ("expiration", "Expiration", "expiration_date"),
    ("status", "Status", "status"),
    ("effective", "Effective date", "effective_date"),
):
    # What has no date comes last, in both directions; the other columns always have a value.
    _nulls = {"nulls_last": True} if _column.endswith("_date") else {}
    ORDERS[_name] = (_label, [F(_column).asc(**_nulls), F("display_id").desc()])
    ORDERS[f"-{_name}"] = (f"{_label}, descending", [F(_column).desc(**_nulls), F("display_id").desc()])
FIRST = ("q", "status")


class Filters(forms.Form):
    q = forms.CharField(
        label="Search",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "Company, agency, person, purpose or number", "type": "search"}),
    )
    status = forms.ChoiceField(choices=[(ACTIVE, "Active"), (EVERY, "All"), *NdaStatus.choices])
    type = forms.ChoiceField(choices=[("", "Any"), *NdaType.choices])
    position = forms.ChoiceField(choices=[("", "Any"), *UsMaxPosition.choices])
    non_usmax = forms.ChoiceField(label="Non-USmax", choices=[("", "Any"), ("yes", "Yes"), ("no", "No")])
    agency = forms.ModelChoiceField(AgencyGroup.objects.none(), empty_label="Any")
    company = forms.CharField(max_length=200, widget=forms.TextInput(attrs={"placeholder": "begins with"}))
    effective_from = DateField()
    effective_to = DateField()
    expiring = forms.ChoiceField(
        label="Expiring within", choices=[("", "Any time"), *((days, f"{days} days") for days in ("30", "60", "90"))]
    )
    sort = forms.ChoiceField(choices=[(name, label) for name, (label, _) in ORDERS.items()])
    mine = forms.BooleanField(label="Mine only")

    def __init__(self, actor, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.actor = actor
        for field in self.fields.values():
            field.required = False
        self.fields["agency"].queryset = scope.agency_groups_for(actor)

    @property
    def first(self):
        return [self[name] for name in FIRST]

    @property
    def more(self):
        return [field for field in self if field.name not in FIRST]

    def chips(self) -> Iterator[tuple[str, str, str]]:
        """The filters in use, as (label, value, the query without it)."""
        for name in self.asked:
            field, query = self.fields[name], self.data.copy()
            if name == "sort":
                continue
            for key in (name, "page"):
                query.pop(key, None)
            value = self.cleaned_data[name]
            value = dict(getattr(field, "choices", ())).get(value, value) if isinstance(value, str) else value
            yield self[name].label, "yes" if value is True else str(value), query.urlencode()

    @property
    def asked(self) -> dict[str, str]:
        """The valid filters, as they are recorded."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False)}
        return {name: str(getattr(value, "pk", value)) for name, value in given.items()}

    def ndas(self) -> QuerySet:
        """The NDAs that match, in the order given; none if there is a filter that cannot be understood."""
        ndas = scope.visible_to(self.actor).alias(search=SEARCHED)
        if not self.is_valid():
            ndas = ndas.none()
        for name, value in self.cleaned_data.items():
            narrow = NARROW.get(name)
            if narrow and value not in (None, "", False):
                ndas = ndas.filter(narrow(value, self.actor))
        if not self.cleaned_data.get("status"):
            # Whoever asks for a number means that one.
            ndas = ndas.filter(~Q(status__in=OVER) | numbered(self.cleaned_data.get("q", "")))
        _, order = ORDERS[self.cleaned_data.get("sort", "")]
        return ndas.order_by(*order)


def expiring(days: str) -> Q:
    now = timezone.now()
    return Q(
        status=NdaStatus.FULLY_EXECUTED,
        expiration_date__gt=now,
        expiration_date__lte=now + datetime.timedelta(days=int(days)),
    )


def mine(actor) -> Q:
    contact = actor.contact
    return Q(created_by=contact) | Q(opportunity_poc=contact)


NARROW = {
    "q": lambda text, actor: found_by(text, actor.using),
    "status": lambda status, actor: Q() if status == EVERY else Q(status=status),
    "type": lambda label, actor: Q(nda_type=label),
    "position": lambda label, actor: Q(usmax_position=label),
    "non_usmax": lambda answer, actor: Q(is_non_usmax=answer == "yes"),
    "agency": lambda agency, actor: Q(agency_group=agency),
    "company": lambda text, actor: any_of(Q(company_name__istartswith=spelled) for spelled in spellings(text)),
    "effective_from": lambda date, actor: Q(effective_date__gte=start_of(date)),
    "effective_to": lambda date, actor: Q(effective_date__lte=end_of(date)),
    "expiring": lambda days, actor: expiring(days),
    "mine": lambda yes, actor: mine(actor),
}
