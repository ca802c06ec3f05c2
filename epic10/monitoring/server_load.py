"""Load of the server: sessions, lock waits, dead rows, index bloat and free space."""

from collections.abc import Iterator

from epic10.checks import Database, disk
from epic10.checks.after import UNUSABLE_INDEXES
from epic10.checks.sessions import LONG_FOR_A_LOCK
from epic10.monitoring import processes
from epic10.monitoring.observation import Finding, Gauge, Unknown
from epic10.postgres.catalog import table_oids
from epic10.postgres.errors import NotVisible
from epic10.postgres.locks import Blocker
from epic10.release import plan
from epic10.terminal.units import amount, seconds

Observed = Iterator[Gauge | Finding | Unknown]

FULL = 0.9  # of max_connections
LONG_FOR_A_STATEMENT = 30  # seconds
MOSTLY_DEAD, MANY_DEAD = 0.5, 10_000
SHOWN = 3

SESSIONS = """
    SELECT count(*), count(*) FILTER (WHERE state = 'active'),
           count(*) FILTER (WHERE state LIKE 'idle in transaction%%'),
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
           pg_catalog.current_setting('max_connections')::int
      FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend'"""

# Since PostgreSQL 14 pg_locks says when a wait began.
BLOCKERS = """
    SELECT a.pid, coalesce(a.usename, a.backend_type), a.application_name, a.state,
           coalesce(extract(epoch FROM now() - a.xact_start), 0)::int,
           pg_catalog.string_agg(DISTINCT l.relation::regclass::text, ', '),
           pg_catalog.count(DISTINCT l.pid)
      FROM pg_locks l JOIN pg_stat_activity waiting ON waiting.pid = l.pid
      CROSS JOIN LATERAL pg_catalog.unnest(pg_blocking_pids(l.pid)) AS blocking (pid)
      JOIN pg_stat_activity a ON a.pid = blocking.pid
     WHERE NOT l.granted AND l.waitstart < now() - pg_catalog.make_interval(secs => %s)
         AND waiting.datname = current_database()
     GROUP BY 1, 2, 3, 4, 5 ORDER BY 5 DESC LIMIT %s"""

RUNNING = """
    SELECT pid, coalesce(usename, backend_type), application_name, extract(epoch FROM now() - query_start)
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND wait_event_type <> 'Lock'
       AND backend_type = 'client backend' AND application_name NOT IN ('pg_dump', 'pg_dumpall')
       AND query_start < now() - pg_catalog.make_interval(secs => %s) ORDER BY query_start LIMIT %s"""

TRANSACTIONS = """
    SELECT xact_commit, xact_rollback, deadlocks, pg_database_size(current_database())
      FROM pg_stat_database WHERE datname = current_database()"""

DEAD = """
    SELECT relname, n_live_tup, n_dead_tup FROM pg_stat_user_tables WHERE relid = ANY ({oids}) ORDER BY relname"""

UNUSED = """
    SELECT s.indexrelid::regclass::text, pg_catalog.pg_relation_size(s.indexrelid)
      FROM pg_stat_user_indexes s JOIN pg_index i USING (indexrelid)
     WHERE idx_scan = 0 AND NOT indisunique AND s.relid = ANY ({oids}) ORDER BY 2 DESC"""

EXTENSION = """
    SELECT pg_catalog.quote_ident(nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace
     WHERE extname = 'pg_stat_statements'"""
SLOWEST = """
    SELECT max(mean_exec_time) FROM {schema}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query ~* '^\\s*(select|with)'"""


def sessions(db: Database) -> Observed:
    [[total, active, idle, everywhere, most]] = db.rows(SESSIONS, [])
    yield Gauge("sessions", total)
    yield Gauge("sessions.active", active)
    yield Gauge("sessions.idle_in_transaction", idle)
    if everywhere > FULL * most:
        yield Finding("sessions.full", f"{everywhere} of {most} connections are taken")


def locks(db: Database) -> Observed:
    found = db.rows(BLOCKERS, [LONG_FOR_A_LOCK, SHOWN])
    yield Gauge("locks.waiting", sum(waiting for *_, waiting in found))
    if found:
        lines = [f"{Blocker(*blocker[:5], tables='')}, keeps {blocker[6]} waiting" for blocker in found]
        yield Finding("locks.waiting", f"somebody has waited for more than {LONG_FOR_A_LOCK} s: {'; '.join(lines)}")


def statements(db: Database) -> Observed:
    """The statements that run now, and the slowest mean time, if pg_stat_statements is installed."""
    if found := db.rows(RUNNING, [LONG_FOR_A_STATEMENT, SHOWN]):
        lines = [f"pid {pid}, {user} ({application}), for {seconds(age)}" for pid, user, application, age in found]
        yield Finding("statements.long", f"a statement has been running for long: {'; '.join(lines)}")
    schema = db.rows(EXTENSION)
    if not schema:
        yield Unknown("statements.slowest", "the extension pg_stat_statements is not in this database")
        return
    [[slowest]] = db.rows(SLOWEST.format(schema=schema[0][0]))
    yield Gauge("statements.slowest_milliseconds", slowest or 0)


def transactions(db: Database) -> Observed:
    [[committed, undone, deadlocks, size]] = db.rows(TRANSACTIONS)
    yield Gauge("transactions.committed", committed)
    yield Gauge("transactions.rolled_back", undone)
    yield Gauge("deadlocks", deadlocks)
    yield Gauge("database.bytes", size)


def rows(db: Database) -> Observed:
    for table, live, dead in db.rows(DEAD.format(oids=_tables())):
        yield Gauge(f"dead_rows.{table}", dead)
        if dead > MANY_DEAD and dead > MOSTLY_DEAD * (live + dead):
            yield Finding(f"bloat.{table}", f"{table} holds {dead:,} dead rows beside {live:,}: VACUUM {table};")


def indexes(db: Database) -> Observed:
    if invalid := [name for name, _ in db.rows(UNUSABLE_INDEXES.format(tables=_tables()))]:
        yield Finding("indexes.invalid", f"not usable: {', '.join(invalid)}; REINDEX INDEX CONCURRENTLY")
    sizes = [size for _, size in unused_indexes(db)]
    yield Gauge("indexes.unused", len(sizes))
    yield Gauge("indexes.unused_bytes", sum(sizes))


def unused_indexes(db: Database) -> list[tuple[str, int]]:
    """Name and size of indexes that no query has used since the statistics were reset, the largest first."""
    return db.rows(UNUSED.format(oids=_tables()))


def room(db: Database) -> Observed:
    try:
        free = disk.free_on(db)
    except NotVisible as reason:
        yield Unknown("disk.free", str(reason))
        return
    yield Gauge("disk.free_bytes", free)
    [[size]] = db.rows("SELECT pg_database_size(current_database())")
    if free < disk.SHARE_OF_THE_DATABASE * size:
        yield Finding("disk.full", f"{amount(free)} free, beside a database of {amount(size)}")


def machine(db: Database) -> Observed:
    """Processor seconds count from the server's start; the previous observation's value is subtracted later."""
    try:
        load = processes.load(db)
    except NotVisible as reason:
        yield Unknown("machine", str(reason))
        return
    yield Gauge("cpu.seconds", load.cpu_seconds)
    yield Gauge("memory.bytes", load.memory)
    yield Gauge("memory.available_share", load.available)
    if load.available < processes.LEAST_AVAILABLE:
        yield Finding("memory.short", f"{load.available:.0%} of the machine's memory is available")


WATCHERS = (sessions, locks, statements, transactions, rows, indexes, room, machine)


def _tables():
    return table_oids(plan.load().tables())
