"""The tables of the ledger."""

from django.db import migrations, models

from epic10.ledger.tables import LedgerMigration

ID = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
NOW, CLOCK = models.Func(function="now"), models.Func(function="clock_timestamp")

# One statement, so that nobody may run it in between.
APPEND_ONLY = """\
DO $epic10$
BEGIN
  CREATE OR REPLACE FUNCTION epic10_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only.', TG_TABLE_NAME
    USING HINT = 'What it holds is somebody''s work: nothing in it is changed or deleted.';
END $$;
  REVOKE ALL ON FUNCTION epic10_append_only() FROM PUBLIC;
END
$epic10$"""


def append_only(table: str, refused: str = "UPDATE OR DELETE OR TRUNCATE") -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_append_only\n"
        f"    BEFORE {refused} ON {table}\n"
        f"    FOR EACH STATEMENT EXECUTE FUNCTION epic10_append_only()"
    )


class Migration(LedgerMigration):
    initial = True

    operations = [
        migrations.CreateModel(
            "CreatedObject",
            [
                ("id", ID),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("created_at", models.DateTimeField(db_default=NOW)),
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
                ("direction", models.TextField()),
                ("started_at", models.DateTimeField(db_default=CLOCK)),
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
                ("counted_at", models.DateTimeField(db_default=NOW)),
            ],
            options={"db_table": "epic10_row_count"},
        ),
        migrations.CreateModel(
            "SavedReport",
            [
                ("id", ID),
                ("command", models.TextField()),
                ("verdict", models.TextField()),
                ("made_at", models.DateTimeField(db_default=NOW)),
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
        # Not a model: it is written in SQL only, and has one row.
        migrations.RunSQL(
            [
                """\
CREATE TABLE IF NOT EXISTS epic10_run_record_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    number bigint NOT NULL,
    hash text NOT NULL,
    run text NOT NULL
)"""
            ],
            ["DROP TABLE IF EXISTS epic10_run_record_head"],
        ),
        migrations.CreateModel(
            "Rollback",
            [
                ("id", ID),
                ("began_at", models.DateTimeField(db_default=CLOCK)),
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
                ("event", models.TextField()),
                ("content", models.JSONField()),
                ("found", models.JSONField(null=True)),
                ("fingerprint", models.BigIntegerField()),
                ("at", models.DateTimeField(db_default=CLOCK)),
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
                ("found_at", models.DateTimeField(db_default=NOW)),
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
                ("at", models.DateTimeField(db_default=NOW)),
            ],
            options={
                "db_table": "epic10_original",
                "constraints": [
                    models.UniqueConstraint(fields=["table_name", "row_id", "labels"], name="epic10_original_once")
                ],
            },
        ),
        migrations.RunSQL(
            [
                APPEND_ONLY,
                # No foreign key to it: a transaction that began before a rollback would not see the row.
                append_only("epic10_rollback", "DELETE OR TRUNCATE"),
                append_only("epic10_archive"),
                append_only("epic10_orphan"),
                append_only("epic10_original"),
                append_only("epic10_run_record"),
            ],
            ["DROP FUNCTION IF EXISTS epic10_append_only() CASCADE"],  # and with it its triggers
        ),
    ]
