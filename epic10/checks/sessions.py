"""Sessions that are in the way of a migration at this moment."""

from collections.abc import Iterable

from epic10.checks import Fact, Find, violations
from epic10.postgres import locks
from epic10.postgres.catalog import table_oids
from epic10.terminal.units import seconds

# A busy application holds locks all the time, but none of them for long.
LONG_FOR_A_LOCK = 5  # seconds
LONG_FOR_A_TRANSACTION = 60
# A vacuum to prevent wraparound does not give way, and one is about to begin at this share of the maximum age.
SOON = 0.95

PREPARED = """
    SELECT pg_catalog.format('%s by %s in database "%s", prepared %s ago', quote_literal(gid), owner, database,
                  pg_catalog.date_trunc('second', now() - prepared))
      FROM pg_prepared_xacts WHERE (database = current_database()) = {here} ORDER BY prepared"""

# CREATE INDEX CONCURRENTLY waits for every older snapshot in its database, except that of
# a lazy vacuum. (https://www.postgresql.org/docs/current/sql-createindex.html)
SNAPSHOTS = """
    SELECT a.pid, a.usename, a.application_name, a.state, extract(epoch FROM now() - a.xact_start)
      FROM pg_stat_activity a
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
       AND backend_type = 'client backend' AND application_name <> 'pg_dump'
       AND xact_start < now() - pg_catalog.make_interval(secs => %s)
       AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
     ORDER BY xact_start"""

# What else retains dead row versions: transactions without a snapshot, those of other
# databases, standbys with hot_standby_feedback, slots.
HORIZON = """
    SELECT pg_catalog.format('pid %%s, %%s in database "%%s", in its transaction for %%s', pid, coalesce(usename,
        backend_type),
                  coalesce(datname, '(none)'), pg_catalog.date_trunc('second', now() - xact_start))
      FROM pg_stat_activity
     WHERE pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
       AND NOT (datname IS NOT DISTINCT FROM current_database() AND backend_xmin IS NOT NULL)
       AND xact_start < now() - pg_catalog.make_interval(secs => %s)
    UNION ALL
    SELECT pg_catalog.format('standby %%s (pid %%s) holds back %%s transactions', application_name, pid,
        pg_catalog.age(backend_xmin))
      FROM pg_stat_replication WHERE backend_xmin IS NOT NULL AND pg_catalog.age(backend_xmin) > 1000
    UNION ALL
    SELECT pg_catalog.format('replication slot %%s holds back %%s transactions', slot_name,
                  greatest(pg_catalog.age(xmin), pg_catalog.age(catalog_xmin)))
      FROM pg_replication_slots WHERE greatest(pg_catalog.age(xmin), pg_catalog.age(catalog_xmin)) > 1000"""

DUMPS = """
    SELECT pg_catalog.format('pid %s, user %s, for %s', pid, usename, pg_catalog.date_trunc('second', now() -
        backend_start))
      FROM pg_stat_activity WHERE datname = current_database() AND application_name IN ('pg_dump', 'pg_dumpall')"""

WRAPAROUND = """
    SELECT pg_catalog.format('pid %s: %s', a.pid, l.relation::regclass)
      FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'relation'
       AND l.mode = 'ShareUpdateExclusiveLock' AND l.relation = ANY ({oids})
     WHERE a.backend_type = 'autovacuum worker' AND a.query LIKE '%(to prevent wraparound)'"""

AGE = """
    SELECT pg_catalog.format('%s is %s transactions old; the vacuum begins at %s', relname,
        pg_catalog.age(relfrozenxid), allowed)
      FROM (SELECT *, least(pg_catalog.current_setting('autovacuum_freeze_max_age')::bigint,
                    (SELECT option_value::bigint FROM pg_options_to_table(reloptions)
                      WHERE option_name = 'autovacuum_freeze_max_age')) AS allowed
              FROM pg_class WHERE oid = ANY ({oids})) AS tables
     WHERE pg_catalog.age(relfrozenxid)::float8 > {soon}::float8 * allowed::float8"""


def nobody_holds(tables: Iterable[str]) -> Find:
    """No session has held a lock on the tables for long; an autovacuum worker gives way by itself."""

    def find(db):
        for blocker in locks.blockers(db.connection, list(tables)):
            if blocker.seconds >= LONG_FOR_A_LOCK and blocker.user != "autovacuum worker":
                yield str(blocker)

    return find


def no_old_snapshot() -> Find:
    def find(db):
        for pid, user, application, state, age in db.rows(SNAPSHOTS, [LONG_FOR_A_TRANSACTION]):
            name = f" ({application})" if application else ""
            yield f"pid {pid}, {user}{name}, {state}, in its transaction for {seconds(age)}"

    return find


def nothing_keeps_old_rows() -> Find:
    def find(db):
        return [line for [line] in db.rows(HORIZON, [LONG_FOR_A_TRANSACTION])]

    return find


def nothing_prepared(*, here: bool) -> Find:
    """No transaction is prepared, in this database or in the others."""
    return violations(PREPARED.format(here=str(here).lower()))


def no_dump() -> Find:
    return violations(DUMPS)


def no_wraparound_vacuum(tables: Iterable[str]) -> Find:
    return violations(WRAPAROUND.format(oids=table_oids(tables)))


def no_wraparound_soon(tables: Iterable[str]) -> Find:
    return violations(AGE.format(oids=table_oids(tables), soon=SOON))


def others_visible() -> Find:
    """The role can see what other sessions do; otherwise the checks of this module see little."""

    def find(db):
        [[role, sees_all]] = db.rows("SELECT current_user, pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')")
        if not sees_all:
            yield f"{role} sees its own sessions only; nothing is known of the others"
        else:
            yield Fact(f"{role} sees every session")

    return find
