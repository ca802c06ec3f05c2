"""Operations that build successors of foreign indexes, and rename them at the switch."""

from django.db.migrations.operations import RunPython, RunSQL

from epic10.operations.columns.convert import Beside
from epic10.postgres import psql_script
from epic10.postgres.catalog import inside_format, literal, quoted
from epic10.postgres.session import fetch
from epic10.terminal.progress import logger

from . import privileges
from .concurrently import SET_LONG, SET_SHORT, run_concurrently
from .ownership import CLAIM
from .release_operation import ReleaseOperation
from .successors import KIND, NAMED, successors

# The names of an index of theirs whose successor we have claimed: its own, the successor's, and the one it gets.
CLAIMED = """\
SELECT name, {successor} AS successor, {legacy} AS legacy
    FROM (SELECT substring(name FROM {after}) AS name FROM epic10_created_object
           WHERE kind = {kind} AND pg_catalog.starts_with(name, {prefix})) AS claimed"""

OURS = "name IN (SELECT name FROM ({claimed}) AS claimed)"

# An index of the release itself is renamed with its column, by Switch: before this there, and after it back.
TAKE_THE_NAME = """\
DO $epic10$
DECLARE
  theirs record;
  carried record;
BEGIN
  FOR theirs IN {pairs} LOOP
    {before}
    FOR carried IN
{carry}
    LOOP
      EXECUTE carried.statement;
    END LOOP;
    {after}
  END LOOP;
END
$epic10$"""

THERE = """\
IF theirs.renamed_here THEN
      CONTINUE WHEN to_regclass(pg_catalog.quote_ident(theirs.name)) IS NULL OR
          to_regclass(pg_catalog.quote_ident(theirs.successor)) IS NULL;
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.name, theirs.legacy);
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.successor, theirs.name);
    END IF;"""
# Whoever has dropped the new one gets theirs back all the same.
BACK = """\
IF theirs.renamed_here AND to_regclass(pg_catalog.quote_ident(theirs.legacy)) IS NOT NULL THEN
      EXECUTE pg_catalog.format('ALTER INDEX IF EXISTS %I RENAME TO %I', theirs.name, theirs.successor);
      EXECUTE pg_catalog.format('ALTER INDEX %I RENAME TO %I', theirs.legacy, theirs.name);
    END IF;"""

# What belongs to the name: a comment is said once, of a table one index is its order and one its identity.
CARRY = """\
      WITH one AS (
        SELECT source.indisclustered, source.indisreplident,
               pg_catalog.obj_description(source.indexrelid, 'pg_class') AS comment,
               source.indexrelid AS source, target.indexrelid AS target,
               ARRAY(SELECT o FROM pg_catalog.unnest(s.reloptions) AS o
                   WHERE o <> ALL (coalesce(t.reloptions, '{{}}'))) AS options
          FROM pg_index source JOIN pg_class s ON s.oid = source.indexrelid,
               pg_index target JOIN pg_class t ON t.oid = target.indexrelid
         WHERE source.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.{source}))::oid
           AND target.indexrelid = to_regclass(pg_catalog.quote_ident(theirs.{target}))::oid
      )
      SELECT pg_catalog.format('ALTER TABLE {table} CLUSTER ON %I', theirs.{target}) AS statement FROM one
       WHERE indisclustered
      UNION ALL
      SELECT pg_catalog.format('ALTER TABLE {table} REPLICA IDENTITY USING INDEX %I', theirs.{target}) FROM one
       WHERE indisreplident
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS %L', theirs.{target}, comment) FROM one
       WHERE comment IS DISTINCT FROM pg_catalog.obj_description(target, 'pg_class')
      UNION ALL
      SELECT pg_catalog.format('COMMENT ON INDEX %I IS NULL', theirs.{source}) FROM one WHERE comment IS NOT NULL
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I SET (%s)', theirs.{target}, pg_catalog.array_to_string(options,
          ', ')) FROM one
       WHERE pg_catalog.cardinality(options) > 0
      UNION ALL
      SELECT pg_catalog.format('ALTER INDEX %I ALTER COLUMN %s SET STATISTICS %s', theirs.{target}, s.attnum,
                    coalesce(s.attstattarget, -1))
        FROM one JOIN pg_attribute s ON s.attrelid = source
        JOIN pg_attribute t ON t.attrelid = target AND t.attnum = s.attnum
       WHERE coalesce(s.attstattarget, -1) <> coalesce(t.attstattarget, -1)"""


class AddSuccessors(ReleaseOperation, RunPython):
    """Build successors of the indexes that others have created on switched columns, if they can be translated."""

    def __init__(self, table: str, rules: list[Beside]):
        self.table, self.rules = table, rules
        super().__init__(code=RunPython.noop, reverse_code=RunPython.noop)

    def describe(self):
        return f"Build successors of the indexes of others on {self.table}"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        found, ours = successors(self.table, self.rules, built=True), OURS.format(claimed=claimed(self.table))
        schema_editor.execute(
            f"{CLAIM} (kind, name) SELECT {literal(KIND)}, {literal(f'{self.table}.')} || name FROM (\n{found}\n"
            f") AS found WHERE hindrance IS NULL AND to_regclass(pg_catalog.quote_ident(successor)) IS NULL\n"
            f"   AND to_regclass(pg_catalog.quote_ident(legacy)) IS NULL ON CONFLICT DO NOTHING",
            params=None,
        )
        each(
            schema_editor,
            f"SELECT successor, pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I', successor)\n"
            f"  FROM ({claimed(self.table)}) AS ours\n"
            f"  JOIN pg_index ON indexrelid = to_regclass(pg_catalog.quote_ident(successor))::oid AND NOT indisvalid",
        )
        each(
            schema_editor,
            f"SELECT successor, statement FROM (\n{found}\n) AS found\n"
            f" WHERE hindrance IS NULL AND {ours} AND to_regclass(pg_catalog.quote_ident(successor)) IS NULL",
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        each(
            schema_editor,
            f"SELECT successor, pg_catalog.format('DROP INDEX CONCURRENTLY IF EXISTS %I', successor)\n"
            f"  FROM ({claimed(self.table)}) AS ours WHERE to_regclass(pg_catalog.quote_ident(successor)) IS NOT NULL",
        )
        schema_editor.execute(
            f"DELETE FROM epic10_created_object\n"
            f" WHERE kind = {literal(KIND)} AND pg_catalog.starts_with(name, {literal(f'{self.table}.')})",
            params=None,
        )


class SwitchSuccessors(ReleaseOperation, RunSQL):
    """Give the successors the names, and whatever belongs to the names, of the indexes they replace."""

    def __init__(self, table: str, rules: list[Beside]):
        self.table = table
        # The release's own have been renamed with their columns.
        own = "".join(
            f"\n  UNION ALL SELECT {', '.join(map(literal, (rule.index, rule.target_index, rule.legacy_index)))}, false"
            for rule in rules
            if rule.index
        )
        pairs = f"SELECT *, true AS renamed_here FROM ({claimed(table)}) AS claimed{own}"
        super().__init__(
            sql=[_take(table, pairs, source="legacy", target="name", before=THERE)],
            reverse_sql=[_take(table, pairs, source="name", target="legacy", after=BACK)],
        )

    def needs(self, app_label, state):
        return privileges.table(self.table)

    def describe(self):
        return f"Let the successors of the indexes of others on {self.table} take their names"


def claimed(table: str) -> str:
    prefix = f"{table}."
    return CLAIMED.format(
        successor=NAMED.format("name", "'_epic10'"),
        legacy=NAMED.format("name", "'_legacy'"),
        after=len(prefix) + 1,
        kind=literal(KIND),
        prefix=literal(prefix),
    )


def each(schema_editor, query: str):
    """Run each statement that a query for names and statements returns, or write that down."""
    if psql_script.is_script(schema_editor):
        schema_editor.collected_sql += [
            f"{SET_LONG};",
            f"SELECT statement FROM (\n{query}\n) AS each (name, statement) \\gexec",
            f"{SET_SHORT};",
        ]
    elif schema_editor.collect_sql:
        schema_editor.collected_sql += ["-- And each statement that this finds:", f"{query};"]
    else:
        for name, statement in fetch(schema_editor.connection, query):
            logger.info("index: %s.", statement)
            run_concurrently(schema_editor, statement, name=name, only_if="true")


def _take(table, pairs, *, source, target, before="", after="") -> str:
    carry = CARRY.format(source=source, target=target, table=inside_format(quoted(table)))
    return TAKE_THE_NAME.format(pairs=pairs, before=before, carry=carry, after=after)
