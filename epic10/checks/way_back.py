"""Checks of the last resort: whether a snapshot can be taken and restored here."""

from epic10.postgres import client_programs
from epic10.postgres.catalog import relation_exists
from epic10.postgres.errors import first_line
from epic10.terminal.units import seconds

from . import Database, Fact, Find

NEWEST = """
    SELECT name, extract(epoch FROM now() - taken_at) FROM epic10_snapshot
     WHERE verified_at IS NOT NULL ORDER BY taken_at DESC LIMIT 1"""

# A snapshot contains the whole database, and pg_dump reads all of it or fails.
UNREADABLE = """
  WITH there AS (
    SELECT c.oid, c.oid::regclass AS name, relkind, pg_catalog.pg_get_userbyid(relowner) AS owner,
           pg_catalog.has_schema_privilege(relnamespace, 'USAGE')
           AND CASE relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT')
                            ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT') END AS readable
      FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'p', 'S', 'm') AND nspname <> 'information_schema'
         AND NOT pg_catalog.starts_with(nspname, 'pg_'))
  SELECT pg_catalog.format('%s of %s', pg_catalog.string_agg(name::text, ', '
      ORDER BY name::text), pg_catalog.quote_ident(owner)),
         pg_catalog.format('GRANT pg_read_all_data TO %I;', current_user)
    FROM there WHERE NOT readable GROUP BY owner
   UNION ALL
  SELECT pg_catalog.format('rows of %s, hidden by row security', pg_catalog.string_agg(name::text, ', '
      ORDER BY name::text)),
         pg_catalog.format('ALTER ROLE %I BYPASSRLS;', current_user)
    FROM there WHERE relkind IN ('r', 'p') AND readable AND row_security_active(oid) HAVING count(*) > 0
   ORDER BY 1"""

MAY_MAKE_DATABASES = """
  SELECT pg_catalog.format('%s has no CREATEDB: ALTER ROLE %s CREATEDB;', pg_catalog.quote_ident(rolname),
      pg_catalog.quote_ident(rolname))
    FROM pg_roles WHERE rolname = current_user AND NOT (rolcreatedb OR rolsuper)"""


def unreadable(db: Database) -> list[tuple[str, str]]:
    """What this role may not read in the database, and the statement that grants it."""
    return db.rows(UNREADABLE)


def everything_readable() -> Find:
    return lambda db: [f"{what}: {remedy}" for what, remedy in unreadable(db)]


def verified_snapshot(*, younger_than: float) -> Find:
    """The last verified snapshot is at most ``younger_than`` seconds old."""

    def find(db):
        # A database that Django has never migrated has no ledger.
        [[is_there]] = db.rows(f"SELECT {relation_exists('epic10_snapshot')}")
        newest = db.rows(NEWEST) if is_there else []
        if not newest:
            yield "there is none"
        for name, age in newest:
            line = f"{name} is {seconds(age)} old"
            yield line if age > younger_than else Fact(line)

    return find


def has_client(tool: str) -> Find:
    """This machine has the program in a version not older than the server's."""

    def find(db):
        try:
            client_programs.find(db.connection, tool)
        except client_programs.ToolMissing as missing:
            yield first_line(missing)

    return find
