"""
Epic 10, customer feedback: every schema and data change, in one file.

Stories 10.1 to 10.6. Nobody sees any of it until the last phase commits: enum
columns change by a shadow column beside them, kept in step by a trigger, which
takes the old column's place in one short transaction of renames. The old column
stays as ``<column>_legacy``, kept in step too, so that going back is as short.

Apply     python manage.py migrate ndas
Validate  python manage.py epic10_validate
Go back   python manage.py migrate ndas 0001

Each of them resumes from wherever an earlier run stopped. ``migration.sql`` and
``rollback.sql`` in ``epic_10/`` are written from this file and do the same in psql.
"""

from django.db import migrations, models

from epic10.operations import (
    AddColumn,
    AddForeignKey,
    AddIndex,
    AddParkingTrigger,
    AddShadow,
    AddShadowIndex,
    AddSuccessors,
    AddSyncTrigger,
    Analyze,
    Backfill,
    BackfillBeside,
    CommonestLabel,
    Convert,
    CountRows,
    CreateEnum,
    CreateEnumBeside,
    Derived,
    FollowBeside,
    KeepOrphans,
    Note,
    Park,
    Parking,
    Phase,
    Relabel,
    RequireKnownLabels,
    RequirePreconditions,
    RequireProofs,
    RequireServer,
    Shadow,
    Switch,
    SwitchBeside,
    SwitchParking,
    SwitchSuccessors,
    SwitchType,
    TellTriggers,
    Unpark,
    ValidateForeignKey,
    is_in_place,
    switched,
)
from epic10.postgres.locks import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE, SHARE_UPDATE_EXCLUSIVE
from ndas.fields import EnumField, TimestampField

# The labels of Epic 10, in order, and how people read them. Stated here: what a later release
# makes of ndas/choices.py is that release's, and never changes this one.
STATUSES = [
    ("CREATED", "Created/Pending Release"),
    ("PENDING_APPROVAL", "Pending Approval"),
    ("SENT_PENDING_SIGNATURE", "Sent/Pending Signature"),
    ("IN_REVISION", "In Revision"),
    ("FULLY_EXECUTED", "Fully Executed NDA Uploaded"),
    ("INACTIVE_CANCELED", "Inactive/Canceled"),
    ("EXPIRED", "Expired"),
]
TYPES = [("MUTUAL", "Mutual NDA"), ("CONSULTANT", "Consultant")]
POSITIONS = [("PRIME", "Prime"), ("SUB_CONTRACTOR", "Sub-contractor"), ("OTHER", "Other")]


def labels(choices):
    return tuple(label for label, _ in choices)


# 10.3 and 10.6. Two old labels merge: INACTIVE and CANCELLED. Each row's old label stays
# in status_legacy, so both come back as what they were. The way down is for
# rows that only the new application has written.
NDA_STATUS = Relabel(
    "NdaStatus",
    legacy=("CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED"),
    labels=labels(STATUSES),
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
)

# 10.1. Nobody asked for a position before; PRIME is the assumption for NULL,
# for the customer to review. TEAMING has no successor of its own.
US_MAX_POSITION = Relabel(
    "UsMaxPosition",
    legacy=("PRIME", "SUB", "TEAMING", "OTHER"),
    labels=labels(POSITIONS),
    up={"SUB": "SUB_CONTRACTOR", "TEAMING": "OTHER", None: "PRIME"},
    down={"SUB_CONTRACTOR": "SUB"},
)

# 10.2. Databases have been met that had a type of this name, with six labels.
NDA_TYPE = Relabel("NdaType", legacy=("MUTUAL",), labels=labels(TYPES), up={None: "MUTUAL"}, others="CONSULTANT")

STATUS = Shadow("status", NDA_STATUS, default="CREATED", index="ndas_status_idx")
POSITION = Shadow("usmax_position", US_MAX_POSITION, default="PRIME")
HISTORY_STATUS = Shadow("status", NDA_STATUS)

# 10.4. One calendar year, 29 February to 28 February; timestamp + interval is UTC whatever
# the session's time zone. Dates that Python cannot read back ('infinity', the
# year 9999) expire never.
A_YEAR_LATER = "CASE WHEN {0} >= '0001-01-01' AND {0} < '9999-01-01' THEN {0} + interval '1 year' END"
EXPIRATION = Derived(
    "expiration_date",
    source="fully_executed_date",
    value=A_YEAR_LATER,
    beside=("ndas", "expiration_date_epic10"),
    # As the guard of 0003 has it; any other may be cleared.
    required="{}status::text = 'FULLY_EXECUTED'",
)

# What somebody may have added before the release, and what becomes of it. Their
# dates stand, to the millisecond; 'infinity' becomes the last one that Python can
# read. Their approver stands where that contact exists.
TYPE = Shadow("nda_type", NDA_TYPE, default="MUTUAL")
NON_USMAX = Convert("is_non_usmax", types=("boolean",), up="coalesce({theirs}, false)", default="false")
EXPIRES = Convert(
    "expiration_date",
    types=("timestamp without time zone", "date"),
    up="CASE WHEN {theirs} IS NULL THEN " + A_YEAR_LATER.format("{row}fully_executed_date") + "\n    "
    "ELSE greatest('0001-01-01', least('9999-12-31 23:59:59.999', pg_catalog.date_trunc('milliseconds', "
    "{theirs}::timestamp))) "
    "END",
    reads=("fully_executed_date",),
    accepted="false",  # Or nobody could tell, going back, which dates the release has computed.
    index="idx_ndas_expiration_date",
)
APPROVER = {"references": "contacts", "name": "ndas_approved_by_id_fkey", "on_delete": "SET NULL"}
APPROVED_BY = Convert(
    "approved_by_id",
    types=("text", "character varying"),
    up="(SELECT contacts.id FROM contacts WHERE contacts.id = {theirs})",
    accepted=is_in_place("ndas", "approved_by_id", **APPROVER),
    foreign_key="ndas_approved_by_id_fkey",
)
BESIDE = [TYPE, NON_USMAX, EXPIRES, APPROVED_BY]
MOVED = [STATUS, POSITION, *BESIDE]

# Whatever belongs to one table is filled in one pass over it.
NDA_RULES = [STATUS, POSITION, EXPIRATION]
HISTORY_RULES = [HISTORY_STATUS]

# What the old schema has no place for waits in the archive after a way back.
PARKINGS = [
    Parking(
        "nda",
        "ndas",
        NDA_RULES,
        unit="NDAs",
        fields=("nda_type", "is_non_usmax", "approved_by", "approved_at", "rejection_reason"),
    ),
    Parking("ndastatushistory", "nda_status_history", HISTORY_RULES, unit="history entries"),
]

# Once the switch has committed nothing before it has anything left to do.
SWITCHED = switched("ndas", STATUS)

# Nobody deletes from the register. Contacts, agencies and grants come and go.
REGISTER = ["ndas", "nda_status_history", "documents", "audit_log"]
AROUND_IT = ["contacts", "agency_groups", "subagencies", "agency_group_grants", "subagency_grants"]

EXPAND = [
    Note("10.2", "Every NDA is Mutual or Consultant. Existing rows read the default; no row is touched."),
    CreateEnumBeside("ndas", TYPE),
    AddColumn(
        "nda",
        "nda_type",
        EnumField(enum_type="NdaType", choices=TYPES, default="MUTUAL", db_default="MUTUAL"),
        beside=TYPE,
    ),
    Note("10.5", "NDAs of partners, without USmax. Existing rows read false."),
    AddColumn("nda", "is_non_usmax", models.BooleanField(default=False, db_default=False), beside=NON_USMAX),
    Note("10.4", "When a fully executed NDA ends. NULL: it does not, or it is not executed yet."),
    AddColumn("nda", "expiration_date", TimestampField(null=True, blank=True), beside=EXPIRES),
    Note("10.6", "Who approved, when, and why it was rejected. A contact that is deleted leaves NULL."),
    AddColumn(
        "nda",
        "approved_by",
        models.ForeignKey(
            "ndas.contact",
            models.SET_NULL,
            related_name="approved_ndas",
            db_index=False,
            null=True,
            blank=True,
        ),
        beside=APPROVED_BY,
    ),
    AddColumn("nda", "approved_at", TimestampField(null=True, blank=True)),
    AddColumn("nda", "rejection_reason", models.TextField(null=True, blank=True)),
    AddForeignKey("ndas", "approved_by_id", **APPROVER, beside=APPROVED_BY),
    Note("10.3, 10.6", "The new status labels, in a column beside the old one, for NDAs and for their history."),
    CreateEnum(NDA_STATUS.working_type, NDA_STATUS.labels, becomes=NDA_STATUS.type),
    AddShadow("ndas", STATUS),
    AddShadow("nda_status_history", HISTORY_STATUS),
    Note("10.1", "The new positions, in a column beside the old one; NULL becomes PRIME."),
    CreateEnum(US_MAX_POSITION.working_type, US_MAX_POSITION.labels, becomes=US_MAX_POSITION.type),
    AddShadow("ndas", POSITION),
    Note(
        "10.1, 10.3, 10.4",
        "From here on whatever the running application writes is translated as it is written.",
    ),
    AddSyncTrigger("nda", "ndas", NDA_RULES),
    AddSyncTrigger("ndastatushistory", "nda_status_history", HISTORY_RULES),
    *(FollowBeside("ndas", rule) for rule in BESIDE),
    Note("10.1 to 10.6", "After a way back: what was put back and is changed by the old application is parked again."),
    *map(AddParkingTrigger, PARKINGS),
]

BACKFILL = [
    Note("10.1 to 10.6", "What an earlier way back has parked; going back, what the old schema cannot hold."),
    Park(PARKINGS),
    Unpark(PARKINGS),
    Note("10.1, 10.3, 10.4", "Status, position and expiration date of the NDAs that were there before."),
    Backfill("ndas", NDA_RULES, unit="NDAs"),
    Note("10.3", "Status of their histories."),
    Backfill("nda_status_history", HISTORY_RULES, unit="history entries"),
    Note("10.2, 10.4, 10.5, 10.6", "Where somebody has added a column before: ours, beside it."),
    *(BackfillBeside("ndas", rule, unit="NDAs") for rule in BESIDE),
]

INDEX = [
    Note("10.4", "The daily job and the list of what expires soon look by date."),
    AddIndex("nda", models.Index(fields=["expiration_date"], name="idx_ndas_expiration_date"), beside=EXPIRES),
    Note("10.3", "The list looks by status: the new column needs what the old one has."),
    AddShadowIndex("ndas", STATUS),
    Note(
        "10.1 to 10.6", "Indexes of others on a column that changes places: the new column needs what the old one has."
    ),
    AddSuccessors("ndas", MOVED),
    AddSuccessors("nda_status_history", HISTORY_RULES),
]

ENFORCE = [
    Note("10.6", "The rows that were there before the foreign key."),
    ValidateForeignKey("ndas", "ndas_approved_by_id_fkey", beside=APPROVED_BY),
    Note("10.1, 10.3, 10.4", "No row reads wrong any more, or the switch does not happen."),
    RequireProofs(BACKFILL),
    KeepOrphans("ndas", APPROVED_BY),
    Analyze("ndas", "nda_status_history"),
]

SWITCH = [
    Note("10.1 to 10.6", "From here on nothing needs to be parked, until a way back begins."),
    SwitchParking(PARKINGS),
    Note("10.3, 10.6", "The new labels take the name of the old ones."),
    SwitchType(NDA_STATUS),
    SwitchType(US_MAX_POSITION),
    SwitchType(NDA_TYPE),
    Note("10.1, 10.3", "So do the columns; from here on the legacy columns follow."),
    Switch(
        "ndas",
        NDA_RULES,
        state_operations=[
            migrations.AlterField(
                "nda",
                "status",
                EnumField(
                    enum_type="NdaStatus",
                    choices=STATUSES,
                    default="CREATED",
                    db_default="CREATED",
                ),
            ),
            migrations.AlterField(
                "nda",
                "usmax_position",
                EnumField(
                    enum_type="UsMaxPosition",
                    choices=POSITIONS,
                    default="PRIME",
                    db_default="PRIME",
                ),
            ),
        ],
    ),
    Switch(
        "nda_status_history",
        HISTORY_RULES,
        state_operations=[
            migrations.AlterField("ndastatushistory", "status", EnumField(enum_type="NdaStatus", choices=STATUSES)),
        ],
    ),
    Note("10.1, 10.3", "Triggers of others that fire for a change of status or position go on doing so."),
    TellTriggers("ndas", NDA_RULES),
    TellTriggers("nda_status_history", HISTORY_RULES),
    Note("10.2, 10.4, 10.5, 10.6", "Where somebody has added a column before, it makes room for ours."),
    *(SwitchBeside("ndas", rule) for rule in BESIDE),
    Note("10.1 to 10.6", "The successors of indexes of others take their names."),
    SwitchSuccessors("ndas", MOVED),
    SwitchSuccessors("nda_status_history", HISTORY_RULES),
]


class Migration(migrations.Migration):
    # CREATE INDEX CONCURRENTLY and a commit a batch cannot share one
    # transaction, so each Phase below opens its own.
    atomic = False
    dependencies = [("ndas", "0001_initial")]

    operations = [
        Phase(
            "expand",
            "Add everything the new code needs; break nothing the old code uses.",
            EXPAND,
            first=[
                RequireServer(15),
                RequirePreconditions([*EXPAND, *INDEX, *BACKFILL]),
                CountRows(*REGISTER),
                CountRows(*AROUND_IT, may_shrink=True),
                CommonestLabel("ndas", STATUS),
                CommonestLabel("ndas", POSITION),
                CommonestLabel("nda_status_history", HISTORY_STATUS),
            ],
            lock=[
                ("contacts", SHARE_ROW_EXCLUSIVE),
                ("ndas", ACCESS_EXCLUSIVE),
                ("nda_status_history", ACCESS_EXCLUSIVE),
            ],
            # To drop the foreign key takes more of the table that it points at.
            lock_back=[(table, ACCESS_EXCLUSIVE) for table in ("contacts", "ndas", "nda_status_history")],
            done=SWITCHED,
        ),
        Phase(
            "backfill",
            "Give existing rows their new values, a thousand at a time.",
            BACKFILL,
            first=[RequireKnownLabels(EXPAND)],
            transaction=False,
            done=SWITCHED,
        ),
        Phase(
            "index",
            "Build the indexes without blocking writers.",
            INDEX,
            transaction=False,
            done=SWITCHED,
        ),
        Phase(
            "enforce",
            "Validate the foreign key and prove the data, without a strong lock.",
            ENFORCE,
            lock=[("ndas", SHARE_UPDATE_EXCLUSIVE), ("nda_status_history", SHARE_UPDATE_EXCLUSIVE)],
            done=SWITCHED,
        ),
        Phase(
            "switch",
            "Show it all to everybody, at once.",
            SWITCH,
            lock=[("ndas", ACCESS_EXCLUSIVE), ("nda_status_history", ACCESS_EXCLUSIVE)],
        ),
    ]
