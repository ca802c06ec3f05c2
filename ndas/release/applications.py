"""The statements that the two applications send: the one before the release and the one after it."""

from dataclasses import dataclass, field

from ndas.release.vocabulary import NEW, OLD

NDAS, HISTORIES = "ndas", "nda_status_history"
# Columns of an existing NDA that are changed.
WRITTEN = ("status", "usmax_position", "abbreviated_name", "fully_executed_date", "updated_at")
NOW = "now() AT TIME ZONE 'UTC'"
# Explicit columns, so that those added by the release are not selected.
COLUMNS = (
    "id, status, usmax_position, display_id, company_name, company_city, company_state, state_of_incorporation, "
    "agency_group_id, subagency_id, agency_office_name, abbreviated_name, authorized_purpose, effective_date, "
    "fully_executed_date, opportunity_poc_id, contracts_poc_id, relationship_poc_id, created_by_id, "
    "created_at, updated_at"
)
PAGE = "ORDER BY display_id DESC LIMIT 25"
HISTORY = "SELECT id, status, changed_at, changed_by_id FROM nda_status_history WHERE nda_id = $1 ORDER BY changed_at"
RECORD = "INSERT INTO nda_status_history (id, nda_id, status, changed_by_id) VALUES ($1, $2, $3, $4)"
# If another session has moved the NDA to another status, no row matches.
MOVED = f"updated_at = {NOW} WHERE id = $1 AND status = $3"
ACCEPTED = "id, company_name, agency_group_id, abbreviated_name, authorized_purpose, status, usmax_position, "
ACCEPTED += "opportunity_poc_id, relationship_poc_id, created_by_id, updated_at"


@dataclass(frozen=True)
class Application:
    """
    ``statements`` are prepared once per session. ``moves`` has the statuses an NDA may go to, by its current one, each
    with the statement for it. ``only`` has the columns that the other application does not have, with their values.
    """

    name: str
    statements: dict[str, str]
    moves: dict[str, dict[str, str]]
    positions: tuple[str | None, ...]
    filters: dict[str, tuple[str, ...]]
    only: dict[str, tuple[str, ...]] = field(default_factory=dict)


OLD_APPLICATION = Application(
    OLD,
    statements={
        "read": f"SELECT {COLUMNS} FROM ndas WHERE id = $1",
        "history": HISTORY,
        "by status": f"SELECT {COLUMNS} FROM ndas WHERE status = $1 {PAGE}",
        "by position": f"SELECT {COLUMNS} FROM ndas WHERE usmax_position = $1 {PAGE}",
        "active": f"SELECT {COLUMNS} FROM ndas WHERE status NOT IN ('INACTIVE', 'CANCELLED') {PAGE}",
        "create": f"INSERT INTO ndas ({ACCEPTED}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, {NOW})",
        "record": RECORD,
        "edit": f"UPDATE ndas SET abbreviated_name = $2, usmax_position = $3, updated_at = {NOW} WHERE id = $1",
        "move": f"UPDATE ndas SET status = $2, {MOVED}",
        "execute": f"UPDATE ndas SET status = $2, fully_executed_date = {NOW}, {MOVED}",
    },
    moves={
        "CREATED": {"EMAILED": "move", "INACTIVE": "move", "CANCELLED": "move"},
        "EMAILED": {"IN_REVISION": "move", "FULLY_EXECUTED": "execute", "INACTIVE": "move", "CANCELLED": "move"},
        "IN_REVISION": {"EMAILED": "move", "FULLY_EXECUTED": "execute", "INACTIVE": "move", "CANCELLED": "move"},
        "FULLY_EXECUTED": {"INACTIVE": "move"},
        "INACTIVE": {"CREATED": "move", "EMAILED": "move", "IN_REVISION": "move", "FULLY_EXECUTED": "execute"},
        "CANCELLED": {},
    },
    positions=("PRIME", "SUB", "TEAMING", "OTHER", None),
    filters={"by status": ("EMAILED", "FULLY_EXECUTED"), "by position": ("PRIME", "SUB"), "active": ()},
)

NEW_COLUMNS = f"{COLUMNS}, nda_type, is_non_usmax, expiration_date, approved_by_id, approved_at, rejection_reason"
NEW_ACCEPTED = ACCEPTED.replace("updated_at", "nda_type, is_non_usmax, updated_at")

NEW_APPLICATION = Application(
    NEW,
    statements={
        "read": f"SELECT {NEW_COLUMNS} FROM ndas WHERE id = $1",
        "history": HISTORY,
        "by status": f"SELECT {NEW_COLUMNS} FROM ndas WHERE status = $1 {PAGE}",
        "by position": f"SELECT {NEW_COLUMNS} FROM ndas WHERE usmax_position = $1 AND NOT is_non_usmax {PAGE}",
        "by type": f"SELECT {NEW_COLUMNS} FROM ndas WHERE nda_type = $1 {PAGE}",
        "active": f"SELECT {NEW_COLUMNS} FROM ndas WHERE status NOT IN ('INACTIVE_CANCELED', 'EXPIRED') {PAGE}",
        "create": f"INSERT INTO ndas ({NEW_ACCEPTED}) "
        f"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, {NOW})",
        "record": RECORD,
        "edit": "UPDATE ndas SET abbreviated_name = $2, usmax_position = $3, nda_type = $4, is_non_usmax = $5, "
        f"updated_at = {NOW} WHERE id = $1",
        "move": f"UPDATE ndas SET status = $2, {MOVED}",
        "execute": f"UPDATE ndas SET status = $2, fully_executed_date = {NOW}, "
        f"expiration_date = {NOW} + interval '1 year', {MOVED}",
        "route": f"UPDATE ndas SET status = $2, rejection_reason = NULL, {MOVED}",
        "approve": f"UPDATE ndas SET status = $2, approved_by_id = $4, approved_at = {NOW}, {MOVED}",
        "reject": "UPDATE ndas SET status = $2, rejection_reason = 'The purpose is too wide.', approved_by_id = NULL, "
        f"approved_at = NULL, {MOVED}",
    },
    moves={
        "CREATED": {"PENDING_APPROVAL": "route", "SENT_PENDING_SIGNATURE": "move", "INACTIVE_CANCELED": "move"},
        "PENDING_APPROVAL": {"SENT_PENDING_SIGNATURE": "approve", "CREATED": "reject"},
        "SENT_PENDING_SIGNATURE": {"IN_REVISION": "move", "FULLY_EXECUTED": "execute", "INACTIVE_CANCELED": "move"},
        "IN_REVISION": {"SENT_PENDING_SIGNATURE": "move", "FULLY_EXECUTED": "execute", "INACTIVE_CANCELED": "move"},
        "FULLY_EXECUTED": {"INACTIVE_CANCELED": "move", "EXPIRED": "move"},
        "INACTIVE_CANCELED": {
            "CREATED": "move",
            "SENT_PENDING_SIGNATURE": "move",
            "IN_REVISION": "move",
            "FULLY_EXECUTED": "execute",
        },
        "EXPIRED": {},
    },
    positions=("PRIME", "SUB_CONTRACTOR", "OTHER"),
    filters={
        "by status": ("SENT_PENDING_SIGNATURE", "FULLY_EXECUTED"),
        "by position": ("PRIME", "SUB_CONTRACTOR"),
        "by type": ("MUTUAL",),
        "active": (),
    },
    only={"nda_type": ("MUTUAL", "CONSULTANT"), "is_non_usmax": ("false", "true")},
)
APPLICATIONS = {OLD: OLD_APPLICATION, NEW: NEW_APPLICATION}
