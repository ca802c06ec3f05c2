"""The tables of the watch."""

from django.db import migrations, models

from epic10.ledger.tables import WATCH, LedgerMigration

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
NOW = models.Func(function="now")


class Migration(LedgerMigration):
    part = WATCH
    dependencies = [("epic10", "0001_initial")]

    operations = [
        migrations.CreateModel(
            "Sample",
            [
                ("id", ID),
                ("taken_at", models.DateTimeField(db_default=NOW)),
                ("name", models.TextField()),
                ("milliseconds", models.FloatField()),
                ("baseline", models.FloatField(null=True)),
                ("after", models.BooleanField()),
            ],
            options={
                "db_table": "epic10_sample",
                "indexes": [models.Index(fields=["after", "name", "taken_at"], name="epic10_sample_taken")],
            },
        ),
        migrations.CreateModel(
            "Gauge",
            [
                ("id", ID),
                ("taken_at", models.DateTimeField(db_default=NOW)),
                ("name", models.TextField()),
                ("value", models.FloatField()),
            ],
            options={
                "db_table": "epic10_gauge",
                "indexes": [models.Index(fields=["name", "taken_at"], name="epic10_gauge_name_taken")],
            },
        ),
        migrations.CreateModel(
            "ErrorCount",
            [
                ("kind", models.TextField(primary_key=True, serialize=False)),
                ("message", models.TextField()),
                ("first_seen", models.DateTimeField()),
                ("last_seen", models.DateTimeField()),
                ("count", models.BigIntegerField()),
            ],
            options={"db_table": "epic10_error"},
        ),
        migrations.CreateModel(
            "Incident",
            [
                ("id", ID),
                ("name", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
                ("finding", models.TextField()),
            ],
            options={
                "db_table": "epic10_incident",
                "constraints": [models.UniqueConstraint(fields=["name", "opened_at"], name="epic10_incident_once")],
            },
        ),
        migrations.CreateModel(
            "Watch",
            [
                ("id", models.IntegerField(primary_key=True, serialize=False)),
                ("kept_at", models.DateTimeField(db_default=NOW)),
                ("state", models.JSONField()),
            ],
            options={"db_table": "epic10_watch"},
        ),
    ]
