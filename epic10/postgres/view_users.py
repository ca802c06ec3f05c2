"""Sessions at work on the register: through which schema of views, past both, or nobody saw where."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from epic10.postgres import view_schemas
from epic10.postgres.catalog import array, literal
from epic10.postgres.migration_lock import KEY, WORKER
from epic10.postgres.own_name import PATTERN
from epic10.postgres.session import fetch

# Long enough for whoever works a few times a second, and for a look at the status.
SECONDS, BRIEFLY = 3.0, 1.0
# How long to go on for one that is at work on little at a time, and was not seen with a lock so far.
PATIENCE = 30.0
# A statement takes less than a statement_timeout that anybody has, and Ctrl-C ends between two of them.
SLICE = 0.25
MOST_NAMED = 5

# A dashboard holds it, shared, while it reads: its session is otherwise one of the application.
ONLOOKER = 0x45504946
BY_THE_DASHBOARD = f"SELECT pg_catalog.pg_advisory_xact_lock_shared({ONLOOKER}, 10)"

# Nobody can see the search_path of another session. But whoever uses a view has a lock on it as well as on its
# table, until the end of the transaction. The check of a foreign key locks a table alone, so a session that has any
# view of a schema is at work through that. pg_locks is read once for all of it: between two readings a session
# may have gone on to its next transaction.
AT_WORK = """
WITH held AS MATERIALIZED (
  SELECT pid, locktype, classid, relation FROM pg_locks
   WHERE granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
SELECT a.pid, a.usename::text, a.application_name, coalesce((
         SELECT nspname::text FROM held v JOIN pg_class c ON c.oid = v.relation AND relkind = 'v'
           JOIN pg_namespace n ON n.oid = relnamespace
          WHERE v.pid = a.pid AND v.locktype = 'relation' AND nspname::text = ANY ({schemas})
          ORDER BY nspname LIMIT 1), '')
  FROM pg_stat_activity a
 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
   AND coalesce(a.backend_type, 'client backend') = 'client backend'
   AND EXISTS (SELECT FROM held l WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.relation = ANY (
                    SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest({tables}) AS name))
   AND NOT EXISTS (SELECT FROM held m WHERE m.pid = a.pid AND m.locktype = 'advisory'
                      AND m.classid IN ({key}::oid, {onlooker}::oid))
   AND coalesce(a.application_name, '') !~ {names}
 ORDER BY a.pid"""

# One statement looks at the locks a few hundred times a second, and asks who it was when somebody is new.
# pg_stat_activity stays as it is in a transaction until it is told otherwise. Workers of the server, such as those
# of autovacuum and of a parallel query, are known as no sessions of anybody's.
LOOK = """
DO $epic10$
DECLARE
  finish pg_catalog.timestamptz := pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => {seconds});
  home pg_catalog.oid := (SELECT oid FROM pg_database WHERE datname = current_database());
  register pg_catalog.oid[] := ARRAY(
    SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest({tables}) AS name);
  schemas pg_catalog.jsonb := coalesce((
    SELECT pg_catalog.jsonb_object_agg(c.oid::text, nspname::text) FROM pg_class c
      JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'v' AND nspname::text = ANY ({schemas})), '{{}}');
  views pg_catalog.oid[] := ARRAY(SELECT one::oid FROM pg_catalog.jsonb_object_keys(schemas) AS one);
  places pg_catalog.text[] := '{{}}';
  fresh pg_catalog.text[];
  sessions pg_catalog.jsonb := '{{}}';
  looks int := 0;
  is_last bool;
BEGIN
  LOOP
    is_last := pg_catalog.clock_timestamp() >= finish;
    fresh := ARRAY(
      WITH held AS MATERIALIZED (
        SELECT pid, relation, CASE WHEN mode = ANY ({writing}) THEN ' writes' ELSE '' END AS how FROM pg_locks
         WHERE database = home AND pid <> pg_backend_pid()
           AND (locktype = 'relation' AND (relation = ANY (register) OR relation = ANY (views))
               AND mode <> 'ShareUpdateExclusiveLock'  -- A vacuum's, whose worker may be gone when it is asked for.
             OR locktype = 'advisory' AND classid IN ({key}::oid, {onlooker}::oid)))
      SELECT place FROM (
        SELECT DISTINCT pid::text || ' ' || coalesce(relation::text || how, 'ours') AS place FROM held
         WHERE relation IS NULL OR pid NOT IN (SELECT pid FROM held WHERE relation IS NULL)) AS found
       WHERE place <> ALL (places));
    places := pg_catalog.array_cat(places, fresh);
    IF is_last OR looks % 25 = 0 OR pg_catalog.cardinality(fresh) > 0 THEN
      PERFORM pg_catalog.pg_stat_clear_snapshot();
      sessions := sessions || coalesce((
        SELECT pg_catalog.jsonb_object_agg(a.pid::text, pg_catalog.jsonb_build_array(
                 a.usename::text, a.application_name,
                 CASE WHEN a.state IS NULL OR a.state = 'disabled' THEN NULL
                      ELSE a.state = 'active' OR a.state_change >= {began} OR a.backend_start >= {began} END,
                 a.application_name ~ {names} OR coalesce(a.backend_type, 'client backend') <> 'client backend'
                   OR EXISTS (SELECT FROM pg_locks w WHERE w.locktype = 'advisory' AND w.classid = {worker}::oid
                                 AND w.objid = a.pid::oid)))
          FROM pg_stat_activity a
         WHERE a.datid = home AND a.pid <> pg_backend_pid()), '{{}}');
    END IF;
    looks := looks + 1;
    EXIT WHEN is_last;
    PERFORM pg_catalog.pg_sleep(0.003);
  END LOOP;
  PERFORM pg_catalog.set_config('epic10.look', pg_catalog.jsonb_build_object(
    'places', places, 'schemas', schemas, 'sessions', sessions, 'looks', looks)::text, true);
END $epic10$"""
FOUND = "SELECT pg_catalog.current_setting('epic10.look')"
OURS, TABLE = "ours", ""
# What an INSERT, UPDATE or DELETE takes, and what is stronger; a vacuum's is weaker.
WRITING = ["RowExclusiveLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"]


@dataclass(frozen=True)
class Session:
    """``schema`` is empty for one that works on the tables themselves, or nobody knows where."""

    pid: int
    user: str
    application: str
    schema: str
    writes: bool = False

    def __str__(self):
        return f"pid {self.pid}, {self.user}{f' ({self.application})' if self.application else ''}"


@dataclass(frozen=True)
class Look:
    """
    The client sessions of this database, but for our own, after ``seconds`` of looking.

    ``found`` had a lock on the register. ``unplaced`` did something, and were never seen with such a lock; ``hidden``
    may not be looked into by this role; ``idle`` did nothing.
    """

    seconds: float
    looks: int
    found: list[Session] = field(default_factory=list)
    unplaced: list[Session] = field(default_factory=list)
    hidden: list[Session] = field(default_factory=list)
    idle: list[Session] = field(default_factory=list)

    @property
    def connected(self) -> int:
        return len(self.found) + len(self.unplaced) + len(self.hidden) + len(self.idle)


def query(tables: list[str]) -> str:
    """One look, as a query."""
    return AT_WORK.format(tables=array(tables), **_ours())


def look(connection, tables: list[str], *, seconds: float = SECONDS, patience: float = 0.0) -> Look:
    """
    Where everybody was in all of some hundred looks a second; who was seen in a view is there.

    As long as somebody is at work and nobody has seen where, it goes on, for ``patience`` seconds at most.
    """
    [[began]] = fetch(connection, "SELECT pg_catalog.clock_timestamp()::pg_catalog.text")
    places, sessions, writing, looks, took = {}, {}, set(), 0, 0.0
    seen = Look(0.0, 0)
    while not looks or took < seconds or (seen.unplaced and took < patience):
        one = _slice(connection, tables, began, min(max(seconds, patience) - took, SLICE))
        for place in one["places"]:
            pid, where, *how = place.split(" ")
            writing |= {pid} if how else set()
            places.setdefault(pid, set()).add(where if where == OURS else one["schemas"].get(where, TABLE))
        sessions |= one["sessions"]
        looks, took = looks + one["looks"], took + SLICE
        seen = _sorted(places, sessions, writing, Look(took, looks))
    return seen


def at_work(connection, tables: list[str], *, seconds: float = SECONDS) -> list[Session]:
    """Those of a look that were seen in a transaction on the tables."""
    return look(connection, tables, seconds=seconds).found


def _slice(connection, tables, began, seconds) -> dict:
    values = {"began": f"{literal(began)}::pg_catalog.timestamptz", "worker": literal(WORKER), "seconds": seconds}
    with connection.cursor() as cursor:
        # At once, which makes them one transaction: a pooler would give the answer to another session.
        cursor.execute(f"{LOOK.format(tables=array(tables), **_ours(), **values)};{FOUND}")
        cursor.nextset()
        return json.loads(cursor.fetchone()[0])


def _ours() -> dict[str, str]:
    return {
        "schemas": array(view_schemas.all_of_them()),
        "key": literal(KEY[0]),
        "onlooker": literal(ONLOOKER),
        "names": literal(PATTERN),
        "writing": array(WRITING),
    }


def _sorted(places, sessions, writing, seen: Look) -> Look:
    for pid in sorted(places.keys() | sessions.keys(), key=int):
        # Without a row of its own: it was gone before anybody could ask who it was.
        user, application, is_working, is_ours = sessions.get(pid) or ("gone since", "", True, False)
        where = places.get(pid, set())
        if is_ours or (where == {OURS}):
            continue
        schemas = sorted(where - {OURS, TABLE})
        kind = {None: seen.hidden, True: seen.unplaced, False: seen.idle}[is_working]
        target = seen.found if where - {OURS} else kind
        schema = schemas[0] if schemas else ""
        target.append(Session(int(pid), user or "", application or "", schema, writes=pid in writing))
    return seen


def past_both(found: list[Session]) -> list[Session]:
    return [session for session in found if not session.schema]


def named(found: list[Session]) -> str:
    more = [f"{len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    return "; ".join([*map(str, found[:MOST_NAMED]), *more])


def lines(seen: Look) -> Iterator[str]:
    """Who is where, a line for each place, and what nobody knows."""
    for schema in (view_schemas.old(), view_schemas.new()):
        inside = [session for session in seen.found if session.schema in view_schemas.of(schema)]
        yield f"At work through {schema}: {len(inside)}"
    yield _counted("At work on the tables themselves", past_both(seen.found))
    yield _counted("At work, and nobody saw where", seen.unplaced)
    if seen.hidden:
        yield _counted("Connected, and this role may not see whether they work", seen.hidden)
    roles = Counter(session.user for session in seen.idle)
    shown = ", ".join(f"{number} of {role}" for role, number in sorted(roles.items()))
    yield f"Idle, and nobody knows where they work: {len(seen.idle)}{f': {shown}' if shown else ''}"


def _counted(what, sessions) -> str:
    return f"{what}: {len(sessions)}{f': {named(sessions)}' if sessions else ''}"
