"""The models of the watch."""

from django.db import models

NOW = models.Func(function="now")


class Sample(models.Model):
    """How long what a page asks took; ``after`` the switch, or before it, when it is part of a baseline."""

    taken_at = models.DateTimeField(db_default=NOW)
    name = models.TextField()
    milliseconds = models.FloatField()
    baseline = models.FloatField(null=True)
    after = models.BooleanField()

    class Meta:
        db_table = "epic10_sample"
        indexes = [models.Index(fields=["after", "name", "taken_at"], name="epic10_sample_taken")]


class Gauge(models.Model):
    """Whatever else has a number: sessions, bytes, dead rows."""

    taken_at = models.DateTimeField(db_default=NOW)
    name = models.TextField()
    value = models.FloatField()

    class Meta:
        db_table = "epic10_gauge"
        indexes = [models.Index(fields=["name", "taken_at"], name="epic10_gauge_name_taken")]


class ErrorCount(models.Model):
    """How often the application has failed in one way; ``message`` is the last of them."""

    kind = models.TextField(primary_key=True)
    message = models.TextField()
    first_seen = models.DateTimeField()
    last_seen = models.DateTimeField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "epic10_error"


class Incident(models.Model):
    """Something was wrong from ``opened_at`` on; without ``closed_at`` it still is."""

    name = models.TextField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    finding = models.TextField()

    class Meta:
        db_table = "epic10_incident"
        constraints = [models.UniqueConstraint(fields=["name", "opened_at"], name="epic10_incident_once")]


class Watch(models.Model):
    """The one row in which a look finds what the look before it knew."""

    id = models.IntegerField(primary_key=True)
    kept_at = models.DateTimeField(db_default=NOW)
    state = models.JSONField()

    class Meta:
        db_table = "epic10_watch"


KEPT = (Sample, Gauge, ErrorCount, Incident, Watch)
