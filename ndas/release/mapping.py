"""The labels and dates that a row has after Epic 10, given the ones before.

It is stated here a second time on purpose, from the domain's point of view: nothing is taken from the migration or its
operations, so that both would have to be wrong in the same way for a mistake to pass.
"""

TABLES = (
    "ndas",
    "nda_status_history",
    "contacts",
    "agency_groups",
    "subagencies",
    "agency_group_grants",
    "subagency_grants",
    "documents",
    "audit_log",
)

STATUSES = (
    "CREATED",
    "PENDING_APPROVAL",
    "SENT_PENDING_SIGNATURE",
    "IN_REVISION",
    "FULLY_EXECUTED",
    "INACTIVE_CANCELED",
    "EXPIRED",
)
POSITIONS = ("PRIME", "SUB_CONTRACTOR", "OTHER")
TYPES = ("MUTUAL", "CONSULTANT")

# (what the new application sees, what the old one would see). The old label is the one that the row always had, or the
# one closest to what has been written since. If the old type already had a new label, it stays the same on both sides.
STATUS_PAIRS = (
    ("CREATED", "CREATED"),
    ("PENDING_APPROVAL", "CREATED"),
    ("SENT_PENDING_SIGNATURE", "EMAILED"),
    ("IN_REVISION", "IN_REVISION"),
    ("FULLY_EXECUTED", "FULLY_EXECUTED"),
    ("INACTIVE_CANCELED", "INACTIVE"),
    ("INACTIVE_CANCELED", "CANCELLED"),
    ("EXPIRED", "FULLY_EXECUTED"),
    ("PENDING_APPROVAL", "PENDING_APPROVAL"),
    ("SENT_PENDING_SIGNATURE", "SENT_PENDING_SIGNATURE"),
    ("INACTIVE_CANCELED", "INACTIVE_CANCELED"),
    ("EXPIRED", "EXPIRED"),
)
POSITION_PAIRS = (
    ("PRIME", "PRIME"),
    ("PRIME", "NULL"),
    ("SUB_CONTRACTOR", "SUB"),
    ("OTHER", "TEAMING"),
    ("OTHER", "OTHER"),
    ("SUB_CONTRACTOR", "SUB_CONTRACTOR"),
)

# Naive and in UTC, whether the column has a time zone or not.
EXECUTED = """(CASE pg_catalog.pg_typeof(fully_executed_date)::text WHEN 'timestamp with time zone'
         THEN fully_executed_date::timestamptz AT TIME ZONE 'UTC' ELSE fully_executed_date::timestamp END)"""

# The same day a year later, built from its parts; there is none after a leap day. Not
# "+ interval '1 year'", which is how the migration computes it.
ONE_YEAR_LATER = f"""
        make_date(extract(year FROM {EXECUTED})::int + 1,
                  extract(month FROM {EXECUTED})::int,
                  CASE WHEN extract(month FROM {EXECUTED})::int = 2
                       THEN least(extract(day FROM {EXECUTED})::int, 28)
                       ELSE extract(day FROM {EXECUTED})::int END)
        + {EXECUTED}::time"""

# 'infinity', the year 9999 and what lies before the calendar stand for "no such date".
A_DATE = f"{EXECUTED} >= '0001-01-01' AND {EXECUTED} < '9999-01-01'"
