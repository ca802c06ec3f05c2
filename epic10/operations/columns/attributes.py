"""Attributes that belong to a name rather than to a column or type: grants, comments, statistics targets.

A rename leaves them with the column that loses the name. So they are copied to the
column that gets it, in the transaction of the rename, and what was changed since is
copied back on the way back. Grants and statistics targets also stay with the other
column, which views still read; a comment is moved.
"""

from epic10.checks import Check, violations
from epic10.postgres.catalog import inside_format, literal, quoted, table_oid, type_oid

# A statement for the PL/pgSQL block of the switch. Grants are looked at twice: CASCADE takes what hangs on a
# revoked one, and that may be wanted from the owner.
EACH = """\
IF EXISTS ({is_there}) THEN
DECLARE
  carried record;
BEGIN
  FOR look IN 1..2 LOOP
    FOR carried IN
{statements}
    LOOP
      IF look = 1 OR carried.step <= 2 THEN
        EXECUTE carried.statement;
      END IF;
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;
END;
END IF"""

# ``given`` and ``has`` are rows of grantee, privilege_type, is_grantable. Whoever granted it, we grant it as the owner:
# that is all that an owner can do, and the column that steps aside keeps its own grants as they are.
GRANTS = """\
  difference AS (
    SELECT CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee))
        END AS who,
           privilege_type AS privilege, given.is_grantable AS grants, has.is_grantable AS granted
      FROM (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM given GROUP BY 1, 2) AS given
      FULL JOIN (SELECT grantee, privilege_type, bool_or(is_grantable) AS is_grantable FROM has GROUP BY 1, 2) AS has
     USING (grantee, privilege_type)
     WHERE given.is_grantable IS DISTINCT FROM has.is_grantable
  )
  SELECT 1 AS step, pg_catalog.format('REVOKE %s%s{columns} ON {object} FROM %s CASCADE',
                           CASE WHEN grants IS NULL THEN '' ELSE 'GRANT OPTION FOR ' END, privilege, who) AS statement
    FROM difference WHERE grants IS NULL OR granted AND NOT grants
  UNION ALL
  SELECT 2, pg_catalog.format('GRANT %s{columns} ON {object} TO %s%s', privilege, who,
                   CASE WHEN grants THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM difference WHERE grants IS NOT NULL AND (granted IS NULL OR grants AND NOT granted)"""

# Where neither side has any there is nothing to compare, and to plan that takes a millisecond for each column.
OF_A_COLUMN = """\
SELECT FROM pg_attribute
              WHERE attrelid = {table} AND attname IN ({source}, {target}) AND NOT attisdropped
                AND (attacl IS NOT NULL OR coalesce(attstattarget, -1) <> -1 OR attoptions IS NOT NULL
                  OR pg_catalog.col_description(attrelid, attnum) IS NOT NULL)"""
OF_A_TYPE = """\
SELECT FROM pg_type
              WHERE oid IN ({source}, {target})
                AND (typacl IS NOT NULL OR pg_catalog.obj_description(oid, 'pg_type') IS NOT NULL)"""
OTHER_OWNER = "SELECT FROM pg_type WHERE oid IN ({source}, {target}) HAVING pg_catalog.count(DISTINCT typowner) > 1"

COLUMN = """\
  WITH side AS (
    SELECT attname, attacl, coalesce(attstattarget, -1) AS finely, coalesce(attoptions, '{{}}') AS options,
           pg_catalog.col_description(attrelid, attnum) AS comment
      FROM pg_attribute WHERE attrelid = {table} AND attname IN ({source}, {target}) AND NOT attisdropped
  ), given AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = {source}
  ), has AS (
    SELECT grantee, privilege_type, is_grantable FROM side, aclexplode(attacl) WHERE attname = {target}
  ), both_sides AS (
    SELECT source.finely, source.finely <> target.finely AS finely_differs,
           source.options, ARRAY(SELECT split_part(o, '=', 1) FROM pg_catalog.unnest(target.options) AS o
                                  WHERE o <> ALL (source.options)) AS other_options,
           source.options OPERATOR(pg_catalog.<>) target.options AS options_differ,
           source.comment, source.comment IS DISTINCT FROM target.comment AS comment_differs
      FROM side AS source, side AS target WHERE source.attname = {source} AND target.attname = {target}
  ),
{grants}
  UNION ALL
  SELECT 3, pg_catalog.format('{alter} SET STATISTICS %s', finely) FROM both_sides WHERE finely_differs
  UNION ALL
  SELECT 4, pg_catalog.format('{alter} RESET (%s)', pg_catalog.array_to_string(other_options, ', ')) FROM both_sides
   WHERE pg_catalog.cardinality(other_options) > 0
  UNION ALL
  SELECT 5, pg_catalog.format('{alter} SET (%s)', pg_catalog.array_to_string(options, ', ')) FROM both_sides
   WHERE options_differ AND pg_catalog.cardinality(options) > 0
  UNION ALL
  SELECT 6, pg_catalog.format('COMMENT ON COLUMN {object}.{quoted_target} IS %L', comment) FROM both_sides
      WHERE comment_differs
  UNION ALL
  SELECT 7, 'COMMENT ON COLUMN {object}.{quoted_source} IS NULL' FROM both_sides WHERE comment IS NOT NULL
  ORDER BY step"""

# The owner's own rights are no grants.
TYPE = """\
  WITH given AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = {source} AND grantee <> typowner
  ), has AS (
    SELECT grantee, privilege_type, is_grantable
      FROM pg_type, aclexplode(coalesce(typacl, acldefault('T', typowner)))
     WHERE pg_type.oid = {target} AND grantee <> typowner
  ), said AS (
    SELECT pg_catalog.obj_description({source}, 'pg_type') AS comment,
           pg_catalog.obj_description({target}, 'pg_type') AS other
     WHERE {source} IS NOT NULL AND {target} IS NOT NULL
  ),
{grants}
  UNION ALL
  SELECT 3, pg_catalog.format('COMMENT ON {object} IS %L', comment) FROM said WHERE comment IS DISTINCT FROM other
  UNION ALL
  SELECT 4, 'COMMENT ON TYPE {quoted_source} IS NULL' FROM said WHERE comment IS NOT NULL
  ORDER BY step"""

# Where the role may: ALTER TYPE ... OWNER TO asks for both.
OWNER = """\
  SELECT 1 AS step, pg_catalog.format('ALTER TYPE {quoted_target} OWNER TO %I',
      pg_catalog.pg_get_userbyid(old.typowner)) AS statement
    FROM pg_type AS old, pg_type AS new
   WHERE old.oid = {source} AND new.oid = {target} AND old.typowner <> new.typowner
     AND pg_catalog.pg_has_role(old.typowner, 'MEMBER')
         AND pg_catalog.has_schema_privilege(old.typowner, new.typnamespace, 'CREATE')"""


def carry_column(table: str, source: str, target: str) -> str:
    """A PL/pgSQL statement after which the column ``target`` has what ``source`` has."""
    names = {"object": inside_format(quoted(table)), "columns": inside_format(f" ({quoted(target)})")}
    alter = inside_format(f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(target)}")
    return _each(
        OF_A_COLUMN.format(table=table_oid(table), source=literal(source), target=literal(target)),
        COLUMN.format(
            table=table_oid(table),
            source=literal(source),
            target=literal(target),
            quoted_source=quoted(source).replace("'", "''"),
            quoted_target=inside_format(quoted(target)),
            alter=alter,
            grants=GRANTS.format(**names),
            object=names["object"],
        ),
    )


def carry_type(source: str, target: str) -> str:
    """The same for a type; it does nothing if one of the two is missing."""
    names = {"object": inside_format(f"TYPE {quoted(target)}"), "columns": ""}
    return _each(
        OF_A_TYPE.format(source=type_oid(source), target=type_oid(target)),
        TYPE.format(
            source=type_oid(source),
            target=type_oid(target),
            quoted_source=quoted(source).replace("'", "''"),
            grants=GRANTS.format(**names),
            object=names["object"],
        ),
    )


def give_owner(source: str, target: str) -> str:
    """A PL/pgSQL statement that gives the type ``target`` the owner of ``source``, if the role may do that."""
    oids = {"source": type_oid(source), "target": type_oid(target)}
    return _each(OTHER_OWNER.format(**oids), OWNER.format(**oids, quoted_target=inside_format(quoted(target))))


def same_grants(table: str, column: str, legacy: str) -> Check:
    """A check that compares with the legacy column, as long as that exists."""
    name, other = f"{table}.{column}", f"{table}.{legacy}"
    rights = (
        f"SELECT grantee, privilege_type FROM pg_attribute, aclexplode(attacl)\n"
        f"   WHERE attrelid = {table_oid(table)} AND NOT attisdropped AND attname = "
    )
    return Check(
        f"grants.{name}",
        f"who was granted anything on {name} before the switch has it after the switch",
        violations(
            f"SELECT pg_catalog.format('%s may %s %s, and not %s',\n"
            f"              CASE WHEN grantee = 0::oid THEN 'everybody' ELSE pg_catalog.pg_get_userbyid(grantee) END,\n"
            f"              privilege_type, {literal(other)}, {literal(name)})\n"
            f"  FROM ({rights}{literal(legacy)}\n   EXCEPT {rights}{literal(column)}) AS lost"
        ),
        hint=f"GRANT ... ({quoted(column)}) ON {quoted(table)} TO ...; or, if it was taken away on purpose, "
        f"REVOKE ... ({quoted(legacy)}) ON {quoted(table)} FROM ...;",
        lasts=False,
    )


def _each(is_there: str, statements: str) -> str:
    return EACH.format(is_there=is_there, statements=statements)
