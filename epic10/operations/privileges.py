"""Privileges that the role needs, so that the release does not stop half-way for lack of one.

Each operation names what it needs. One query finds everything that is missing, with
the statement that grants it. It runs before the ledger is created, so that a refusal
leaves nothing behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from epic10.checks import BEFORE, Check, violations
from epic10.postgres import view_schemas
from epic10.postgres.catalog import literal
from epic10.postgres.errors import NotAllowed, raised_as
from epic10.postgres.session import execute

OWNER, TRIGGERS, TYPE_OF = "owner", "triggers of column", "type of column"

# An object that is not there yet will belong to the role. row_security_active
# knows of superusers, owners, BYPASSRLS and FORCE ROW LEVEL SECURITY.
MISSING = """\
WITH wanted (kind, name, privilege) AS (VALUES
    {wanted}
), object AS (
  SELECT kind, name, privilege, c.oid, relowner AS owner, relnamespace AS namespace
    FROM wanted JOIN pg_class c ON c.oid = to_regclass(pg_catalog.quote_ident(name))::oid WHERE kind = 'table'
  UNION ALL
  SELECT kind, name, privilege, t.oid, typowner, typnamespace
    FROM wanted JOIN pg_type t ON t.oid = {of_the_type} WHERE kind = 'type'
  UNION ALL
  SELECT kind, name, privilege, p.oid, proowner, pronamespace
    FROM wanted JOIN pg_proc p ON p.oid = to_regprocedure(pg_catalog.quote_ident(name) || '()')::oid
        WHERE kind = 'function'
), somebody_elses AS (
  SELECT kind, name, owner FROM object WHERE privilege = 'owner' AND NOT pg_catalog.pg_has_role(owner, 'USAGE')
), denied AS (  -- and would be, even as a member of those owners
  SELECT name, pg_catalog.string_agg(privilege, ', ' ORDER BY privilege) AS privileges FROM object
   WHERE privilege <> 'owner' AND NOT pg_catalog.has_table_privilege(oid, privilege)
     AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_table_privilege(s.owner, object.oid, privilege))
   GROUP BY name
), out_of_sight AS (
  SELECT name, nspname, pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usable
    FROM wanted JOIN pg_class ON relname = name AND relkind IN ('r', 'p') JOIN pg_namespace n ON n.oid = relnamespace
   WHERE kind = 'table' AND privilege = 'owner' AND NOT pg_catalog.starts_with(nspname, 'pg_')
       AND to_regclass(pg_catalog.quote_ident(name)) IS NULL
), called AS (  -- by triggers UPDATE OF a column that changes places: they are made anew
  SELECT DISTINCT tgfoid AS oid, pronamespace, tgname
    FROM wanted JOIN pg_trigger ON tgrelid = to_regclass(pg_catalog.quote_ident(name))::oid AND NOT tgisinternal
    JOIN pg_attribute ON attrelid = tgrelid AND attnum = ANY (tgattr) AND attname::text = privilege
    JOIN pg_proc p ON p.oid = tgfoid
   WHERE kind = 'triggers of column'
)
SELECT pg_catalog.format('%s %s: owner %s', kind, pg_catalog.string_agg(pg_catalog.quote_ident(name), ', '
    ORDER BY name), owner::regrole) AS finding,
       CASE WHEN pg_catalog.pg_has_role(owner, 'MEMBER')
           THEN pg_catalog.format('ALTER ROLE %I SET role = %s;', current_user, owner::regrole)
            ELSE pg_catalog.format('GRANT %s TO %I;', owner::regrole, current_user) END AS remedy
  FROM somebody_elses GROUP BY kind, owner
UNION
SELECT pg_catalog.format('no %s on %s', privileges, pg_catalog.string_agg(pg_catalog.quote_ident(name), ', '
    ORDER BY name)),
       pg_catalog.format('GRANT %s ON %s TO %I;', privileges,
           pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), current_user)
  FROM denied GROUP BY privileges
UNION
SELECT pg_catalog.format('no EXECUTE on function %s of trigger %s', oid::regprocedure,
           pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)),
       pg_catalog.format('GRANT EXECUTE ON FUNCTION %s TO %I;', oid::regprocedure, current_user)
  FROM called WHERE NOT pg_catalog.has_function_privilege(oid, 'EXECUTE')
   AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_function_privilege(s.owner, called.oid, 'EXECUTE'))
 GROUP BY oid
UNION
SELECT pg_catalog.format('no USAGE on schema %s, of the function of trigger %s', pronamespace::regnamespace,
           pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)),
       pg_catalog.format('GRANT USAGE ON SCHEMA %s TO %I;', pronamespace::regnamespace, current_user)
  FROM called WHERE NOT pg_catalog.has_schema_privilege(pronamespace, 'USAGE')
   AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_schema_privilege(s.owner, pronamespace, 'USAGE'))
 GROUP BY pronamespace
UNION
SELECT pg_catalog.format('rows of %s hidden by row security', pg_catalog.string_agg(DISTINCT
    pg_catalog.quote_ident(name), ', ')),
       pg_catalog.format('ALTER ROLE %I BYPASSRLS;', current_user)
  FROM object WHERE kind = 'table' AND row_security_active(oid) HAVING count(*) > 0
UNION
SELECT pg_catalog.format('no CREATE in schema %I', current_schema()),
       pg_catalog.format('GRANT CREATE ON SCHEMA %I TO %I;', current_schema(), current_user)
 WHERE NOT pg_catalog.has_schema_privilege(current_schema(), 'CREATE')
   AND NOT EXISTS (SELECT FROM somebody_elses WHERE pg_catalog.has_schema_privilege(owner, current_schema(), 'CREATE'))
UNION
SELECT pg_catalog.format('no CREATE in schema %s of type %s', namespace::regnamespace,
           pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name)),
       pg_catalog.format('GRANT CREATE ON SCHEMA %s TO %I;', namespace::regnamespace, current_user)
  FROM object WHERE kind = 'type' AND privilege = 'owner'
   AND namespace <> (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
   AND NOT pg_catalog.has_schema_privilege(namespace, 'CREATE')
   AND NOT EXISTS (SELECT FROM somebody_elses s WHERE pg_catalog.has_schema_privilege(s.owner, namespace, 'CREATE'))
 GROUP BY namespace
UNION
SELECT pg_catalog.format('no CREATE on database %I, for schema %s', pg_catalog.current_database(),
           pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name)),
       pg_catalog.format('GRANT CREATE ON DATABASE %I TO %I;', pg_catalog.current_database(), current_user)
  FROM wanted WHERE kind = 'schema' AND to_regnamespace(pg_catalog.quote_ident(name)) IS NULL
   AND NOT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
   AND NOT EXISTS (SELECT FROM somebody_elses s
                    WHERE pg_catalog.has_database_privilege(s.owner, pg_catalog.current_database(), 'CREATE'))
HAVING count(*) > 0
UNION
SELECT pg_catalog.format('type %I of %s in schema %s, where search_path does not find it', typname,
           pg_catalog.string_agg(pg_catalog.format('%s.%I', name, privilege), ', ' ORDER BY name, privilege),
           typnamespace::regnamespace),
       CASE WHEN to_regtype(pg_catalog.quote_ident(typname)) IS NULL
           THEN pg_catalog.format('ALTER ROLE %I SET search_path = %s, %s;', current_user,
                    pg_catalog.current_setting('search_path'), typnamespace::regnamespace)
           ELSE pg_catalog.format('ALTER TYPE %I RENAME TO %I;', typname, typname::text || '_before_epic10') END
  FROM wanted JOIN pg_attribute ON attrelid = to_regclass(pg_catalog.quote_ident(name))::oid
   AND attname::text = privilege
  JOIN pg_type t ON t.oid = atttypid AND typtype = 'e'
 WHERE kind = 'type of column' AND NOT pg_catalog.pg_type_is_visible(t.oid) GROUP BY typname, typnamespace
UNION
SELECT pg_catalog.format('table %s in schema %I, while search_path puts new objects into %I',
              pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), nspname, current_schema()),
       pg_catalog.format('ALTER ROLE %I SET search_path = %I;', current_user, nspname)
  FROM object JOIN pg_namespace n ON n.oid = namespace AND nspname <> current_schema()
 WHERE kind = 'table' AND privilege = 'owner' GROUP BY nspname
UNION
SELECT pg_catalog.format(CASE WHEN usable THEN 'table %s in schema %I, which is not in search_path'
                   ELSE 'table %s in schema %I, with no USAGE on it' END,
              pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), nspname),
       pg_catalog.format(CASE WHEN usable THEN 'ALTER ROLE %2$I SET search_path = %1$I;'
                   ELSE 'GRANT USAGE, CREATE ON SCHEMA %1$I TO %2$I;' END, nspname, current_user)
  FROM out_of_sight GROUP BY nspname, usable
 ORDER BY finding"""

INSIST = """\
DO $epic10$
DECLARE
  findings text;
  remedies text;
BEGIN
  SELECT pg_catalog.string_agg(finding, '; '), pg_catalog.string_agg(DISTINCT remedy, ' ')
      INTO findings, remedies FROM (
{missing}
  ) AS missing;
  IF findings IS NOT NULL THEN
    RAISE EXCEPTION 'The role % may not do what the release does. What stands in its way: %.',
      pg_catalog.concat('"', pg_catalog.replace(current_user, '"', '""'), '"'), findings USING HINT = remedies;
  END IF;
END
$epic10$"""


@dataclass(frozen=True)
class Need:
    """
    A privilege on a table, type or function, by its plain name; it counts where the object is there.

    A schema is to be made, unless it is there.
    The kind ``TRIGGERS`` is what it takes to make the triggers UPDATE OF a column of a table anew; ``TYPE_OF`` is
    sight of its enum type, by its name alone. The name is that of the table, and the privilege the column.
    """

    kind: str
    name: str
    privilege: str = OWNER


def table(name: str, *privileges: str) -> list[Need]:
    return [Need("table", name, privilege) for privilege in privileges or (OWNER,)]


def triggers(table: str, columns: Iterable[str]) -> list[Need]:
    return [Need(TRIGGERS, table, column) for column in columns]


def require(connection, needs: Iterable[Need]):
    with raised_as(NotAllowed):
        execute(connection, insist(needs))


def insist(needs: Iterable[Need]) -> str:
    """A block that raises an exception with the missing privileges and the GRANTs for them; SQLSTATE P0001."""
    return INSIST.format(missing=missing(needs))


def check(needs: Iterable[Need]) -> Check:
    return Check(
        "role.privileges",
        "the role may do what the release does",
        violations(f"SELECT finding || ': ' || remedy FROM (\n{missing(needs)}\n) AS missing"),
        when=BEFORE,
        hint="Is this the application's role? Then connect as the migrator; it should have none of these. Otherwise "
        "have the owner of these objects, or a superuser, run the statements above.",
    )


def missing(needs: Iterable[Need]) -> str:
    rows = (f"({literal(need.kind)}, {literal(need.name)}, {literal(need.privilege)})" for need in dict.fromkeys(needs))
    return MISSING.format(wanted=",\n    ".join(rows), of_the_type=view_schemas.named_type("name"))
