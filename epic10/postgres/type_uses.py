"""
Uses of an enum type outside of the columns that the release replaces.

They are bound to the type and not to its name: after the switch they are of the type
with the old labels, and nothing of theirs can be compared with the new columns.
"""

from epic10.postgres import view_schemas
from epic10.postgres.catalog import array, literal, table_oid

# A view, a rule, a policy and the like that cast to the type go on with the old column, which they read.
USES = """\
WITH enum AS (
  SELECT pg_catalog.unnest(ARRAY[oid, typarray]) AS oid FROM pg_type WHERE oid = {type} AND typtype = 'e'
), trusted AS (  -- Whoever may create anything could make functions of the type, and keep the release from beginning.
  SELECT r.oid FROM pg_roles r JOIN pg_type t ON t.oid = {type}
   WHERE rolsuper OR pg_catalog.pg_has_role(r.oid, typowner, 'MEMBER')
), ours AS (  -- What the release has made for those who work through its views.
  SELECT oid FROM pg_namespace WHERE nspname::text = ANY ({schemas})
), moved (relation, name) AS (VALUES
    {moved}
)
SELECT pg_catalog.format('foreign key %I of %s', conname, conrelid::regclass) AS use
  FROM pg_constraint WHERE contype = 'f' AND EXISTS (
    SELECT FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)
       AND atttypid IN (SELECT oid FROM enum))
UNION ALL
SELECT CASE relkind WHEN 'c' THEN pg_catalog.format('type %s', attrelid::regclass)
         ELSE pg_catalog.format('column %I of %s', attname, attrelid::regclass) END
  FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
 WHERE atttypid IN (SELECT oid FROM enum) AND relkind IN ('r', 'p', 'f', 'c') AND NOT attisdropped
   AND relpersistence <> 't'  -- Some session's own, and gone with it.
   AND NOT EXISTS (SELECT FROM moved WHERE relation = attrelid AND name = attname::text)
   -- Parents and children are told of by a check of their own.
   AND NOT EXISTS (SELECT FROM pg_inherits JOIN moved ON relation IN (inhrelid, inhparent)
                    WHERE attrelid IN (inhrelid, inhparent) AND attrelid <> relation)
UNION ALL
SELECT pg_catalog.format('domain %s', oid::regtype) FROM pg_type
 WHERE typbasetype IN (SELECT oid FROM enum) AND typnamespace NOT IN (SELECT oid FROM ours)
UNION ALL
SELECT pg_catalog.format('range %s', rngtypid::regtype) FROM pg_range WHERE rngsubtype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('function %s', p.oid::regprocedure) FROM pg_proc p
 WHERE EXISTS (SELECT FROM enum WHERE oid = prorettype OR oid = ANY (proargtypes) OR oid = ANY (proallargtypes))
   AND proowner IN (SELECT oid FROM trusted) AND pronamespace NOT IN (SELECT oid FROM ours)
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'i')
UNION ALL
SELECT pg_catalog.format('operator %s', oid::regoperator) FROM pg_operator
 WHERE oprowner IN (SELECT oid FROM trusted) AND (oprleft IN (SELECT oid FROM enum)
    OR oprright IN (SELECT oid FROM enum) OR oprresult IN (SELECT oid FROM enum))
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = oprcode::oid AND pronamespace IN (SELECT oid FROM ours))
UNION ALL
SELECT pg_catalog.format('operator class %I', opcname) FROM pg_opclass WHERE opcintype IN (SELECT oid FROM enum)
UNION ALL
SELECT pg_catalog.format('cast (%s AS %s)', castsource::regtype, casttarget::regtype) FROM pg_cast
 WHERE castmethod <> 'i'
   AND NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = castfunc AND pronamespace IN (SELECT oid FROM ours))
   AND (castsource IN (SELECT oid FROM enum) OR casttarget IN (SELECT oid FROM enum))
ORDER BY 1"""

# What else would keep the type from being dropped, and does not go with one of the columns.
WRITTEN = """
UNION ALL
SELECT DISTINCT pg_catalog.pg_describe_object(classid, objid, objsubid) FROM pg_depend AS used
 WHERE refclassid = 'pg_type'::regclass::oid AND refobjid IN (SELECT oid FROM enum) AND deptype = 'n'
   AND NOT EXISTS (SELECT FROM pg_attrdef d JOIN pg_class view ON view.oid = adrelid
                    WHERE d.oid = objid AND relkind = 'v' AND view.relnamespace IN (SELECT oid FROM ours))
   AND classid IN (SELECT oid FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace::oid
                      AND relname IN ('pg_rewrite', 'pg_attrdef', 'pg_constraint', 'pg_policy', 'pg_trigger'))
   AND NOT EXISTS (
     SELECT FROM pg_depend AS other JOIN moved ON refobjid = relation
       JOIN pg_attribute ON attrelid = relation AND attnum = refobjsubid AND attname::text = name
      WHERE other.classid = used.classid AND other.objid = used.objid AND refclassid = 'pg_class'::regclass::oid)
ORDER BY 1"""


def uses(type_oid: str, moved: list[tuple[str, str]]) -> str:
    """A query for what is of the type or of its array, but for the columns ``moved``, pairs of table and column."""
    rows = (f"({table_oid(table)}, {literal(column)})" for table, column in moved)
    return USES.format(type=type_oid, schemas=array(view_schemas.all_of_them()), moved=",\n    ".join(rows))


def all_uses(type_oid: str, moved: list[tuple[str, str]]) -> str:
    """The same, and what has the type in an expression without one of the columns, such as a cast in a view."""
    return uses(type_oid, moved).removesuffix("\nORDER BY 1") + WRITTEN
