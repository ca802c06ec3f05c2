"""Checks of what surrounds the tables of the release: schemas, indexes, triggers, and what depends on a column."""

from collections.abc import Iterable

from epic10.postgres.catalog import literal, table_oids
from epic10.postgres.dependents import BY_NAME, dependents

from . import Fact, Find, violations

# The same columns, operators, order, expression and condition: one of the two is only maintained, never used.
DUPLICATES = """
    SELECT pg_catalog.format('%s duplicates %s, on %s', b.indexrelid::regclass, a.indexrelid::regclass,
        a.indrelid::regclass)
      FROM pg_index a JOIN pg_index b ON a.indrelid = b.indrelid AND a.indexrelid < b.indexrelid
       AND (a.indkey::text, a.indclass::text, a.indcollation::text, a.indoption::text, a.indnkeyatts)
         = (b.indkey::text, b.indclass::text, b.indcollation::text, b.indoption::text, b.indnkeyatts)
       AND pg_get_expr(a.indexprs, a.indrelid) IS NOT DISTINCT FROM pg_get_expr(b.indexprs, b.indrelid)
       AND pg_get_expr(a.indpred, a.indrelid) IS NOT DISTINCT FROM pg_get_expr(b.indpred, b.indrelid)
     WHERE a.indrelid = ANY ({oids})
     ORDER BY 1"""

# Those that fire on an UPDATE of columns that do not exist yet, which a trigger OF other columns does not.
TRIGGERS = """
    SELECT pg_catalog.format('trigger %s on %s runs %s for every row that is changed', tgname,
        tgrelid::regclass, tgfoid::regproc)
      FROM pg_trigger
     WHERE tgrelid = ANY ({oids}) AND NOT tgisinternal AND tgenabled IN ('O', 'A')
       AND (tgtype::int & 16) <> 0 AND pg_catalog.cardinality(tgattr::int[]) = 0
       AND tgname::text !~ {ours}
    UNION ALL
    SELECT pg_catalog.format('event trigger %s runs %s at every %s', evtname, evtfoid::regproc, evtevent)
      FROM pg_event_trigger WHERE evtenabled IN ('O', 'A')
    ORDER BY 1"""

# Up to PostgreSQL 14 everybody could create in public, and an upgrade keeps that privilege.
# (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATTERNS)
OPEN_SCHEMAS = """
    SELECT pg_catalog.format('%s may create in the schema %I, which is on the search_path',
                             CASE WHEN grantee = 0::oid THEN 'everybody' ELSE rolname::text END, nspname),
           pg_catalog.format('REVOKE CREATE ON SCHEMA %I FROM %s;', nspname,
                             CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(rolname) END)
      FROM pg_catalog.pg_namespace
      CROSS JOIN pg_catalog.aclexplode(coalesce(nspacl, pg_catalog.acldefault('n', nspowner))) AS granted
      LEFT JOIN pg_catalog.pg_roles r ON r.oid = grantee
     WHERE nspname OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(false))
       AND privilege_type = 'CREATE' AND grantee <> nspowner
       AND rolname IS DISTINCT FROM current_user AND rolsuper IS NOT TRUE
     ORDER BY 1"""


CREATORS = """
    SELECT pg_catalog.format('%s may create a schema in the database %I',
                             CASE WHEN grantee = 0::oid THEN 'everybody' ELSE rolname::text END, datname),
           pg_catalog.format('REVOKE CREATE ON DATABASE %I FROM %s;', datname,
                             CASE WHEN grantee = 0::oid THEN 'PUBLIC' ELSE pg_catalog.quote_ident(rolname) END)
      FROM pg_catalog.pg_database
      CROSS JOIN pg_catalog.aclexplode(coalesce(datacl, pg_catalog.acldefault('d', datdba)))
      LEFT JOIN pg_catalog.pg_roles r ON r.oid = grantee
     WHERE datname = pg_catalog.current_database() AND privilege_type = 'CREATE' AND grantee <> datdba
       AND rolname IS DISTINCT FROM current_user AND rolsuper IS NOT TRUE
     ORDER BY 1"""


def nobody_else_creates() -> Find:
    """An object that somebody creates there may be used instead of PostgreSQL's own, by all sessions."""
    return violations(OPEN_SCHEMAS, "{}: {}")


def nobody_else_creates_schemas() -> Find:
    return violations(CREATORS, "{}: {}")


def no_duplicate_index(tables: Iterable[str]) -> Find:
    return violations(DUPLICATES.format(oids=table_oids(tables)))


def no_trigger_fires(tables: Iterable[str], *, but: str) -> Find:
    """No foreign trigger fires for the rows of a backfill; ``but`` is a pattern for the release's own triggers."""
    return violations(TRIGGERS.format(oids=table_oids(tables), ours=literal(but)))


def nothing_depends(used: dict[str, list[str]], *, indexes: list[str], followed: dict[str, str]) -> Find:
    """
    A find function for the columns ``used`` of each table.

    ``followed`` has for each table a query for its indexes: which get a successor, and why the others do not.
    """

    def find(db):
        for table, columns in used.items():
            hindrances = {name: hindrance for name, _, _, hindrance, _ in db.rows(followed[table])}
            for found in dependents(db.connection, table, columns, indexes=indexes):
                yield _finding(table, found, hindrances)

    return find


def _finding(table, found, hindrances):
    kind, name, column = found
    uses = f"{kind} {name} uses {table}.{column}"
    if kind == BY_NAME:
        return f"{uses}: after the switch it meets the new labels in {column}, and the old ones in {column}_legacy"
    stays = f"after the switch it goes on with {table}.{column}_legacy"
    if kind != "index":
        return f"{uses}: {stays}"
    if hindrance := hindrances.get(name):
        return f"{uses}: {stays}, and has no successor, because {hindrance}"
    return Fact(f"{uses}: a successor on the new column takes its name at the switch")
