"""The statements of the applications, for drivers that are given SQL."""

from epic10.postgres.catalog import literal
from ndas.release.vocabulary import NEW

NOW = "now() AT TIME ZONE 'UTC'"
COLUMNS = "status, usmax_position, id, display_id, company_name, fully_executed_date, created_by_id, updated_at"
NAMED = "id, company_name, agency_group_id, abbreviated_name, authorized_purpose, status, usmax_position"
WHO = "opportunity_poc_id, relationship_poc_id, created_by_id, updated_at"


def statements(application: str, refs: dict[str, str], placeholder: str) -> dict[str, str]:
    """By name; each has its parameters in order, once."""
    agency, author, approver = (literal(refs[name]) for name in ("agency", "author", "approver"))
    who = f"{author}, {author}, {author}, {NOW}"
    update = f"UPDATE ndas SET status = ?, updated_at = {NOW}"
    ends = f", expiration_date = {NOW} + interval '1 year'" if application == NEW else ""
    wanted = {
        "by_status": f"SELECT {COLUMNS} FROM ndas WHERE status = ? ORDER BY display_id LIMIT 10",
        "one_of": f"SELECT {COLUMNS} FROM ndas WHERE status IN (?, ?) AND usmax_position IN (?, ?) LIMIT 10",
        "by_cast": 'SELECT id FROM ndas WHERE status = ?::"NdaStatus" LIMIT 5',
        "any_of": 'SELECT count(*) FROM ndas WHERE status = ANY (?::"NdaStatus"[])',
        "statuses": "SELECT status, count(*) FROM ndas GROUP BY status",
        "history": "SELECT id, status, changed_at FROM nda_status_history WHERE nda_id = ? ORDER BY changed_at",
        "one": f"SELECT {COLUMNS} FROM ndas WHERE id = ?",
        "whole": "SELECT * FROM ndas WHERE id = ?",
        "create": f"INSERT INTO ndas ({NAMED.replace('status, ', '')}, {WHO}) "
        f"VALUES (?, ?, {agency}, 'X', 'p', ?, {who}) RETURNING id, status",
        "record": f"INSERT INTO nda_status_history (id, nda_id, status, changed_by_id) VALUES (?, ?, ?, {author})",
        "move": f"{update} WHERE id = ?",
        "execute": f"{update}, fully_executed_date = {NOW}{ends} WHERE id = ?",
        "approve": f"{update}, approved_by_id = {approver}, approved_at = {NOW} WHERE id = ?",
        "put": f"INSERT INTO ndas ({NAMED}, {WHO}) VALUES (?, 'Put Inc.', {agency}, 'X', 'p', ?, ?, {who}) "
        "ON CONFLICT (id) DO UPDATE SET status = excluded.status, usmax_position = excluded.usmax_position, "
        "updated_at = excluded.updated_at RETURNING *",
        "lock": "SELECT id, status FROM ndas WHERE id = ? FOR UPDATE",
        "swap": f"{update} WHERE id = ? AND status = ?",
        "place": f"UPDATE ndas SET usmax_position = ?, updated_at = {NOW} WHERE id = ?",
        "rename": f"UPDATE ndas SET company_name = ?, updated_at = {NOW} WHERE id = ?",
    }
    return {name: _with_parameters(sql, placeholder) for name, sql in wanted.items()}


def _with_parameters(sql, placeholder) -> str:
    """Ids are UUIDs: every question mark is a parameter."""
    first, *others = sql.split("?")
    number = (f"${n}" if placeholder == "$" else placeholder for n in range(1, len(others) + 1))
    return first + "".join(mark + text for mark, text in zip(number, others, strict=True))
