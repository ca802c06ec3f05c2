"""Conditions on the archive, as SQL text: where the values are that the old schema cannot hold.

The newest event of a row in ``epic10_archive`` says whether its value is parked
there, restored into the row, or neither, because the old application has changed
the row, or because the row is gone.
"""

from epic10.ledger.phase_record import BACKWARDS
from epic10.postgres.catalog import literal

THIS_ROLLBACK = "(SELECT max(id) FROM epic10_rollback)"

# Until the first phase of the next way there begins.
ON_THE_WAY_BACK = f"(SELECT direction = {literal(BACKWARDS)} FROM epic10_phase_run ORDER BY id DESC LIMIT 1)"

# From the way back of enforce until everything is parked.
IS_PARKING = "EXISTS (SELECT FROM epic10_rollback WHERE parked_at IS NULL)"

PARKED = "UPDATE epic10_rollback SET parked_at = clock_timestamp() WHERE parked_at IS NULL"

# A scalar subquery with LIMIT, here and below: an index lookup a row, whatever the planner believes of a table
# that nobody has analyzed. An EXISTS or a join it may turn into reading the whole of it, and that once a batch.
IS_NEWEST = """\
id = (SELECT later.id FROM epic10_archive later
             WHERE later.table_name = archive.table_name AND later.row_id = archive.row_id
             ORDER BY later.id DESC LIMIT 1)"""

# Nothing in the archive is overwritten: what is there and what is to come stay side by side.
BOTH_STAY = (
    "Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); "
    "then {then}."
)


def other_values(table: str, row_id: str) -> str:
    """The error message, as an SQL expression."""
    before, after = literal("epic10_archive has other values of the row "), literal(f" of {table} than the row itself.")
    return f"{before} || {row_id} || {after}"


def complaint(table: str, *, then: str) -> str:
    """The message and hint of a batch about the row ``id``; both are NULL if ``id`` is."""
    hint = literal(BOTH_STAY.format(then=then))
    return f"{other_values(table, 'id')},\n       CASE WHEN id IS NOT NULL THEN {hint} END"


# Restored by an attempt that never got to the switch: going back from there,
# those rows are parked as they were.
PARK_AGAIN = f"""\
WITH restored AS (
  SELECT table_name, row_id, content, fingerprint FROM epic10_archive archive
   WHERE rollback_id = {THIS_ROLLBACK} AND event = 'restored'
     AND {IS_NEWEST}
), again AS (
  INSERT INTO epic10_rollback (parked_at) SELECT clock_timestamp() WHERE EXISTS (SELECT FROM restored) RETURNING id
)
INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, fingerprint)
SELECT again.id, table_name, row_id, 'parked', content, fingerprint FROM restored, again"""


def waiting(table: str, *, after: str | None = None) -> str:
    """A FROM clause for the rows of the table that are parked and not decided yet, from the key ``after`` on."""
    return (
        f"FROM epic10_archive archive\n"
        f"   WHERE table_name = {literal(table)} AND event = 'parked'"
        f"{f' AND row_id > {after}' if after else ''}\n"
        f"     AND {IS_NEWEST}"
    )


def newest(table: str, row_id: str) -> str:
    """The row's newest event."""
    return (
        f"(SELECT newest FROM epic10_archive AS newest\n"
        f"           WHERE newest.table_name = {literal(table)} AND newest.row_id = {row_id}\n"
        f"           ORDER BY newest.id DESC LIMIT 1)"
    )


def is_restored(table: str, row_id: str) -> str:
    """Was the row restored after the last rollback, and not changed since? NULL if it was never parked."""
    return (
        f"(SELECT event = 'restored' AND rollback_id = {THIS_ROLLBACK} FROM epic10_archive\n"
        f"         WHERE table_name = {literal(table)} AND row_id = {row_id} ORDER BY id DESC LIMIT 1)"
    )
