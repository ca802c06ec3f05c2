"""A database that the new application has lived in, and its way back, phase by phase."""

from .disturbances import look_at, steps

RELEASE = "0002"
EVENTS = "SELECT table_name, row_id, event FROM epic10_archive ORDER BY id"
LAST = "SELECT event, content, found FROM epic10_archive WHERE row_id = %s ORDER BY id DESC LIMIT 1"
SIX = "SELECT id FROM ndas WHERE status = 'CREATED' ORDER BY id LIMIT 6"

# Everything that the new application may write and the old schema has no place for.
AS_ONLY_EPIC_10_CAN = """
    UPDATE ndas SET status = 'PENDING_APPROVAL' WHERE id = %(0)s;
    UPDATE ndas SET nda_type = 'CONSULTANT', is_non_usmax = true WHERE id = %(1)s;
    UPDATE ndas SET approved_by_id = created_by_id, approved_at = '2026-01-02 03:04:05.678' WHERE id = %(2)s;
    UPDATE ndas SET rejection_reason = 'Purpose is too wide' WHERE id = %(3)s;
    UPDATE ndas SET status = 'EXPIRED', expiration_date = '2024-02-29' WHERE id = %(4)s;
    UPDATE ndas SET usmax_position = 'SUB_CONTRACTOR', expiration_date = 'infinity' WHERE id = %(5)s"""
HISTORY = """
    UPDATE nda_status_history SET status = 'PENDING_APPROVAL'
     WHERE id = (SELECT min(id) FROM nda_status_history WHERE status = 'CREATED') RETURNING id"""


def live(database):
    """Write what the old schema cannot hold: six NDAs and a history entry; return their ids, and how it looks."""
    ids = [row for (row,) in database.rows(SIX)]
    for statement in AS_ONLY_EPIC_10_CAN.split(";"):
        database.execute(statement, {str(number): row for number, row in enumerate(ids)})
    [(entry,)] = database.rows(HISTORY)
    return ids, entry, look_at(database)


def phase(name):
    [found] = [step for step in steps() if step.name == name]
    return found


def back_to(lived_in, last):
    """Undo the phases from the switch to ``last``."""
    for step in reversed(steps()):
        step.backwards(lived_in)
        if step.name == last:
            return
