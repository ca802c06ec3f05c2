"""Sessions at work on the register: through which schema of views, or past both."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from epic10.postgres import view_schemas
from epic10.postgres.catalog import array, literal
from epic10.postgres.migration_lock import KEY
from epic10.postgres.session import fetch

LOOKS, PAUSE = 10, 0.1
MOST_NAMED = 5

# Nobody can see the search_path of another session. But whoever uses a view has a lock on it as well as on its
# table, until the end of the transaction. The check of a foreign key locks a table alone, so a session that has any
# view of a schema is at work through that.
AT_WORK = """
SELECT a.pid, a.usename::text, a.application_name, coalesce((
         SELECT nspname::text FROM pg_locks v JOIN pg_class c ON c.oid = v.relation AND relkind = 'v'
           JOIN pg_namespace n ON n.oid = relnamespace
          WHERE v.pid = a.pid AND v.locktype = 'relation' AND v.granted AND nspname::text = ANY ({schemas})
          ORDER BY nspname LIMIT 1), '')
  FROM pg_stat_activity a
 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
   AND coalesce(a.backend_type, 'client backend') = 'client backend'
   AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.granted
                  AND l.database = a.datid AND l.relation = ANY (
                    SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest({tables}) AS name))
   AND NOT EXISTS (SELECT FROM pg_locks m WHERE m.pid = a.pid AND m.locktype = 'advisory' AND m.classid = {key}::oid)
 ORDER BY a.pid"""


@dataclass(frozen=True)
class Session:
    """``schema`` is empty for one that works on the tables themselves."""

    pid: int
    user: str
    application: str
    schema: str

    def __str__(self):
        return f"pid {self.pid}, {self.user}{f' ({self.application})' if self.application else ''}"


def query(tables: list[str]) -> str:
    return AT_WORK.format(schemas=array(view_schemas.all_of_them()), tables=array(tables), key=literal(KEY[0]))


def at_work(connection, tables: list[str], *, looks: int = LOOKS, nap=time.sleep) -> list[Session]:
    """Sessions that were in a transaction on the tables in one of some looks; one that was seen in a view is there."""
    found: dict[int, Session] = {}
    for look in range(looks):
        nap(PAUSE if look else 0)
        for row in fetch(connection, query(tables)):
            session = Session(*row)
            if session.schema or session.pid not in found:
                found[session.pid] = session
    return [found[pid] for pid in sorted(found)]


def past_both(found: list[Session]) -> list[Session]:
    return [session for session in found if not session.schema]


def named(found: list[Session]) -> str:
    more = [f"{len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    return "; ".join([*map(str, found[:MOST_NAMED]), *more])


def lines(found: list[Session]) -> Iterator[str]:
    """Who is where, a line for each place."""
    for schema in (view_schemas.old(), view_schemas.new()):
        inside = [session for session in found if session.schema in view_schemas.of(schema)]
        yield f"At work through {schema}: {len(inside)}"
    outside = past_both(found)
    yield f"At work on the tables themselves: {len(outside)}{f': {named(outside)}' if outside else ''}"
