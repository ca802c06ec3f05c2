"""Model fields for the register's columns: enum types, timestamps, keys."""

import datetime
import uuid

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from epic10.postgres.catalog import quoted
from epic10.postgres.lookups import LabelExact, LabelIn


def new_id():
    """A key as the register stores it: a random UUID, in a TEXT column."""
    return str(uuid.uuid4())


class EnumField(models.CharField):
    """
    A choice stored in a native PostgreSQL enum type.

    ``db_type`` is the quoted name of the type, so that every cast Django writes (``bulk_create`` and ``bulk_update``
    need one) uses it. A label that is not among the choices is a ``ValidationError`` here, also in filters: PostgreSQL
    would raise a ``DataError``, which aborts the transaction.

    ``order_by`` and ``<`` follow the declared order of the labels. Text functions (``Lower``, ``Concat``) and
    ``Case(... then=Value(...))`` need a ``Cast``.
    """

    LONGEST_LABEL = 63

    def __init__(self, *args, enum_type, **kwargs):
        self.enum_type = enum_type
        super().__init__(*args, **{**kwargs, "max_length": self.LONGEST_LABEL})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, {**kwargs, "enum_type": self.enum_type}

    def db_type(self, connection):
        return quoted(self.enum_type)

    def get_prep_value(self, value):
        label = super().get_prep_value(value)
        if label is None or label in dict(self.flatchoices):
            return label
        raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": label})


for lookup in (LabelExact, LabelIn):
    EnumField.register_lookup(lookup)


class TimestampField(models.DateTimeField):
    """
    An aware datetime in Python, naive UTC in a ``timestamp(3)`` column.

    Microseconds are cut off before they reach the database, because PostgreSQL would round them: 23:59:59.9996 must not
    become the next day. Expressions (``Now()``, ``F()``) are evaluated by PostgreSQL and rounded. A timestamp that
    Python has no date for reads as None.

    This is right while the session's time zone is UTC, which Django sets with ``USE_TZ``, and while ``TIME_ZONE`` is
    "UTC", which ``__date``, ``Trunc`` and ``Extract`` use. ``F("created_at") + timedelta(1)`` needs an
    ``output_field=TimestampField()`` to be read back aware.
    """

    def db_type(self, connection):
        return "timestamp(3)"

    def get_prep_value(self, value):
        moment = super().get_prep_value(value)
        if moment is None:
            return None
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def get_db_prep_value(self, value, connection, prepared=False):
        moment = value if prepared else self.get_prep_value(value)
        if isinstance(moment, datetime.datetime) and timezone.is_aware(moment):
            return timezone.make_naive(moment, datetime.UTC)
        return moment

    def select_format(self, compiler, sql, params):
        # Real registers contain 'infinity' and the like; one such row must not make the others unreadable.
        in_the_calendar = f"{sql} BETWEEN '0001-01-01' AND '9999-12-31 23:59:59.999'"
        return f"CASE WHEN {in_the_calendar} THEN {sql} END", (*params, *params)

    def from_db_value(self, value, expression, connection):
        if value is None or value.tzinfo:
            return value
        return value.replace(tzinfo=datetime.UTC)
