"""Dates as people write them, mm/dd/yyyy; the register stores the start of that day in UTC."""

import contextlib
import datetime

from django import forms

WRITTEN, ISO = "%m/%d/%Y", "%Y-%m-%d"


class DateInput(forms.DateInput):
    """The browser's own date picker, which takes and gives ISO dates; one that has none shows a text field."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__({"placeholder": "mm/dd/yyyy", "autocomplete": "off"} | (attrs or {}), format=ISO)

    def format_value(self, value):
        with contextlib.suppress(ValueError, TypeError):
            value = datetime.datetime.strptime(value, WRITTEN)
        return super().format_value(value)


class DateField(forms.DateField):
    widget = DateInput
    default_error_messages = {"invalid": "Write the date as mm/dd/yyyy."}

    def __init__(self, **kwargs):
        super().__init__(input_formats=[WRITTEN, ISO], **kwargs)


class DayField(DateField):
    """A date that is stored as a timestamp: the start of the day, in UTC."""

    def clean(self, value):
        return start_of(super().clean(value))

    def has_changed(self, initial, data):
        # The time of day is not shown on the page, and is kept.
        return super().has_changed(initial and initial.date(), data)


def end_of(date: datetime.date) -> datetime.datetime:
    """The last moment of the day, in UTC: after the last day that there is comes none."""
    return datetime.datetime.combine(date, datetime.time.max, datetime.UTC)


def start_of(date: datetime.date | None) -> datetime.datetime | None:
    return date and datetime.datetime.combine(date, datetime.time.min, datetime.UTC)
