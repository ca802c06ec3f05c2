"""
Epic 10, customer feedback: every schema and data change, in one file.

Stories 10.1 to 10.6. Nobody sees any of it until the last phase commits: enum columns change by a shadow column beside
them, kept in step by a trigger, which takes the old column's place in one short transaction of renames. The old column
stays as ``<column>_legacy``, kept in step too, so that going back is as short. What the old schema has no place for
waits in the archive after a way back.

Apply     python manage.py migrate ndas
Validate  python manage.py epic10_validate
Go back   python manage.py migrate ndas 0001

Each of them resumes from wherever an earlier run stopped. ``migration.sql`` and ``rollback.sql`` in ``epic_10/`` are
written from this file and do the same in psql.
"""

from django.db import migrations, models

from epic10.operations import (
    Convert,
    CountRows,
    Derived,
    EnumColumn,
    EnumType,
    Indexed,
    NewColumn,
    NewEnumColumn,
    NewReference,
    ReplaceEnum,
    Story,
    Table,
    phases,
)
from ndas.fields import EnumField, TimestampField

NDAS = Table("nda", "ndas", unit="NDAs")
HISTORY = Table("ndastatushistory", "nda_status_history", unit="history entries")

# Nobody deletes from the register. Contacts, agencies and grants come and go.
REGISTER = ["ndas", "nda_status_history", "documents", "audit_log"]
AROUND_IT = ["contacts", "agency_groups", "subagencies", "agency_group_grants", "subagency_grants"]

# 10.3.
STATUS_INDEX = Indexed("ndas_status_idx", "The list looks by status: the new column needs what the old one has.")

# 10.4. One calendar year, 29 February to 28 February, in UTC whatever the session's time zone: also where somebody
# has made a timestamptz of the date. Dates that Python cannot read back ('infinity', the year 9999) expire never.
A_DATE = ("timestamp without time zone", "timestamp with time zone", "date")
IN_UTC = (
    "(CASE WHEN pg_catalog.pg_typeof({0})::oid = 'timestamptz'::regtype::oid\n"
    "    THEN pg_catalog.timezone('UTC', {0}::timestamptz) ELSE {0}::timestamp END)"
)
A_YEAR_LATER = f"CASE WHEN {IN_UTC} >= '0001-01-01' AND {IN_UTC} < '9999-01-01' THEN {IN_UTC} + interval '1 year' END"

# Labels stand here in their order, and how people read them: what a later release makes
# of ndas/choices.py is that release's, and never changes this one.
CHANGES = [
    Story(
        "10.1",
        "The new positions, in a column beside the old one; NULL becomes PRIME.",
        # Nobody asked for a position before; PRIME is the assumption for NULL,
        # for the customer to review. TEAMING has no successor of its own.
        ReplaceEnum(
            EnumType(
                "UsMaxPosition",
                EnumField,
                [("PRIME", "Prime"), ("SUB_CONTRACTOR", "Sub-contractor"), ("OTHER", "Other")],
                legacy=("PRIME", "SUB", "TEAMING", "OTHER"),
                up={"SUB": "SUB_CONTRACTOR", "TEAMING": "OTHER", None: "PRIME"},
                down={"SUB_CONTRACTOR": "SUB"},
            ),
            [EnumColumn(NDAS, "usmax_position", default="PRIME")],
        ),
    ),
    Story(
        "10.2",
        "Every NDA is Mutual or Consultant. Existing rows read the default; no row is touched.",
        # Databases have been met that had a type of this name, with six labels.
        NewEnumColumn(
            EnumType(
                "NdaType",
                EnumField,
                [("MUTUAL", "Mutual NDA"), ("CONSULTANT", "Consultant")],
                legacy=("MUTUAL",),
                up={None: "MUTUAL"},
                others="CONSULTANT",
            ),
            EnumColumn(NDAS, "nda_type", default="MUTUAL"),
        ),
    ),
    Story(
        "10.3",
        "The new status labels, in a column beside the old one, for NDAs and for their history.",
        # Two old labels merge: INACTIVE and CANCELLED. Each row's old label stays in status_legacy, so both
        # come back as what they were. The way down is for rows that only the new application has written.
        # PENDING_APPROVAL is for 10.6, EXPIRED for 10.4.
        ReplaceEnum(
            EnumType(
                "NdaStatus",
                EnumField,
                [
                    ("CREATED", "Created/Pending Release"),
                    ("PENDING_APPROVAL", "Pending Approval"),
                    ("SENT_PENDING_SIGNATURE", "Sent/Pending Signature"),
                    ("IN_REVISION", "In Revision"),
                    ("FULLY_EXECUTED", "Fully Executed NDA Uploaded"),
                    ("INACTIVE_CANCELED", "Inactive/Canceled"),
                    ("EXPIRED", "Expired"),
                ],
                legacy=("CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED"),
                up={
                    "EMAILED": "SENT_PENDING_SIGNATURE",
                    "INACTIVE": "INACTIVE_CANCELED",
                    "CANCELLED": "INACTIVE_CANCELED",
                },
                down={
                    "PENDING_APPROVAL": "CREATED",
                    "SENT_PENDING_SIGNATURE": "EMAILED",
                    "INACTIVE_CANCELED": "INACTIVE",
                    "EXPIRED": "FULLY_EXECUTED",
                },
            ),
            [
                EnumColumn(NDAS, "status", default="CREATED", index=STATUS_INDEX),
                EnumColumn(HISTORY, "status"),
            ],
        ),
    ),
    Story(
        "10.4",
        "When a fully executed NDA ends. NULL: it does not, or it is not executed yet.",
        NewColumn(
            NDAS,
            "expiration_date",
            TimestampField(null=True, blank=True),
            computed=Derived(
                "expiration_date",
                source="fully_executed_date",
                types=A_DATE,
                value=A_YEAR_LATER,
                required=("status", "FULLY_EXECUTED"),  # As the guard of 0003 has it; any other may be cleared.
            ),
            # Where somebody has added it before, their dates stand, to the millisecond;
            # 'infinity' becomes the last one that Python can read.
            theirs=Convert(
                "expiration_date",
                types=("timestamp without time zone", "date"),
                up="CASE WHEN {theirs} IS NULL THEN " + A_YEAR_LATER.format("{row}fully_executed_date") + "\n    "
                "ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', "
                "{theirs}::timestamp))) END",
                reads=("fully_executed_date",),
                accepted="false",  # Or nobody could tell, going back, which dates the release has computed.
            ),
            index=Indexed("idx_ndas_expiration_date", "The daily job and the list of what expires soon look by date."),
        ),
    ),
    Story(
        "10.5",
        "NDAs of partners, without USmax. Existing rows read false.",
        NewColumn(
            NDAS,
            "is_non_usmax",
            models.BooleanField(default=False, db_default=False),
            theirs=Convert("is_non_usmax", types=("boolean",), up="coalesce({theirs}, false)", default="false"),
        ),
    ),
    Story(
        "10.6",
        "Who approved, when, and why it was rejected. A contact that is deleted leaves NULL.",
        NewReference(
            NDAS,
            "approved_by",
            models.ForeignKey(
                "ndas.contact", models.SET_NULL, related_name="approved_ndas", db_index=False, null=True, blank=True
            ),
            references="contacts",
            # Where somebody has added it before, their approver stands if that contact exists.
            theirs=Convert(
                "approved_by_id",
                types=("text", "character varying"),
                up="(SELECT contacts.id FROM contacts WHERE contacts.id = {theirs})",
            ),
        ),
        NewColumn(NDAS, "approved_at", TimestampField(null=True, blank=True)),
        NewColumn(NDAS, "rejection_reason", models.TextField(null=True, blank=True)),
    ),
]


class Migration(migrations.Migration):
    # CREATE INDEX CONCURRENTLY and a commit a batch cannot share one transaction, so each Phase opens its own.
    atomic = False
    dependencies = [("ndas", "0001_initial")]
    operations = phases(  # expand, backfill, index, enforce, switch
        CHANGES,
        tables=[NDAS, HISTORY],
        register=[*REGISTER, *AROUND_IT],
        server=15,
        counted=[CountRows(*REGISTER), CountRows(*AROUND_IT, may_shrink=True)],
    )
