"""The summary of what was parked and what happened to it: counts and a few ids, no content."""

from dataclasses import dataclass

from epic10.operations.archive.conditions import IS_NEWEST, waiting
from epic10.postgres.catalog import holds, literal, relation_exists
from epic10.postgres.session import fetch
from epic10.terminal.progress import logger

BY_COLUMN = """
SELECT (SELECT count(*) FROM parked),
       (SELECT pg_catalog.string_agg(pg_catalog.format('%s %s', key, rows), ', ' ORDER BY key)
          FROM (SELECT key, count(*) AS rows FROM parked, jsonb_object_keys(content) AS key GROUP BY key) AS columns),
       (SELECT pg_catalog.string_agg(row_id, ', ' ORDER BY row_id)
          FROM (SELECT row_id FROM parked ORDER BY row_id LIMIT 3) AS first)
"""

ALL = f"""
SELECT table_name, count(*) FROM epic10_archive archive
 WHERE event = 'parked' AND {IS_NEWEST} GROUP BY table_name ORDER BY table_name"""

BY_TABLE = f"""
WITH parked AS (SELECT table_name, row_id, content FROM epic10_archive archive WHERE event = 'parked' AND {IS_NEWEST})
SELECT table_name, count(*),
       (SELECT pg_catalog.string_agg(pg_catalog.format('%s %s', key, rows), ', ' ORDER BY key)
          FROM (SELECT key, count(*) AS rows FROM parked AS its, jsonb_object_keys(its.content) AS key
                 WHERE its.table_name = parked.table_name GROUP BY key) AS columns),
       (SELECT pg_catalog.string_agg(row_id, ', ' ORDER BY row_id)
          FROM (SELECT row_id FROM parked AS its WHERE its.table_name = parked.table_name
                 ORDER BY row_id LIMIT 3) AS first)
  FROM parked GROUP BY table_name ORDER BY table_name"""

EVENTS_OF = """
SELECT {table}CASE WHEN event = 'restored' AND found IS NOT NULL THEN 'incomplete' ELSE event END AS became,
       count(*), (pg_catalog.array_agg(row_id ORDER BY row_id))[:3]
  FROM epic10_archive
 WHERE {where}rollback_id = (SELECT max(id) FROM epic10_rollback) AND event <> 'parked'
 GROUP BY {table}became ORDER BY {table}became DESC
"""
EVENTS = EVENTS_OF.format(table="", where="table_name = {table} AND ")
EVERY_EVENT = EVENTS_OF.format(table="table_name, ", where="")

SAID = {
    "restored": "{rows:,} {unit} are as the new application left them before the way back.",
    "incomplete": "{rows:,} {unit} are so but for what they referred to, which is not there any more, such as {ids}.",
    "changed": "{rows:,} {unit} were changed by the old application since, and stay as it left them, such as {ids}.",
    "gone": "{rows:,} {unit} were deleted by the old application since, such as {ids}.",
}
BOTH_VALUES = (
    "Both values of each: SELECT table_name, row_id, content, found FROM epic10_archive "
    "WHERE event = 'gone' OR found IS NOT NULL;"
)


@dataclass(frozen=True)
class Parked:
    """The rows of one table that are parked: how many, how many by column, and the first few ids."""

    table: str
    rows: int
    columns: str
    ids: str


def log_parked(connection, parkings):
    """Log how many rows were parked, after the way back."""
    for parking in parkings:
        rows, columns, ids = _one(
            connection, f"WITH parked AS (SELECT row_id, content {waiting(parking.table)})" + BY_COLUMN
        )
        if rows:
            logger.info("Parked %s %s that the old schema cannot hold, such as %s.", f"{rows:,}", parking.unit, ids)
            logger.info("Columns parked of %s: %s. migrate ndas puts them back.", parking.table, columns)


def log_restored(connection, parkings):
    """Log what was restored and what was not, before the switch."""
    left_out = False
    for parking in parkings:
        for event, rows, ids in fetch(connection, EVENTS.format(table=literal(parking.table))):
            logger.info(SAID[event].format(rows=rows, unit=parking.unit, ids=", ".join(ids)))
            left_out = left_out or event != "restored"
    if left_out:
        logger.info(BOTH_VALUES)


def waiting_rows(connection) -> dict[str, int]:
    """The number of rows by table that are parked until the release runs again."""
    if not holds(connection, relation_exists("epic10_archive")):
        return {}
    return dict(fetch(connection, ALL))


def by_table(connection) -> list[Parked]:
    """The same with columns and a few ids, for the dashboard."""
    return [Parked(*row) for row in fetch(connection, BY_TABLE)] if waiting_rows(connection) else []


def became(connection) -> list[tuple[str, str, int, str]]:
    """What has happened to rows that the last way back parked: table, event, rows, a few ids."""
    if not holds(connection, relation_exists("epic10_archive")):
        return []
    return [(table, event, rows, ", ".join(ids)) for table, event, rows, ids in fetch(connection, EVERY_EVENT)]


def _one(connection, query):
    [row] = fetch(connection, query)
    return row
