"""The check that as many connections are to be had as the work takes, beside those that are open."""

from epic10.postgres.session import fetch
from epic10.terminal.refusal import Refusal

from . import Find, violations

# The role is the one that logs in. A superuser is let in beyond any limit but the server's own.
TOO_FEW = """
    SELECT pg_catalog.format('%s: %s of %s are in use, and %s more are wanted', who, used, most, {wanted})
      FROM (
        SELECT 1 AS place, 'the role ' || pg_catalog.quote_ident(rolname) AS who, rolconnlimit AS most,
               (SELECT count(*) FROM pg_stat_activity WHERE usesysid = r.oid) AS used
          FROM pg_roles r WHERE rolname = session_user AND rolconnlimit >= 0 AND NOT rolsuper
         UNION ALL
        SELECT 2, 'the database ' || pg_catalog.quote_ident(datname), datconnlimit,
               (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid)
          FROM pg_database d WHERE datname = current_database() AND datconnlimit >= 0
           AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolsuper)
         UNION ALL
        SELECT 3, 'the server', pg_catalog.current_setting('max_connections')::int
               - CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = session_user AND rolsuper) THEN 0
                 ELSE pg_catalog.current_setting('superuser_reserved_connections')::int
                      + coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int END,
               (SELECT count(*) FROM pg_stat_activity WHERE usesysid IS NOT NULL)
      ) AS limits WHERE most - used < {wanted} ORDER BY place"""
HINT = "Fewer --workers, or ALTER ROLE, ALTER DATABASE ... CONNECTION LIMIT; of the server: max_connections."


def are_to_be_had(wanted: int) -> Find:
    return violations(TOO_FEW.format(wanted=wanted))


def insist_on(wanted: int, connection):
    """Raises Refusal."""
    found = [line for [line] in fetch(connection, TOO_FEW.format(wanted=wanted))]
    if found:
        said = f"There are too few connections for so many workers: {'; '.join(found)}."
        raise Refusal(f"{said}\nHINT: {HINT}\nNothing was changed.")
