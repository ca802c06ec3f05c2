"""The tables of the ledger, which migration.sql may have created already."""

from django.contrib.postgres.functions import TransactionNow
from django.db import migrations, models
from django.db.models.functions import Now

from epic10.ledger.tables import CREATE_LEDGER, DROP_LEDGER

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.SeparateDatabaseAndState(
            # The statements, not CreateModel: the scripts run the same ones.
            database_operations=[migrations.RunSQL(CREATE_LEDGER, DROP_LEDGER)],
            state_operations=[
                migrations.CreateModel(
                    "CreatedObject",
                    [
                        ("id", ID),
                        ("kind", models.TextField()),
                        ("name", models.TextField()),
                        ("created_at", models.DateTimeField(db_default=TransactionNow())),
                    ],
                    options={
                        "db_table": "epic10_created_object",
                        "constraints": [
                            models.UniqueConstraint(fields=["kind", "name"], name="epic10_created_object_kind_name_key")
                        ],
                    },
                ),
                migrations.CreateModel(
                    "PhaseRun",
                    [
                        ("id", ID),
                        ("phase", models.TextField()),
                        (
                            "direction",
                            models.TextField(choices=[("forwards", "Forwards"), ("backwards", "Backwards")]),
                        ),
                        ("started_at", models.DateTimeField(db_default=Now())),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("rows", models.BigIntegerField(default=0, db_default=0)),
                        ("error", models.TextField(default="", db_default="")),
                    ],
                    options={"db_table": "epic10_phase_run"},
                ),
                migrations.CreateModel(
                    "RowCount",
                    [
                        ("table_name", models.TextField(primary_key=True, serialize=False)),
                        ("rows", models.BigIntegerField()),
                        ("counted_at", models.DateTimeField(db_default=TransactionNow())),
                    ],
                    options={"db_table": "epic10_row_count"},
                ),
                migrations.CreateModel(
                    "SavedReport",
                    [
                        ("id", ID),
                        ("command", models.TextField()),
                        ("verdict", models.TextField()),
                        ("made_at", models.DateTimeField(db_default=TransactionNow())),
                        ("body", models.JSONField()),
                    ],
                    options={"db_table": "epic10_saved_report"},
                ),
                migrations.CreateModel(
                    "Snapshot",
                    [
                        ("id", ID),
                        ("name", models.TextField(unique=True)),
                        ("directory", models.TextField()),
                        ("taken_at", models.DateTimeField()),
                        ("bytes", models.BigIntegerField()),
                        ("manifest", models.JSONField()),
                        ("verified_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "epic10_snapshot"},
                ),
                migrations.CreateModel(
                    "RunRecord",
                    [
                        ("id", ID),
                        ("command", models.TextField()),
                        ("verdict", models.TextField()),
                        ("started_at", models.DateTimeField()),
                        ("finished_at", models.DateTimeField()),
                        ("previous", models.TextField()),
                        ("hash", models.TextField(unique=True)),
                        ("body", models.JSONField()),
                    ],
                    options={"db_table": "epic10_run_record"},
                ),
                migrations.CreateModel(
                    "Rollback",
                    [
                        ("id", ID),
                        ("began_at", models.DateTimeField(db_default=Now())),
                        ("parked_at", models.DateTimeField(null=True)),
                    ],
                    options={"db_table": "epic10_rollback"},
                ),
                migrations.CreateModel(
                    "ArchivedRow",
                    [
                        ("id", ID),
                        (
                            "rollback",
                            models.ForeignKey(
                                "epic10.rollback",
                                models.PROTECT,
                                related_name="rows",
                                db_index=False,
                                db_constraint=False,
                            ),
                        ),
                        ("table_name", models.TextField()),
                        ("row_id", models.TextField()),
                        (
                            "event",
                            models.TextField(
                                choices=[
                                    ("parked", "Parked"),
                                    ("restored", "Restored"),
                                    ("changed", "Changed since"),
                                    ("gone", "Gone since"),
                                ]
                            ),
                        ),
                        ("content", models.JSONField()),
                        ("found", models.JSONField(null=True)),
                        ("fingerprint", models.BigIntegerField()),
                        ("at", models.DateTimeField(db_default=Now())),
                    ],
                    options={
                        "db_table": "epic10_archive",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=["rollback", "table_name", "row_id", "event"], name="epic10_archive_once"
                            )
                        ],
                        "indexes": [models.Index(fields=["table_name", "row_id", "id"], name="epic10_archive_row")],
                    },
                ),
                migrations.CreateModel(
                    "Orphan",
                    [
                        ("id", ID),
                        ("table_name", models.TextField()),
                        ("column_name", models.TextField()),
                        ("row_id", models.TextField()),
                        ("value", models.TextField()),
                        ("found_at", models.DateTimeField(db_default=TransactionNow())),
                    ],
                    options={
                        "db_table": "epic10_orphan",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=["table_name", "column_name", "row_id", "value"], name="epic10_orphan_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    "OriginalRow",
                    [
                        ("id", ID),
                        ("table_name", models.TextField()),
                        ("row_id", models.TextField()),
                        ("labels", models.JSONField()),
                        ("at", models.DateTimeField(db_default=TransactionNow())),
                    ],
                    options={
                        "db_table": "epic10_original",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=["table_name", "row_id", "labels"], name="epic10_original_once"
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
