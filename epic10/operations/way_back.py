"""
Objects of others that use what the way back drops, asked for before anything is undone.

They are bound to columns and types that came with the release: a DROP without CASCADE
fails while they are there, and CASCADE would take them along.
"""

from dataclasses import dataclass, replace

from epic10.checks import Check
from epic10.operations import require, table_shape
from epic10.operations.try_ddl import TRY
from epic10.postgres import view_schemas
from epic10.postgres.catalog import literal, table_oid
from epic10.postgres.errors import raised_as
from epic10.postgres.session import execute, fetch
from epic10.terminal.refusal import Refusal

# A column has the name that it was created under, or after the switch the one without _epic10; a type is in the schema
# that it was created in, or after the switch in that of the old one.
# What depends on what goes is followed to the end; what depends on it for good (n) keeps it from going.
# Triggers of the release go before, and so do columns from the triggers UPDATE OF both that it has made anew.
DEPENDENTS = """\
WITH RECURSIVE known (relation, name) AS (VALUES
    {tables}
), schema AS (
  SELECT n.oid FROM pg_namespace n JOIN epic10_created_object ON kind = 'schema' AND name = nspname::text
), stand_in AS (
  SELECT prorettype AS oid, pronamespace FROM pg_proc JOIN schema ON pronamespace = schema.oid WHERE proname = 'named'
), function AS (
  SELECT p.oid FROM pg_proc p JOIN stand_in USING (pronamespace)
   WHERE stand_in.oid IN (prorettype, proargtypes[pronargs - 1])
), in_a_schema AS (
  SELECT 'pg_class'::regclass::oid AS classid, c.oid AS objid FROM pg_class c JOIN schema ON relnamespace = schema.oid
   WHERE relkind = 'v' AND to_regclass(pg_catalog.quote_ident(relname)) IS NOT NULL
  UNION ALL
  SELECT 'pg_type'::regclass::oid, oid FROM stand_in
  UNION ALL
  SELECT 'pg_proc'::regclass::oid, oid FROM function
  UNION ALL
  SELECT 'pg_cast'::regclass::oid, oid FROM pg_cast WHERE castfunc IN (SELECT oid FROM function)
  UNION ALL
  SELECT 'pg_operator'::regclass::oid, oid FROM pg_operator WHERE oprcode::oid IN (SELECT oid FROM function)
), gone AS (
  SELECT 'pg_class'::regclass::oid AS classid, relation AS objid, attnum::int AS objsubid,
         EXISTS (SELECT FROM pg_attribute AS old WHERE attrelid = relation AND NOT old.attisdropped
                    AND (old.attname::text = attribute.attname::text || '_legacy'
                      OR old.attname::text || '_epic10' = attribute.attname::text)) AS is_moved
    FROM known JOIN epic10_created_object AS created ON kind = 'column'
     AND pg_catalog.starts_with(created.name, known.name || '.')
    JOIN LATERAL (
      SELECT attnum, attname FROM pg_attribute
       WHERE attrelid = relation AND NOT attisdropped
         AND attname::text IN (pg_catalog.substr(created.name, pg_catalog.length(known.name) + 2),
                               regexp_replace(pg_catalog.substr(created.name, pg_catalog.length(known.name) + 2),
                                              '_epic10$', ''))
       ORDER BY pg_catalog.length(attname::text) DESC LIMIT 1) AS attribute ON true
  UNION ALL
  SELECT 'pg_type'::regclass::oid, coalesce({of_the_type}, {after_the_switch}), 0, false
    FROM epic10_created_object WHERE kind = 'type'
  UNION ALL  -- The schemas of views, and what the release has in them.
  SELECT 'pg_namespace'::regclass::oid, oid, 0, false FROM schema
  UNION ALL
  SELECT classid, objid, 0, false FROM in_a_schema
), ours AS (
  SELECT 'pg_trigger'::regclass::oid AS classid, oid AS objid FROM pg_trigger
   WHERE tgisinternal OR pg_catalog.starts_with(tgname, 'zz_epic10_') OR pg_catalog.starts_with(tgname, '00_epic10_')
      OR EXISTS (SELECT FROM epic10_created_object WHERE kind = 'trigger' AND name = tgname::text)
      OR EXISTS (
           SELECT FROM pg_attribute AS one JOIN pg_attribute AS other ON one.attrelid = other.attrelid
              AND other.attname::text IN (one.attname::text || '_legacy', one.attname::text || '_epic10')
            WHERE one.attrelid = tgrelid AND one.attnum = ANY (tgattr) AND other.attnum = ANY (tgattr))
         AND NOT EXISTS (
           SELECT FROM gone WHERE objid = tgrelid
              AND (objsubid = ANY (tgattr) AND NOT is_moved
                OR tgqual::text ~ pg_catalog.format(':varattno %s ', objsubid)))
  UNION ALL  -- The old types, which come home before.
  SELECT 'pg_type'::regclass::oid, t.oid FROM pg_type t JOIN schema ON typnamespace = schema.oid
   WHERE typtype = 'e' AND t.oid NOT IN (SELECT objid FROM gone WHERE objid IS NOT NULL)
  UNION ALL
  SELECT 'pg_attrdef'::regclass::oid, d.oid FROM pg_attrdef d JOIN gone ON adrelid = objid AND adnum = objsubid
  UNION ALL
  SELECT 'pg_constraint'::regclass::oid, c.oid FROM pg_constraint c JOIN epic10_created_object ON kind = 'constraint'
     AND name IN (SELECT relname::text || '.' || unquoted FROM pg_class, pg_catalog.unnest(ARRAY[
                    conname::text, regexp_replace(conname::text, '_fkey$', '_epic10_fkey')]) AS unquoted
                   WHERE pg_class.oid = conrelid) OR contypid <> 0::oid
  UNION ALL  -- Casts that the release has made, as those of the type with the old labels.
  SELECT 'pg_cast'::regclass::oid, ours.oid
    FROM gone JOIN pg_type t ON classid = 'pg_type'::regclass::oid AND t.oid = objid
    JOIN pg_cast ours ON t.oid IN (ours.castsource, ours.casttarget) AND castmethod = 'i',
         LATERAL (SELECT coalesce(
           to_regtype(pg_catalog.quote_ident(typname::text || '_legacy'))::oid,
           (SELECT moved.oid FROM pg_type AS moved JOIN schema ON moved.typnamespace = schema.oid
             WHERE moved.typname = t.typname AND moved.oid <> t.oid
               AND moved.oid NOT IN (SELECT oid FROM stand_in))) AS oid) AS legacy
   WHERE EXISTS (SELECT FROM pg_cast AS theirs WHERE theirs.castmethod = 'i'
                    AND theirs.castsource = CASE ours.castsource WHEN t.oid THEN legacy.oid ELSE ours.castsource END
                    AND theirs.casttarget = CASE ours.casttarget WHEN t.oid THEN legacy.oid ELSE ours.casttarget END)
), reached AS (
  SELECT classid, objid, objsubid, false AS stays, 0 AS depth FROM gone WHERE objid IS NOT NULL
  UNION ALL
  SELECT d.classid, d.objid, d.objsubid, stays OR d.deptype = 'n', depth + 1
    FROM reached CROSS JOIN LATERAL (
      SELECT classid, objid, objsubid, deptype FROM pg_depend
       WHERE refclassid = reached.classid AND refobjid = reached.objid
         AND (refobjsubid = reached.objsubid OR reached.objsubid = 0)
         -- A column of another type stays where it is; what hangs on it, too.
         AND (depth = 0 OR NOT (refclassid = 'pg_class'::regclass::oid AND reached.objsubid > 0))
         -- The rule of a view, and the view that it belongs to: one way is enough.
         AND NOT EXISTS (SELECT FROM pg_rewrite
                          WHERE classid = 'pg_rewrite'::regclass::oid AND pg_rewrite.oid = pg_depend.objid
                            AND ev_class = reached.objid AND rulename = '_RETURN')
       UNION ALL
      SELECT 'pg_class'::regclass::oid, ev_class, 0, 'i' FROM pg_rewrite
       WHERE reached.classid = 'pg_rewrite'::regclass::oid AND pg_rewrite.oid = reached.objid AND rulename = '_RETURN'
    ) AS d
   WHERE depth < 20
     AND NOT EXISTS (SELECT FROM ours WHERE ours.classid = d.classid AND ours.objid = d.objid)
     AND NOT EXISTS (SELECT FROM gone
                      WHERE gone.classid = d.classid AND gone.objid = d.objid AND gone.objsubid IN (d.objsubid, 0))
), found AS (
  SELECT classid, objid, CASE WHEN relkind IN ('v', 'm') THEN 0 ELSE objsubid END AS objsubid, max(depth) AS depth
    FROM reached LEFT JOIN pg_class c ON classid = 'pg_class'::regclass::oid AND c.oid = objid
    LEFT JOIN pg_attrdef f ON classid = 'pg_attrdef'::regclass::oid AND f.oid = objid
    LEFT JOIN pg_attribute ON attrelid = coalesce(adrelid, c.oid) AND attnum = coalesce(adnum, objsubid)
    LEFT JOIN pg_rewrite r ON classid = 'pg_rewrite'::regclass::oid AND r.oid = objid
    LEFT JOIN pg_type t ON classid = 'pg_type'::regclass::oid AND t.oid = objid
    LEFT JOIN pg_constraint k ON classid = 'pg_constraint'::regclass::oid AND k.oid = objid
   WHERE depth > 0 AND rulename IS DISTINCT FROM '_RETURN'
     -- What goes with the object that it is a part of, and with a column of the parent.
     AND (relkind IS NULL OR relkind IN ('v', 'm') OR objsubid > 0 OR relnamespace IN (SELECT oid FROM schema))
     AND (typtype IS NULL OR typtype IN ('d', 'r'))
     AND coalesce(attinhcount, coninhcount, 0) = 0
   GROUP BY 1, 2, 3
  -- A column takes along what is a part of it, and goes before its type. A foreign key is somebody's decision.
  HAVING bool_and(stays) OR bool_or(contype = 'f')
), named AS (
  SELECT found.*, type, identity FROM found, LATERAL pg_catalog.pg_identify_object(classid, objid, objsubid)
)
SELECT type || ' ' || identity AS object,
       CASE type
         WHEN 'table column' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s ALTER COLUMN %I TYPE text%s;', objid::regclass, attname,
                                    CASE WHEN typcategory = 'A' THEN '[]' END)
             FROM pg_attribute JOIN pg_type t ON t.oid = atttypid WHERE attrelid = objid AND attnum = objsubid)
         WHEN 'table constraint' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I;', conrelid::regclass, conname)
             FROM pg_constraint WHERE oid = objid)
         WHEN 'default value' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s %s COLUMN %I%s;', adrelid::regclass,
                                    CASE WHEN attgenerated = '' THEN 'ALTER' ELSE 'DROP' END, attname,
                                    CASE WHEN attgenerated = '' THEN ' DROP DEFAULT' END)
             FROM pg_attrdef d JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE d.oid = objid)
         WHEN 'publication relation' THEN (
           SELECT pg_catalog.format('ALTER PUBLICATION %I DROP TABLE ONLY %s;', pubname, prrelid::regclass)
             FROM pg_publication_rel r JOIN pg_publication p ON p.oid = prpubid WHERE r.oid = objid)
         ELSE pg_catalog.format('DROP %s %s;', pg_catalog.upper(type), identity)
       END AS remedy,
       CASE type
         WHEN 'view' THEN pg_catalog.format('CREATE VIEW %s AS %s', identity, pg_get_viewdef(objid))
         WHEN 'materialized view' THEN
           pg_catalog.format('CREATE MATERIALIZED VIEW %s AS %s', identity, pg_get_viewdef(objid))
         WHEN 'rule' THEN pg_get_ruledef(objid)
         WHEN 'trigger' THEN pg_catalog.pg_get_triggerdef(objid) || ';'
         WHEN 'function' THEN pg_catalog.pg_get_functiondef(objid) || ';'
         WHEN 'table constraint' THEN (
           SELECT pg_catalog.format('ALTER TABLE %s ADD CONSTRAINT %I %s;', conrelid::regclass, conname,
                                    pg_get_constraintdef(oid))
             FROM pg_constraint WHERE oid = objid)
       END AS made_by
  FROM (SELECT * FROM named ORDER BY depth DESC, type <> 'table constraint', identity) AS named"""

REFUSAL = "The way back drops columns and types that others have come to use: %s."
REMEDY = (
    "python manage.py epic10_rollback --drop-dependents does it, and keeps in its record how they were made. "
    "By hand, after pg_dump --schema-only: %s"
)
INSIST = """\
DO $epic10$
DECLARE
  objects text;
  remedies text;
BEGIN
  SELECT pg_catalog.string_agg(object, '; '), pg_catalog.string_agg(remedy, ' ') INTO objects, remedies FROM (
{dependents}
  ) AS dependents;
  IF objects IS NOT NULL THEN
    RAISE EXCEPTION '%', pg_catalog.format({refusal}, objects)
      USING HINT = pg_catalog.format({remedy}, remedies);
  END IF;
END
$epic10$"""


@dataclass(frozen=True)
class Dependent:
    """An object, the statement that has it out of the way, and the one that makes it, where one alone does."""

    object: str
    remedy: str
    made_by: str | None


class InTheWay(Refusal):
    """Objects of others keep the way back from its end; the message names them, and says how to drop them."""


def dependents(connection, tables: list[str]) -> list[Dependent]:
    """What uses anything that the release has added to the tables, in the order to drop it in."""
    return [Dependent(*row) for row in fetch(connection, _query(tables))]


def insist_on_a_free_way(connection, tables: list[str]):
    """Raises InTheWay unless the way back can go to its end."""
    with raised_as(InTheWay):
        for statement in statements(tables):
            execute(connection, statement)


def statements(tables: list[str]) -> list[str]:
    """Blocks that raise what is in the way, and how to have it out of there; SQLSTATE P0001, raise_exception."""
    insist = INSIST.format(dependents=_query(tables), refusal=literal(REFUSAL), remedy=literal(REMEDY))
    return [require.insist(map(_is_alone, tables)), insist, TRY]


def _is_alone(table) -> Check:
    """Where there is something to undo: a release that was refused for its children has nothing."""
    check = table_shape.is_alone(table)
    return replace(check, find=replace(check.find, only_if="EXISTS (SELECT FROM epic10_created_object)"))


def _query(tables):
    return DEPENDENTS.format(
        tables=",\n    ".join(f"({table_oid(table)}, {literal(table)})" for table in tables),
        of_the_type=view_schemas.named_type("name"),
        after_the_switch=f"to_regtype(pg_catalog.quote_ident({view_schemas.name_of_the_type('name')}))::oid",
    )
