"""Where are the values that the old schema cannot hold? Conditions on the archive, as SQL text.

The newest event of a row in ``epic10_archive`` says: parked there, restored into
the row, or neither, because the old application changed the row, or it is gone.
"""

from epic10.catalog import literal

THIS_ROLLBACK = "(SELECT max(id) FROM epic10_rollback)"

# From the switch back until everything is parked.
IS_PARKING = "EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL)"

PARKED = "UPDATE epic10_rollback SET parked_at = clock_timestamp() WHERE parked_at IS NULL"

NO_LATER_EVENT = (
    "NOT EXISTS (SELECT FROM epic10_archive later\n"
    "                  WHERE (later.table_name, later.row_id) = (archive.table_name, archive.row_id)"
    " AND later.id > archive.id)"
)

# Restored by an attempt that never got to the switch: going back from there,
# those rows are parked as they were.
PARK_AGAIN = f"""\
WITH restored AS (
  SELECT table_name, row_id, content, fingerprint FROM epic10_archive archive
   WHERE rollback_id = {THIS_ROLLBACK} AND event = 'restored'
     AND {NO_LATER_EVENT}
), again AS (
  INSERT INTO epic10_rollback (parked_at) SELECT clock_timestamp() WHERE EXISTS (SELECT FROM restored) RETURNING id
)
INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, fingerprint)
SELECT again.id, table_name, row_id, 'parked', content, fingerprint FROM restored, again"""


def waiting(table: str) -> str:
    """A FROM clause: what is parked of the table and not decided yet."""
    return (
        f"FROM epic10_archive archive\n"
        f"   WHERE table_name = {literal(table)} AND event = 'parked'\n"
        f"     AND {NO_LATER_EVENT}"
    )


def is_restored(table: str, row_id: str) -> str:
    """Was it put back since the last rollback, and not changed by the old application since?"""
    return (
        f"EXISTS (SELECT FROM epic10_archive archive\n"
        f"             WHERE rollback_id = {THIS_ROLLBACK} AND table_name = {literal(table)}"
        f" AND row_id = {row_id} AND event = 'restored'\n"
        f"               AND {NO_LATER_EVENT})"
    )
