"""Checks of a table as a whole: its partitions and children, its row type, and triggers that fire after ours."""

from epic10.checks import BEFORE, Check, violations
from epic10.postgres.catalog import literal, quoted, table_oid

# BEFORE triggers fire in the order of their names.
OURS, SYNC = "zz_epic10_", "zz_epic10_sync"
# A function in PL/pgSQL changes the row by an assignment to NEW or to a field of it, or by what it returns.
# One that might, as far as its text goes, does: to give its trigger another name takes a moment.
CHANGING = (
    r"\mnew\M(\s*\.\s*(\w+|\"[^\"]+\"))?\s*(\[[^]]*\]\s*)?:?="
    r"|\minto\M[^;]*\mnew\M|\mexecute\M|\mreturn\M\s*(?!\s*new\s*;)"
)
# TRIGGER_TYPE_ROW and _BEFORE; _INSERT and _UPDATE, in pg_trigger.tgtype.
BEFORE_EACH_ROW, INSERT_OR_UPDATE = 1 + 2, 4 + 16

PARTITIONED = """\
SELECT pg_catalog.format('it is partitioned by %s', pg_get_partkeydef(oid)) FROM pg_class WHERE oid = {}
    AND relkind = 'p'"""

# The triggers of a parent do not fire for rows of its children, which are rows of the parent for every query.
INHERITS = """\
SELECT pg_catalog.format('%s inherits from %s', inhrelid::regclass, inhparent::regclass) AS finding
  FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent
 WHERE {table} IN (inhrelid, inhparent) AND (relkind <> 'p' OR inhrelid = {table})"""

FIRES_LAST = """\
SELECT pg_catalog.format('trigger %I fires after those of the release', tgname) AS finding
  FROM pg_trigger JOIN pg_proc p ON p.oid = tgfoid JOIN pg_language l ON l.oid = prolang
 WHERE tgrelid = {table} AND NOT tgisinternal AND tgenabled <> 'D'
   AND tgtype::int & {before} = {before} AND tgtype::int & {events} <> 0
   AND tgname > {sync} AND NOT pg_catalog.starts_with(tgname, {ours})
   AND NOT (lanname = 'plpgsql' AND prosrc !~* {changing})"""

# A row that is stored as a value does not change: its status would read NULL once the columns have changed places.
STORED_ROWS = """\
WITH row_type AS (
  SELECT typ.oid FROM pg_type typ JOIN pg_class c ON typ.oid = reltype OR typelem = reltype WHERE c.oid = {table}
)
SELECT pg_catalog.format('column %s.%I is', attrelid::regclass, attname) AS finding
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM row_type) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
UNION ALL
SELECT pg_catalog.format('domain %s is', oid::regtype) FROM pg_type WHERE typbasetype IN (SELECT oid FROM row_type)"""


def inherits(table: str) -> str:
    """A query for the parents and children of the table."""
    return INHERITS.format(table=table_oid(table))


def fires_last(table: str) -> str:
    """A query for triggers of others that fire after those of the release."""
    return FIRES_LAST.format(
        table=table_oid(table),
        before=BEFORE_EACH_ROW,
        events=INSERT_OR_UPDATE,
        sync=literal(SYNC),
        ours=literal(OURS),
        changing=literal(CHANGING),
    )


def is_one_table(table: str) -> Check:
    # A place is one row's in one partition only, and no index can be built concurrently on all of them.
    return Check(
        f"backfill.{table}.one",
        f"{table} is one table",
        violations(PARTITIONED.format(table_oid(table))),
        when=BEFORE,
        hint=f"Move its rows into an ordinary table by the name of {table} for the release.",
    )


def every_row_is_seen(table: str) -> list[Check]:
    """Checks that the triggers of the release see every row, and last; before the release and before the switch."""
    return [is_alone(table), _ours_fire_last(table)]


def no_rows_are_stored(table: str) -> Check:
    return Check(
        f"backfill.{table}.row_type",
        f"no column is of the row type of {table}",
        violations(STORED_ROWS.format(table=table_oid(table))),
        when=BEFORE,
        hint="ALTER TABLE of_the_column ALTER COLUMN it TYPE jsonb USING pg_catalog.to_jsonb(it);",
    )


def is_alone(table: str) -> Check:
    return Check(
        f"backfill.{table}.alone",
        f"{table} inherits from no table, and no table inherits from it",
        violations(inherits(table)),
        when=BEFORE,
        hint="ALTER TABLE the_child NO INHERIT the_parent; or, of a partition, ALTER TABLE the_parent DETACH PARTITION "
        "the_child; rows of the child that have to be among those of the parent go there first.",
    )


def _ours_fire_last(table):
    return Check(
        f"trigger.{table}.last",
        f"no BEFORE trigger of others on {table} has the last word on a row",
        violations(fires_last(table)),
        when=BEFORE,
        hint=f"They fire in the order of their names. ALTER TRIGGER it ON {quoted(table)} RENAME TO a name that sorts "
        f'before "{OURS}".',
    )
