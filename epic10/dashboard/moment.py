"""This moment on the server: the statement that migrates, how many wait, and how far the standbys are behind."""

from collections import Counter
from dataclasses import dataclass, field

from epic10.postgres import migration_lock, view_schemas, view_users
from epic10.postgres.catalog import literal
from epic10.postgres.session import fetch
from epic10.release import plan
from epic10.terminal.units import amount, seconds

SHOWN = 400  # characters of a statement

# On a standby there is no insert position, and nothing follows it.
SERVER = """
    SELECT (SELECT pg_catalog.count(DISTINCT pid) FROM pg_locks WHERE NOT granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())),
           CASE WHEN NOT pg_is_in_recovery() THEN
             (SELECT max(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), replay_lsn))::bigint
                FROM pg_stat_replication) END,
           query, CASE WHEN wait_event_type <> 'Client' THEN wait_event_type || ': '::text || wait_event END,
           coalesce(extract(epoch FROM clock_timestamp() - query_start)::float8, 0),
           ARRAY(SELECT at_work.schema FROM ({at_work}) AS at_work (pid, usename, application_name, schema))
      FROM (SELECT) AS server LEFT JOIN pg_stat_activity ON pid = {worker} AND state = 'active'"""


@dataclass(frozen=True)
class Moment:
    """
    ``lag`` is in bytes, None without a standby that this role may see; ``is_paused`` says that the work waits.

    ``places`` has the number of sessions in a transaction on the register, by the schema of views that they work
    through, "" for the tables themselves.
    """

    waiting: int
    lag: int | None
    is_paused: bool = False
    statement: str = ""
    event: str = ""
    seconds: float = 0.0
    places: dict[str, int] = field(default_factory=dict)

    @property
    def ran_for(self) -> str:
        return seconds(round(self.seconds, 1))

    @property
    def behind(self) -> str:
        return "" if self.lag is None else amount(self.lag)


def moment(connection) -> Moment:
    is_at_work = migration_lock.holder(connection) is not None
    found = migration_lock.standstill(connection) if is_at_work else None
    at_work = view_users.query(plan.load().tables())
    statement = SERVER.format(worker=literal(found and found.worker), at_work=at_work)
    [[waiting, lag, statement, event, lasts, schemas]] = fetch(connection, statement)
    text = " ".join((statement or "").split())
    shown = text[:SHOWN] + "…" * (len(text) > SHOWN)
    return Moment(waiting, lag, bool(found and found.reasons), shown, event or "", lasts, _places(schemas))


def _places(schemas: list[str]) -> dict[str, int]:
    counts = Counter(schemas)
    inside = {
        one: sum(counts[schema] for schema in view_schemas.of(one)) for one in (view_schemas.old(), view_schemas.new())
    }
    return inside | {"": counts[""]}
