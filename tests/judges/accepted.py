"""Findings of the judges that stay, each with its reason."""

import re
from dataclasses import dataclass

SQUAWK, LINTER = "squawk", "django-migration-linter"


@dataclass(frozen=True)
class Finding:
    judge: str
    rule: str
    where: str  # the script or migration
    what: str  # the statement, or what the judge says of it


@dataclass(frozen=True)
class Accepted:
    """Findings of ``judge`` that the patterns match; ``shown`` says in the document what they are about."""

    judge: str
    rule: str
    where: str
    what: str
    shown: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return (
            self.judge == finding.judge
            and bool(re.fullmatch(self.rule, finding.rule))
            and bool(re.match(self.where, finding.where))
            and bool(re.match(self.what, finding.what))
        )


SWITCH = (
    "The switch: the shadow takes the place of the old object, and both renames are in one commit, so nobody ever "
    "finds the name missing. It is what the release is for, and the application changes with it."
)
EXPAND = (
    "Each has a default that is a constant by then, and nobody reads the column yet: no row is touched, none is read."
)
BACK = "Going back drops what this release has made, and nothing else; what only it can hold was parked before."

ACCEPTED = [
    Accepted(
        SQUAWK,
        "ban-drop-(view|schema)",
        "rollback.sql",
        r'DROP (VIEW|SCHEMA) IF EXISTS "epic(9|10)(_qualified)?"',
        "`epic9`, `epic10`, `epic9_qualified`, `epic10_qualified`",
        BACK,
    ),
    Accepted(
        SQUAWK,
        "renaming-column",
        ".*",
        r'ALTER TABLE "\w+" RENAME COLUMN .*_(epic10|legacy)"',
        "`…_epic10`, `…_legacy`",
        SWITCH,
    ),
    Accepted(
        SQUAWK,
        "ban-set-schema",
        "rollback.sql",
        r'ALTER TYPE "\w+" SET SCHEMA "epic10"',
        "the new types",
        "The way back of the switch: they wait again in the schema of views for the new application, which finds them "
        "there by the same names.",
    ),
    Accepted(
        SQUAWK,
        "renaming-object",
        ".*",
        r"ALTER (TYPE|TABLE|INDEX) .* (RENAME CONSTRAINT|RENAME TO) .*",
        "types, constraints and indexes of the same columns",
        SWITCH,
    ),
    Accepted(
        SQUAWK,
        "prefer-timestamp-tz",
        "migration.sql",
        r'ALTER TABLE "ndas" ADD COLUMN IF NOT EXISTS "(expiration_date\w*|approved_at)" timestamp\(3\)',
        "`expiration_date`, `approved_at`",
        "Every time of the register is timestamp(3) in UTC, from the tool that made it; one column of another type "
        "would be compared with the others wrongly.",
    ),
    Accepted(
        SQUAWK,
        "ban-drop-default",
        "migration.sql",
        r'ALTER TABLE "\w+" ALTER COLUMN "(status|expiration_date|approved_by_id)" DROP DEFAULT',
        "`nda_status_history.status`, `expiration_date`, `approved_by_id`",
        "The column before had none either; the shadow's own was for the rows that were there.",
    ),
    Accepted(
        SQUAWK,
        "ban-drop-default",
        ".*",
        r'ALTER TABLE "\w+" ALTER COLUMN "\w+_epic10" DROP DEFAULT',
        "`…_epic10`",
        "Nobody uses it by that name: the rows that were there keep the value, and those that are inserted "
        "have theirs from the trigger, which sees by the missing default whose write it is.",
    ),
    Accepted(
        SQUAWK,
        "prefer-robust-stmts",
        "migration.sql",
        r'ALTER TABLE "ndas" VALIDATE CONSTRAINT "ndas_approved_by_id_(epic10_)?fkey"',
        "`ndas_approved_by_id_fkey`",
        "It scans, and comes before the transaction for which writers wait. To validate what is valid does nothing.",
    ),
    Accepted(
        SQUAWK,
        "ban-drop-default",
        "rollback.sql",
        r'ALTER TABLE "\w+" ALTER COLUMN "(usmax_position|nda_type|is_non_usmax)" DROP DEFAULT',
        "`usmax_position`; `nda_type` and `is_non_usmax` of somebody else's",
        "Only where the column had none: the switch gave it one, to tell a NULL that somebody writes from nothing.",
    ),
    Accepted(
        SQUAWK,
        "ban-drop-function",
        ".*",
        r"DROP FUNCTION IF EXISTS zz_epic10_(backfill|late|park|sync)_\w+\(\) CASCADE",
        "`zz_epic10_backfill_…`, `zz_epic10_late_…`, `zz_epic10_park_…`, `zz_epic10_sync_…`",
        "Trigger functions of the release, which nobody can call; CASCADE takes their own triggers and nothing more.",
    ),
    Accepted(
        SQUAWK,
        "ban-drop-column",
        "rollback.sql",
        r'ALTER TABLE "\w+" DROP COLUMN IF EXISTS "\w+"',
        "in `rollback.sql`",
        BACK,
    ),
    Accepted(
        SQUAWK,
        "ban-drop-type",
        "rollback.sql",
        r'DROP TYPE IF EXISTS ("epic10"\."\w+"|"NdaType")',
        "those in `epic10`, `NdaType`",
        BACK,
    ),
    Accepted(
        SQUAWK,
        "ban-drop-constraint",
        "rollback.sql",
        r'ALTER TABLE "ndas" DROP CONSTRAINT IF EXISTS "ndas_approved_by_id\w*_fkey"',
        "the foreign key of `approved_by_id`",
        BACK,
    ),
    Accepted(
        SQUAWK,
        "prefer-robust-stmts|renaming-column|ban-drop-(column|type|function)",
        ".*",
        r"(CREATE|ALTER|DROP) (TABLE|TYPE|FUNCTION) epic10_trial",
        "`epic10_trial`",
        "A trial of what event triggers may refuse, on a table of its own: taken back in the same statement.",
    ),
    Accepted(
        SQUAWK,
        "require-lock-timeout",
        ".*",
        r"CREATE OR REPLACE FUNCTION epic10_append_only",
        "`epic10_append_only()` and its triggers",
        "On a new table of the release: nobody can hold a lock on it. Whatever touches a table of the register takes "
        "its locks with a timeout of 100 ms and tries again.",
    ),
    Accepted(
        SQUAWK,
        "require-concurrent-index-creation",
        ".*",
        r'CREATE INDEX IF NOT EXISTS "epic10_archive_row"',
        "`epic10_archive_row`",
        "On the new, empty archive, in the transaction that makes it; on tables of the register every index is built "
        "CONCURRENTLY.",
    ),
    Accepted(
        LINTER,
        "RENAME_COLUMN",
        "ndas.0002",
        r"RENAMING columns \((ndas|nda_status_history)\.",
        "columns of the two tables",
        SWITCH,
    ),
    Accepted(
        LINTER,
        "ALTER_COLUMN",
        "ndas.0002",
        r"ALTERING columns",
        "defaults",
        "It sees SET DEFAULT and DROP DEFAULT; none changes a type, so no table is rewritten.",
    ),
    Accepted(LINTER, "NOT_NULL", "ndas.0002", "NOT NULL", "new columns", EXPAND),
    Accepted(
        LINTER,
        "NOT_NULL|ADD_UNIQUE|CREATE_INDEX",
        r"ndas\.0001|epic10\.",
        ".*",
        "0001 of `ndas`; `epic10`",
        "They create tables, with their columns, keys and indexes; nobody uses them yet.",
    ),
    Accepted(
        LINTER,
        "DROP_TABLE",
        r"epic10\.0001",
        ".*",
        "0001 of `epic10`, backwards",
        "Never run: `migrate epic10 zero` is refused, because it would drop the record of the release.",
    ),
]


def reason_for(finding: Finding) -> str:
    """Why it stays; empty where nobody has said so."""
    return next((accepted.reason for accepted in ACCEPTED if accepted.covers(finding)), "")


def unused(findings) -> list[Accepted]:
    """Those that cover none of the findings any more."""
    return [accepted for accepted in ACCEPTED if not any(map(accepted.covers, findings))]
