"""Views of the register's tables, for an application that goes on while the other one works on the same rows."""

from django.db.migrations.operations import RunSQL

from epic10.operations.columns.convert import Beside
from epic10.operations.columns.relabel import Shadow
from epic10.operations.ownership import before_the_locks, block_if, is_ours
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import InSchema, array, inside_format, literal, quoted, relation_exists
from epic10.postgres.session import fetch

# A statement a row, in the order of ``step``. A view names its columns by number: a rename changes neither them nor
# their types. Invoker: the table's own grants and policies hold for everybody, as before, and the view has the same
# ones besides. It would want all columns of whoever may see only some; then the view's grants alone count, unless the
# table has policies, which are not to be got round.
STATEMENTS = """\
      WITH register AS (
        SELECT number, c.oid AS relation, relname, nspname, relowner, relacl,
               relrowsecurity OR NOT EXISTS (
                 SELECT FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL AND NOT attisdropped) AS invoker
          FROM pg_catalog.unnest({tables}) WITH ORDINALITY AS wanted (name, number)
          JOIN pg_class c ON c.oid = to_regclass(pg_catalog.quote_ident(name))::oid
          JOIN pg_namespace n ON n.oid = relnamespace
      ), moved (table_name, old, new, value) AS (VALUES
        {moved}
      ), shown AS (
        SELECT number, relation, relname, nspname, relowner, invoker, attnum, attname, atthasdef, value,
               {name} AS name, pg_catalog.format_type(atttypid, atttypmod) AS type_name,
               pg_catalog.col_description(relation, attnum) AS comment, {grants} AS acl
          FROM register JOIN pg_attribute AS it ON attrelid = relation AND attnum > 0 AND NOT attisdropped
          LEFT JOIN moved ON table_name = relname::text AND {moves} = attname::text
         WHERE {is_shown}
      ), to_whom AS (
        SELECT number, relname, nspname, name, attname, privilege_type AS privilege,
               CASE WHEN grantee = 0::oid THEN 'PUBLIC'
                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END AS who,
               CASE WHEN pg_catalog.bool_or(is_grantable) THEN ' WITH GRANT OPTION' ELSE '' END AS further
          FROM (SELECT number, relname, nspname, relowner, NULL AS name, NULL::name AS attname, relacl AS acl
                  FROM register
                 UNION ALL SELECT number, relname, nspname, relowner, name, attname, acl FROM shown) AS granted,
               aclexplode(acl)
         WHERE grantee <> relowner AND privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
         GROUP BY number, relname, nspname, name, attname, privilege_type, grantee
      ), owned AS (  -- By whom the tables are owned, where the role may say so.
        SELECT number, relname, pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(relowner)) AS who FROM register
         WHERE relowner = (SELECT relowner FROM register ORDER BY number LIMIT 1)
           AND relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
           AND pg_catalog.pg_has_role(relowner, 'MEMBER')
           AND pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
      )
      SELECT 1 AS step, number, pg_catalog.format(
               'CREATE VIEW {schema}.%1$I WITH (security_invoker = %2$s) AS SELECT %3$s FROM %4$I.%1$I',
               relname, invoker,
               pg_catalog.string_agg(pg_catalog.format('%I AS %I', attname, name), ', ' ORDER BY attnum),
               nspname) AS statement
        FROM shown GROUP BY number, relname, nspname, invoker
      UNION ALL
      SELECT 2, number, pg_catalog.format('ALTER VIEW {schema}.%I ALTER COLUMN %I SET DEFAULT %s', relname, name,
                                          pg_catalog.format(value, type_name))
        FROM shown WHERE {has_value}
      UNION ALL
      SELECT 3, number, pg_catalog.format('COMMENT ON VIEW {schema}.%I IS %L', relname, comment)
        FROM register, pg_catalog.obj_description(relation, 'pg_class') AS comment WHERE comment IS NOT NULL
      UNION ALL
      SELECT 3, number, pg_catalog.format('COMMENT ON COLUMN {schema}.%I.%I IS %L', relname, name, comment)
        FROM shown WHERE comment IS NOT NULL
      UNION ALL
      SELECT DISTINCT 4, 0, pg_catalog.format('ALTER SCHEMA {schema} OWNER TO %s', who) FROM owned
      UNION ALL
      SELECT 5, number, pg_catalog.format('ALTER VIEW {schema}.%I OWNER TO %s', relname, who) FROM owned
      UNION ALL
      SELECT DISTINCT 6, 0, pg_catalog.format('GRANT USAGE ON SCHEMA {schema} TO %s', who) FROM to_whom
      UNION ALL
      SELECT 7, number, pg_catalog.format('GRANT %s%s ON {schema}.%I TO %s%s', privilege,
               CASE WHEN name IS NULL THEN '' ELSE pg_catalog.format(' (%I)', name) END, relname, who, further)
        FROM to_whom
      UNION ALL  -- The column that comes has them from its name only at the switch.
      SELECT 8, number, pg_catalog.format('GRANT %s (%I) ON %I.%I TO %s%s', privilege, attname, nspname, relname, who,
                                          further)
        FROM to_whom WHERE name <> attname::text
       ORDER BY step, number, statement"""

CREATE = """\
DO $epic10$
DECLARE
  made record;
BEGIN
  IF {ours} AND to_regclass({first}) IS NULL THEN
    FOR made IN
{statements}
    LOOP
      EXECUTE made.statement;
    END LOOP;
  END IF;
END
$epic10$"""

# While theirs have no claim, all is theirs.
OF_THE_OLD_ONE = """\
NOT EXISTS (SELECT FROM epic10_created_object
                            WHERE kind = 'column' AND name = pg_catalog.concat(relname, '.', attname))"""
OF_THE_NEW_ONE = """\
NOT EXISTS (SELECT FROM moved AS goes JOIN pg_attribute AS comes
                               ON comes.attrelid = relation AND comes.attname::text = goes.new
                              AND NOT comes.attisdropped
                            WHERE goes.table_name = relname::text AND goes.old = it.attname::text)"""
GRANTS_OF_THE_NAME = """\
coalesce(attacl, (SELECT goes.attacl FROM pg_attribute AS goes
                                  WHERE goes.attrelid = relation AND goes.attname::text = moved.old))"""

# A column that is not named in an INSERT gets the view's default, or else the table's. That of the table may be
# what tells a NULL that was written from one that nobody wrote; a plain NULL would not be kept as a default.
NULL_AS_BEFORE = "(CASE WHEN false THEN '' END)::%s"


# Whatever would keep the views and the schema from being dropped.
IN_THE_WAY = """\
WITH schema AS (
  SELECT oid, nspname FROM pg_namespace JOIN epic10_created_object ON kind = 'schema' AND name = nspname::text
), view AS (
  SELECT c.oid FROM pg_class c JOIN schema ON relnamespace = schema.oid WHERE relkind = 'v' AND relname = ANY ({tables})
)
SELECT DISTINCT pg_catalog.pg_describe_object('pg_class'::regclass, ev_class, 0)
  FROM pg_depend JOIN pg_rewrite r ON r.oid = objid AND classid = 'pg_rewrite'::regclass::oid
 WHERE refclassid = 'pg_class'::regclass::oid AND refobjid IN (SELECT oid FROM view)
   AND ev_class NOT IN (SELECT oid FROM view)
UNION
SELECT pg_catalog.pg_describe_object('pg_class'::regclass, c.oid, 0)
  FROM pg_class c JOIN schema ON relnamespace = schema.oid
 WHERE relkind NOT IN ('i', 'I', 't', 'c') AND c.oid NOT IN (SELECT oid FROM view)
UNION
SELECT pg_catalog.pg_describe_object('pg_proc'::regclass, p.oid, 0)
  FROM pg_proc p JOIN schema ON pronamespace = schema.oid
 WHERE NOT EXISTS (SELECT FROM pg_type t
                    WHERE typnamespace = schema.oid AND t.oid IN (prorettype, proargtypes[pronargs - 1]))
ORDER BY 1"""


class AddViews(ReleaseOperation, RunSQL):
    """
    A view of each table in the schema, as one of the two applications knows it.

    ``moved`` are the tables and rules of columns that change places at the switch.
    For the old application (``is_new`` false) before the release has added anything;
    for the new one when all of its columns are there and filled. Either view goes on
    showing the same columns after the switch and after its way back.
    """

    def __init__(self, schema: str, tables: list[str], moved: list[tuple[str, Beside]], *, is_new: bool):
        self.schema, self.tables, self.moved, self.is_new = schema, list(tables), list(moved), is_new
        self.views = [InSchema(schema, table) for table in tables]
        drop = f"DROP VIEW IF EXISTS {', '.join(map(quoted, self.views))}"
        super().__init__(
            sql=[before_the_locks(self._create())],
            reverse_sql=[before_the_locks(block_if(is_ours("schema", schema), drop))],
        )

    def describe(self):
        return f"Add the views of {self.schema}"

    def signs(self, app_label, state):
        yield relation_exists(self.views[0])

    def _create(self):
        return CREATE.format(
            ours=is_ours("schema", self.schema),
            first=literal(quoted(self.views[0])),
            statements=self._statements(),
        )

    def _statements(self):
        of = {
            "is_shown": OF_THE_NEW_ONE if self.is_new else OF_THE_OLD_ONE,
            "name": "coalesce(moved.old, attname::text)" if self.is_new else "attname::text",
            "moves": "new" if self.is_new else "old",
            "grants": GRANTS_OF_THE_NAME if self.is_new else "attacl",
            "has_value": "value IS NOT NULL" if self.is_new else "value IS NOT NULL AND NOT atthasdef",
        }
        moved = ",\n        ".join(f"({', '.join(map(literal, row))}::text)" for row in self._moved())
        return STATEMENTS.format(
            tables=array(self.tables), moved=moved, schema=inside_format(quoted(self.schema)), **of
        )

    def _moved(self):
        for table, rule in self.moved:
            yield table, rule.column, rule.target, _default(rule) if self.is_new else _no_default(rule)


def in_the_way(connection, tables: list[str]) -> list[str]:
    """Objects of others in the schemas, or on their views, in PostgreSQL's words."""
    return [name for [name] in fetch(connection, IN_THE_WAY.format(tables=array(tables)))]


def _default(rule: Beside) -> str | None:
    if isinstance(rule, Shadow):
        return rule.default and literal(rule.default).replace("%", "%%") + "::%s"
    return rule.default


def _no_default(rule: Beside) -> str | None:
    return NULL_AS_BEFORE if rule.legacy_default else None
