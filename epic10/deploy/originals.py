"""What each row's old labels were, in the ledger: archived in batches, and made good for what is written meanwhile."""

from epic10.deploy.rolling import NOTHING_DROPPED
from epic10.operations import Convert
from epic10.operations.backfill.batches import FOR_DJANGO, Batches, count
from epic10.operations.columns.relabel import Shadow
from epic10.postgres.catalog import literal, quoted
from epic10.postgres.locks import SHARE_ROW_EXCLUSIVE
from epic10.postgres.session import execute, fetch

KEEP = """\
WITH batch AS (
  SELECT id, {labels} AS labels FROM {table} AS t WHERE id > {after} ORDER BY id LIMIT {size}
), kept AS (
  INSERT INTO epic10_original (table_name, row_id, labels) SELECT {name}, id, labels FROM batch
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM kept), max(id){into} FROM batch"""

# Every transaction before the mark is over, and what it wrote is there for every later statement to see.
MARK = "SELECT pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::xid::text"
# Also true of some rows that were frozen long ago: looking at these again does no harm.
SINCE = "pg_catalog.age(t.xmin) <= pg_catalog.age({mark}::xid)"
GATHER = "SELECT pg_catalog.array_agg(t.ctid) INTO those FROM {table} AS t WHERE {since};"
GATHERED = "t.ctid = ANY (those)"

# An entry is final when the labels are dropped. Until then one that its row has left behind makes room for
# the row's own: there is one entry a row, and its labels may be those of an earlier entry once more.
MAKE_GOOD = """\
DO $epic10$
DECLARE
  those tid[];
BEGIN
  {gather}
  IF EXISTS (SELECT FROM {table} AS t JOIN epic10_original AS o ON {of_the_row}
              WHERE {rows} AND o.labels <> {labels}) THEN
    ALTER TABLE epic10_original DISABLE TRIGGER epic10_original_append_only;
    DELETE FROM epic10_original AS o USING {table} AS t WHERE {of_the_row} AND {rows} AND o.labels <> {labels};
    ALTER TABLE epic10_original ENABLE TRIGGER epic10_original_append_only;
  END IF;
  INSERT INTO epic10_original (table_name, row_id, labels)
  SELECT {name}, t.id::text, {labels} FROM {table} AS t
   WHERE {rows} AND NOT EXISTS (SELECT FROM epic10_original AS o WHERE {of_the_row});
  IF EXISTS (SELECT FROM {table} AS t WHERE {proven}
                AND NOT EXISTS (SELECT FROM epic10_original AS o WHERE {of_the_row} AND o.labels = {labels})) THEN
    RAISE EXCEPTION '%', {otherwise} USING HINT = {hint};
  END IF;
END
$epic10$"""
OTHERWISE = "{nothing}epic10_original does not hold the old labels of every row of {table}."
HINT = "Look for triggers of others on epic10_original; then run the same command again."

# Autovacuum may be busy with it: to wait for that comes before the locks that the application waits for.
LOCK = f"LOCK TABLE epic10_original IN {SHARE_ROW_EXCLUSIVE} MODE;"


def archive(connection, table: str, columns: list[Shadow | Convert]):
    """An entry for every row, in batches."""
    total = count(connection, f"FROM {quoted(table)}")
    statement = KEEP.format(**_names(table, columns), **FOR_DJANGO)
    Batches(connection, table, total, "rows", verb="Archived").one_pass(statement)


def make_good(connection, archived: dict[str, list[Shadow | Convert]]) -> str:
    """
    Compare the entries with all rows, and then with those that were written meanwhile.

    Rows written after that are left for ``made_good_since`` the mark that this returns.
    """
    since = ""
    for _ in range(2):
        [[marked]] = fetch(connection, MARK)
        for table, columns in archived.items():
            execute(connection, _statement(table, columns, since=since, until=marked))
        since = marked
    return since


def made_good_since(table: str, columns: list[Shadow | Convert], marked: str) -> str:
    """A statement for when nobody can write any more: one scan finds what is left to do."""
    return _statement(table, columns, since=marked)


def _statement(table, columns, *, since, until=""):
    gather = GATHER.format(table=quoted(table), since=SINCE.format(mark=literal(since))) if since else ""
    rows = GATHERED if since else "true"
    # Somebody may be writing the later ones at this moment.
    proven = f"{rows} AND NOT ({SINCE.format(mark=literal(until))})" if until else rows
    return MAKE_GOOD.format(
        **_names(table, columns),
        gather=gather,
        rows=rows,
        proven=proven,
        of_the_row=f"o.table_name = {literal(table)} AND o.row_id = t.id::text",
        otherwise=literal(OTHERWISE.format(nothing=NOTHING_DROPPED, table=table)),
        hint=literal(HINT),
    )


def _names(table, columns):
    labels = ", ".join(f"{literal(column.column)}, t.{quoted(column.legacy)}::text" for column in columns)
    return {
        "table": quoted(table),
        "name": literal(table),
        "labels": f"pg_catalog.jsonb_build_object({labels})",
    }
