"""The models of the ledger, and of the watch.

The defaults are in the database, so that a row written by a script and a row written
by Django look alike. No column is of an enum type, because that type could not be dropped.
"""

from django.db import models

NOW, CLOCK = models.Func(function="now"), models.Func(function="clock_timestamp")


class CreatedObject(models.Model):
    """A type, column or index that Epic 10 has created here; a rollback drops nothing else."""

    kind = models.TextField()
    name = models.TextField()
    created_at = models.DateTimeField(db_default=NOW)

    class Meta:
        db_table = "epic10_created_object"
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="epic10_created_object_kind_name_key")]


class PhaseRun(models.Model):
    """One run of one phase, forwards or backwards; without ``finished_at`` it is running, or was interrupted."""

    phase = models.TextField()
    direction = models.TextField()
    started_at = models.DateTimeField(db_default=CLOCK)
    finished_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0, db_default=0)
    error = models.TextField(default="", db_default="")

    class Meta:
        db_table = "epic10_phase_run"


class RowCount(models.Model):
    """How many rows a table held just before 0002 changed anything."""

    table_name = models.TextField(primary_key=True)
    rows = models.BigIntegerField()
    counted_at = models.DateTimeField(db_default=NOW)

    class Meta:
        db_table = "epic10_row_count"


class SavedReport(models.Model):
    """A report as it was shown, kept as evidence."""

    command = models.TextField()
    verdict = models.TextField()
    made_at = models.DateTimeField(db_default=NOW)
    body = models.JSONField()

    class Meta:
        db_table = "epic10_saved_report"


class Snapshot(models.Model):
    """A copy of the database in files; ``manifest`` is a copy of their manifest, in case the files are lost."""

    name = models.TextField(unique=True)
    directory = models.TextField()
    taken_at = models.DateTimeField()
    bytes = models.BigIntegerField()
    manifest = models.JSONField()
    verified_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "epic10_snapshot"


class RunRecord(models.Model):
    """What one command of the night did; ``previous`` is the hash of the record before it."""

    command = models.TextField()
    verdict = models.TextField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    previous = models.TextField()
    hash = models.TextField(unique=True)
    body = models.JSONField()

    class Meta:
        db_table = "epic10_run_record"


class Rollback(models.Model):
    """One way back from a live Epic 10; ``parked_at`` is when everything the old schema cannot hold was parked."""

    began_at = models.DateTimeField(db_default=CLOCK)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "epic10_rollback"


class ArchivedRow(models.Model):
    """
    What has happened to values that only Epic 10 can hold. Rows are added, never changed.

    ``content`` has the values by column. A row's newest event says where they
    are: "parked" here; "restored" into the row (but for what is in ``found``, because
    what that referred to is gone); or neither, because the old application "changed"
    the row (``found`` is what it then held) or it is "gone".
    """

    # A transaction of the old application may have begun before the rollback, and would not see it.
    rollback = models.ForeignKey(Rollback, models.PROTECT, related_name="rows", db_index=False, db_constraint=False)
    table_name = models.TextField()
    row_id = models.TextField()
    event = models.TextField()
    content = models.JSONField()
    found = models.JSONField(null=True)
    fingerprint = models.BigIntegerField()
    at = models.DateTimeField(db_default=CLOCK)

    class Meta:
        db_table = "epic10_archive"
        constraints = [
            models.UniqueConstraint(fields=["rollback", "table_name", "row_id", "event"], name="epic10_archive_once")
        ]
        indexes = [models.Index(fields=["table_name", "row_id", "id"], name="epic10_archive_row")]


class Orphan(models.Model):
    """A reference to a missing row, which the operator decided to replace by NULL. Rows are never changed."""

    table_name = models.TextField()
    column_name = models.TextField()
    row_id = models.TextField()
    value = models.TextField()
    found_at = models.DateTimeField(db_default=NOW)

    class Meta:
        db_table = "epic10_orphan"
        constraints = [
            models.UniqueConstraint(fields=["table_name", "column_name", "row_id", "value"], name="epic10_orphan_once")
        ]


class OriginalRow(models.Model):
    """
    The old labels of a row, by column, as they were when epic10_finalize dropped them.

    Until then an entry makes room for another one if its row has been changed; afterwards none is changed or deleted.
    """

    table_name = models.TextField()
    row_id = models.TextField()
    labels = models.JSONField()
    at = models.DateTimeField(db_default=NOW)

    class Meta:
        db_table = "epic10_original"
        constraints = [models.UniqueConstraint(fields=["table_name", "row_id", "labels"], name="epic10_original_once")]


class Sample(models.Model):
    """How long a page's statements took, ``after`` the switch or, as part of the baseline, before it."""

    taken_at = models.DateTimeField(db_default=NOW)
    name = models.TextField()
    milliseconds = models.FloatField()
    baseline = models.FloatField(null=True)
    after = models.BooleanField()

    class Meta:
        db_table = "epic10_sample"
        indexes = [models.Index(fields=["after", "name", "taken_at"], name="epic10_sample_taken")]


class Gauge(models.Model):
    """Any other measured number, such as sessions, bytes or dead rows."""

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
    """The one row with the state that each observation leaves for the next one."""

    id = models.IntegerField(primary_key=True)
    kept_at = models.DateTimeField(db_default=NOW)
    state = models.JSONField()

    class Meta:
        db_table = "epic10_watch"


OF_THE_WATCH = (Sample, Gauge, ErrorCount, Incident, Watch)
