"""A database that is not as the release expects it is left alone, and the object is named."""

import pytest
from django.core.management import CommandError

from epic10.postgres.client_programs import ToolFailed

from .disturbances import look_at
from .test_two_routes import SCRIPTS

MIGRATION = "ndas/migrations/0002_epic_10_customer_feedback.py"
IN_TEXT = (
    "They would stay with the old labels, and could not be compared with the new ones. Text can. ALTER TABLE ... "
    "DROP CONSTRAINT a foreign key; ALTER TABLE ... ALTER COLUMN ... TYPE text, or text[]; CREATE FUNCTION ... "
    "with text for the type and ::text behind the column, and DROP the old one; DROP an operator, a cast, a domain "
    "or a range."
)
NO_INHERIT = (
    "ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION "
    "the_child; rows of the child that have to be among those of the parent go there first."
)

# What somebody has done, what is said about it, and what to do.
CONFLICTS = {
    "a label nobody planned for": (
        """ALTER TYPE "NdaStatus" ADD VALUE 'ON_HOLD';
           UPDATE ndas SET status = 'ON_HOLD' WHERE id IN (SELECT id FROM ndas ORDER BY id LIMIT 7)""",
        "Expected that every label in ndas.status has a place in Epic 10; found: 7 rows have the label ON_HOLD.",
        f"Map the label in {MIGRATION}, or change these rows.",
    ),
    "a label nobody planned for, in a history": (
        """ALTER TYPE "NdaStatus" ADD VALUE 'ON_HOLD';
           UPDATE nda_status_history SET status = 'ON_HOLD' WHERE id = (SELECT min(id) FROM nda_status_history)""",
        "Expected that every label in nda_status_history.status has a place in Epic 10; "
        "found: 1 rows have the label ON_HOLD.",
        f"Map the label in {MIGRATION}, or change these rows.",
    ),
    "a partitioned history": (
        """ALTER TABLE nda_status_history RENAME TO entries;
           CREATE TABLE nda_status_history (LIKE entries INCLUDING DEFAULTS) PARTITION BY HASH (id);
           ALTER TABLE nda_status_history ATTACH PARTITION entries FOR VALUES WITH (MODULUS 1, REMAINDER 0)""",
        "Expected that nda_status_history is one table; found: it is partitioned by HASH (id).",
        "Move its rows into an ordinary table by the name of nda_status_history for the release.",
    ),
    "a date of execution that is a text": (
        "ALTER TABLE ndas ALTER fully_executed_date TYPE text",
        "Expected that ndas.fully_executed_date is timestamp without time zone, timestamp with time zone or date; "
        "found: it is text.",
        'ALTER TABLE "ndas" ALTER COLUMN "fully_executed_date" TYPE timestamp(3) '
        'USING "fully_executed_date"::timestamp;',
    ),
    "functions, tables and arrays of the enum": (
        """CREATE FUNCTION ndas_in(wanted "NdaStatus") RETURNS bigint LANGUAGE sql STABLE
               RETURN (SELECT count(*) FROM ndas WHERE status = wanted);
           CREATE TABLE status_info (status "NdaStatus" PRIMARY KEY);
           INSERT INTO status_info SELECT unnest(enum_range(NULL::"NdaStatus"));
           ALTER TABLE ndas ADD CONSTRAINT ndas_status_info FOREIGN KEY (status) REFERENCES status_info;
           CREATE TABLE reminder_rule (id int, also "NdaStatus"[]);
           CREATE TYPE change AS (at timestamptz, status "NdaStatus");
           CREATE DOMAIN at_work AS "NdaStatus" CHECK (VALUE <> 'CANCELLED');
           CREATE TYPE statuses AS RANGE (subtype = "NdaStatus");
           CREATE AGGREGATE first_status ("NdaStatus") (sfunc = enum_larger, stype = "NdaStatus");
           CREATE CAST (integer AS "NdaStatus") WITH INOUT""",
        "Expected that nothing but columns that the release replaces is of the type NdaStatus; found: "
        "column also of reminder_rule; column status of status_info; domain at_work; foreign key ndas_status_info of "
        """ndas; function first_status("NdaStatus"); function ndas_in("NdaStatus"); range statuses; type change.""",
        IN_TEXT,
    ),
    "another column of the enum": (
        'ALTER TABLE ndas ADD was "NdaStatus"',
        "Expected that nothing but columns that the release replaces is of the type NdaStatus; "
        "found: column was of ndas.",
        IN_TEXT,
    ),
    "a table that inherits": (
        "CREATE TABLE ndas_archive () INHERITS (ndas)",
        "Expected that ndas inherits from no table, and no table inherits from it; "
        "found: ndas_archive inherits from ndas.",
        NO_INHERIT,
    ),
    "a history that is a partition": (
        """CREATE TABLE entries (LIKE nda_status_history INCLUDING DEFAULTS) PARTITION BY HASH (id);
           ALTER TABLE entries ATTACH PARTITION nda_status_history FOR VALUES WITH (MODULUS 1, REMAINDER 0)""",
        "Expected that nda_status_history inherits from no table, and no table inherits from it; "
        "found: nda_status_history inherits from entries.",
        NO_INHERIT,
    ),
    "rows of an NDA stored in a column": (
        "CREATE TABLE before_the_change (at timestamptz, were ndas[])",
        "Expected that no column is of the row type of ndas; found: column before_the_change.were is.",
        "ALTER TABLE of_the_column ALTER COLUMN it TYPE jsonb USING pg_catalog.to_jsonb(it);",
    ),
    "a trigger that sorts after those of the release": (
        """CREATE TRIGGER zz_normalise BEFORE UPDATE ON ndas FOR EACH ROW
           EXECUTE FUNCTION suppress_redundant_updates_trigger()""",
        "Expected that no BEFORE trigger of others on ndas has the last word on a row; "
        "found: trigger zz_normalise fires after those of the release.",
        'They fire in the order of their names. ALTER TRIGGER it ON "ndas" RENAME TO a name that sorts before '
        '"zz_epic10_".',
    ),
    "the index on something else": (
        "CREATE INDEX idx_ndas_expiration_date ON ndas (effective_date)",
        "Expected that the index name idx_ndas_expiration_date is free, or names an index on ndas "
        "(expiration_date); found: index idx_ndas_expiration_date on ndas is USING btree (effective_date).",
        'ALTER INDEX "idx_ndas_expiration_date" RENAME TO ..., or DROP INDEX CONCURRENTLY "idx_ndas_expiration_date";',
    ),
    "the foreign key to another table": (
        """ALTER TABLE ndas ADD approved_by_id text;
           ALTER TABLE ndas ADD CONSTRAINT ndas_approved_by_id_fkey
               FOREIGN KEY (approved_by_id) REFERENCES agency_groups (id) ON DELETE SET NULL""",
        "Expected that what references anything from ndas.approved_by_id, or is called ndas_approved_by_id_fkey, "
        "references contacts from there; found: ndas_approved_by_id_fkey is "
        "FOREIGN KEY (approved_by_id) REFERENCES agency_groups(id) ON DELETE SET NULL.",
        'ALTER TABLE "ndas" RENAME CONSTRAINT "ndas_approved_by_id_fkey" TO ..., or drop it.',
    ),
    "NdaType that is no enum": (
        """CREATE DOMAIN "NdaType" AS text""",
        "Expected that the name NdaType is free, or names an enum; found: NdaType is no enum.",
        'Rename it out of the way: ALTER TYPE "NdaType" RENAME TO "NdaType_before_epic10".',
    ),
    "nda_type of numbers": (
        "ALTER TABLE ndas ADD nda_type integer",
        "Expected that ndas.nda_type is a column of labels, an enum or text; found: ndas.nda_type is integer.",
        'Make it one: ALTER TABLE "ndas" ALTER COLUMN "nda_type" TYPE text;',
    ),
    "another default of nda_type": (
        "ALTER TABLE ndas ADD nda_type text DEFAULT 'VISITOR'",
        "Expected that the default of ndas.nda_type becomes MUTUAL or is missing; "
        "found: the default is 'VISITOR'::text.",
        """ALTER TABLE "ndas" ALTER COLUMN "nda_type" SET DEFAULT 'MUTUAL';""",
    ),
    "another default of status": (
        "ALTER TABLE ndas ALTER status SET DEFAULT 'EMAILED'",
        "Expected that the default of ndas.status becomes CREATED or is missing; "
        """found: the default is 'EMAILED'::"NdaStatus".""",
        """ALTER TABLE "ndas" ALTER COLUMN "status" SET DEFAULT 'CREATED';""",
    ),
    "another default of is_non_usmax": (
        "ALTER TABLE ndas ADD is_non_usmax boolean DEFAULT true",
        "Expected that ndas.is_non_usmax is absent, or is boolean with default false or none; "
        "found: ndas.is_non_usmax is boolean default true.",
        'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax" TO "is_non_usmax_before_epic10".',
    ),
    "is_non_usmax of words": (
        "ALTER TABLE ndas ADD is_non_usmax text",
        "Expected that ndas.is_non_usmax is absent, or is boolean with default false or none; "
        "found: ndas.is_non_usmax is text.",
        'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "is_non_usmax" TO "is_non_usmax_before_epic10".',
    ),
    "expiration_date with a time zone": (
        "ALTER TABLE ndas ADD expiration_date timestamptz",
        "Expected that ndas.expiration_date is absent, or is timestamp without time zone or date with no default; "
        "found: ndas.expiration_date is timestamp with time zone.",
        'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "expiration_date" TO "expiration_date_before_epic10".',
    ),
    "an expiration_date that is generated": (
        "ALTER TABLE ndas ADD expiration_date timestamp GENERATED ALWAYS AS (fully_executed_date) STORED",
        "Expected that ndas.expiration_date is absent, or is timestamp without time zone or date with no default; "
        "found: ndas.expiration_date is generated timestamp without time zone default fully_executed_date.",
        'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "expiration_date" TO "expiration_date_before_epic10".',
    ),
    "approved_at to the microsecond": (
        "ALTER TABLE ndas ADD approved_at timestamp(6)",
        "Expected that ndas.approved_at is absent, or is what the release wants; found: ndas.approved_at is "
        "timestamp(6) without time zone, expected timestamp(3) without time zone.",
        'Convert or rename it: ALTER TABLE "ndas" RENAME COLUMN "approved_at" TO "approved_at_before_epic10".',
    ),
    "a history entry without a label": (
        """ALTER TABLE nda_status_history ALTER status DROP NOT NULL;
           UPDATE nda_status_history SET status = NULL WHERE id IN (
             SELECT id FROM nda_status_history ORDER BY id LIMIT 3)""",
        "Expected that every label in nda_status_history.status has a place in Epic 10; found: 3 rows have no label.",
        f"Map the label in {MIGRATION}, or change these rows.",
    ),
    "a column by the name of a legacy one": (
        "ALTER TABLE ndas ADD status_legacy text",
        "Expected that the column name ndas.status_legacy is free; found: ndas.status_legacy is there already.",
        'ALTER TABLE "ndas" RENAME COLUMN "status_legacy" TO ...',
    ),
    "a type by the name of a legacy one": (
        """CREATE TYPE "NdaStatus_legacy" AS ENUM ('CREATED')""",
        "Expected that the type name NdaStatus_legacy is free; found: NdaStatus_legacy is there already.",
        'ALTER TYPE "NdaStatus_legacy" RENAME TO ...',
    ),
    "a column by the shadow's name": (
        "ALTER TABLE ndas ADD status_epic10 text",
        "Expected that the column name ndas.status_epic10 is free; found: ndas.status_epic10 is there already.",
        'ALTER TABLE "ndas" RENAME COLUMN "status_epic10" TO ...',
    ),
}

# What may be there before, because it is what the release would make.
ACCEPTED = {
    "NdaType": """CREATE TYPE "NdaType" AS ENUM ('MUTUAL', 'CONSULTANT')""",
    "NdaType and nda_type": """
        CREATE TYPE "NdaType" AS ENUM ('MUTUAL', 'CONSULTANT');
        ALTER TABLE ndas ADD nda_type "NdaType" NOT NULL DEFAULT 'MUTUAL';
        UPDATE ndas SET nda_type = 'CONSULTANT' WHERE id < '8'""",
    "is_non_usmax": """
        ALTER TABLE ndas ADD is_non_usmax boolean NOT NULL DEFAULT false;
        UPDATE ndas SET is_non_usmax = true WHERE id < '8'""",
    "approved_by_id and its foreign key": """
        ALTER TABLE ndas ADD approved_by_id text;
        ALTER TABLE ndas ADD CONSTRAINT ndas_approved_by_id_fkey
            FOREIGN KEY (approved_by_id) REFERENCES contacts (id) ON DELETE SET NULL""",
    "usmax_position without a NULL": """
        UPDATE ndas SET usmax_position = 'OTHER' WHERE usmax_position IS NULL;
        ALTER TABLE ndas ALTER usmax_position SET NOT NULL""",
    "a label that is planned for, in use already": """
        ALTER TYPE "NdaStatus" ADD VALUE 'PENDING_APPROVAL' AFTER 'CREATED';
        UPDATE ndas SET status = 'PENDING_APPROVAL' WHERE status = 'CREATED'""",
}


def of(table):
    return pytest.mark.parametrize("case", table.values(), ids=table.keys())


@of(CONFLICTS)
def test_what_conflicts_is_refused_before_the_first_change(legacy_database, case):
    theirs, complaint, hint = case
    for statement in theirs.split(";"):
        legacy_database.execute(statement)
    found = look_at(legacy_database)
    with pytest.raises(CommandError) as refusal:
        legacy_database.migrate()
    assert str(refusal.value).splitlines() == [complaint, f"HINT: {hint}", "Nothing was changed."]
    with pytest.raises(ToolFailed) as refusal:
        legacy_database.psql(SCRIPTS / "migration.sql")
    assert f"ERROR:  {complaint}\nHINT:  {hint}" in str(refusal.value)
    assert look_at(legacy_database) == found
    assert legacy_database.rows("SELECT count(*) FROM epic10_created_object") == [(0,)]


@pytest.mark.slow
@of(ACCEPTED)
def test_what_is_as_wanted_is_accepted_and_stays_after_the_way_back(legacy_database, case):
    for statement in case.split(";"):
        legacy_database.execute(statement)
    found = look_at(legacy_database)
    legacy_database.migrate()
    finished = legacy_database.manage("epic10_validate")
    assert finished.returncode == 0, finished.stdout
    legacy_database.migrate("0001")
    assert look_at(legacy_database) == found


def test_a_temporary_table_of_some_session_is_nobody_elses_matter(legacy_database):
    legacy_database.execute("CREATE TEMPORARY TABLE mine AS SELECT * FROM ndas")
    assert "switch done in " in legacy_database.migrate()
