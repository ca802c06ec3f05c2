"""Objects that depend on a column that is about to be switched.

PostgreSQL binds views, rules, policies, indexes and the conditions of triggers
to the column, not to its name: after the switch they go on with the old labels,
in ``<column>_legacy``. The body of a function is text and finds the new column.
"""

from typing import NamedTuple

from epic10.postgres import view_schemas
from epic10.postgres.catalog import array, literal, table_oid
from epic10.postgres.session import fetch

DEPENDENTS = """\
WITH used AS (
  SELECT attrelid, attnum, attname FROM pg_attribute
   WHERE attrelid = {table} AND attname = ANY ({columns}) AND NOT attisdropped
), dependent AS (
  SELECT DISTINCT classid, objid, attname FROM pg_depend
    JOIN used ON refclassid = 'pg_class'::regclass::oid AND refobjid = attrelid AND refobjsubid = attnum
   WHERE deptype <> 'i'
)
SELECT CASE WHEN rulename <> '_RETURN' THEN 'rule' WHEN relkind = 'm' THEN 'materialized view' ELSE 'view' END,
       CASE WHEN rulename <> '_RETURN' THEN pg_catalog.format('%s on %s', rulename, ev_class::regclass)
            ELSE ev_class::regclass::text END, dependent.attname
  FROM dependent JOIN pg_rewrite r ON r.oid = objid AND classid = 'pg_rewrite'::regclass::oid
  JOIN pg_class c ON c.oid = ev_class JOIN pg_namespace n ON n.oid = relnamespace
 WHERE NOT (nspname::text = ANY ({schemas}) AND relname::text = {name})  -- The view of the release for an application.
UNION
SELECT 'policy', polname, attname
  FROM dependent JOIN pg_policy p ON p.oid = objid AND classid = 'pg_policy'::regclass::oid
UNION
SELECT 'trigger', tgname, attname
  FROM dependent JOIN pg_trigger t ON t.oid = objid AND classid = 'pg_trigger'::regclass::oid
 WHERE NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'
UNION
SELECT 'generated column', a.attname, dependent.attname
  FROM dependent JOIN pg_attrdef d ON d.oid = objid AND classid = 'pg_attrdef'::regclass::oid
  JOIN pg_attribute a ON attrelid = adrelid AND attnum = adnum AND attgenerated <> ''
UNION
SELECT 'constraint', conname, attname
  FROM dependent JOIN pg_constraint k ON k.oid = objid AND classid = 'pg_constraint'::regclass::oid
 WHERE contype NOT IN ('f', 'n')
UNION
SELECT 'index', relname, attname
  FROM dependent JOIN pg_class c ON c.oid = objid AND classid = 'pg_class'::regclass::oid AND relkind IN ('i', 'I')
 WHERE relname <> ALL ({indexes})
UNION
SELECT 'statistics', stxname, attname
  FROM dependent JOIN pg_statistic_ext s ON s.oid = objid AND classid = 'pg_statistic_ext'::regclass::oid
UNION
SELECT 'publication', pubname, attname
  FROM dependent JOIN pg_publication_rel m ON m.oid = objid AND classid = 'pg_publication_rel'::regclass::oid
  JOIN pg_publication p ON p.oid = prpubid
UNION
SELECT 'function', objid::regprocedure::text, attname
  FROM dependent WHERE classid = 'pg_proc'::regclass::oid
UNION
SELECT 'trigger function', tgfoid::regprocedure::text, attname
  FROM used JOIN pg_trigger ON tgrelid = attrelid AND NOT tgisinternal AND tgname::text !~ '^(zz|00)_epic10_'
  JOIN pg_proc ON pg_proc.oid = tgfoid AND prosrc ~ ('\\m' || attname::text || '\\M')
 ORDER BY 1, 2, 3"""

BY_NAME = "trigger function"


class Dependent(NamedTuple):
    """An object that uses a column: its kind, its name, and the column."""

    kind: str
    name: str
    column: str


def dependents(connection, table: str, columns: list[str], *, indexes: list[str] = ()) -> list[Dependent]:
    """The objects that depend on the columns, except the ``indexes`` named, which the release handles itself."""
    return [Dependent(*row) for row in fetch(connection, query(table, columns, indexes=indexes))]


def query(table: str, columns: list[str], *, indexes: list[str] = ()) -> str:
    return DEPENDENTS.format(
        table=table_oid(table),
        name=literal(table),
        schemas=array(view_schemas.all_of_them()),
        columns=array(columns),
        indexes=array(indexes),
    )
