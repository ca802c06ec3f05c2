"""Is the application stopped? Who is writing to the tables of the release, or did so just now?"""

import time

from django.db import connections

from epic10.locks import Blocker
from epic10.progress import logger

# A pool's session holds locks only while it is in a transaction, so its last
# statement counts too. Its text is looked at by the server and never shown.
RECENT = "5 minutes"
LOOKS, PAUSE = 3, 0.3

WRITERS = r"""
SELECT a.pid, coalesce(a.usename, a.backend_type), a.application_name, a.state,
       coalesce(extract(epoch FROM now() - a.xact_start), 0)::int,
       coalesce(string_agg(DISTINCT t.name, ', ') FILTER (WHERE l.pid IS NOT NULL), '')
  FROM pg_stat_activity a
  CROSS JOIN unnest(%s::text[]) AS t (name)
  LEFT JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'relation' AND l.granted
   AND l.relation = to_regclass(quote_ident(t.name)) AND l.database = a.datid
   AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
   AND (l.pid IS NOT NULL
        OR a.state_change > now() - %s::interval
       AND a.query ~* ('\m(insert\s+into|update|delete\s+from|merge\s+into)\s+(only\s+)?'
                       '("?\w+"?\.)?"?' || t.name || '\M'))
 GROUP BY 1, 2, 3, 4, 5
 ORDER BY 1
"""

# The server shows what a session does to its own role, to superusers and to pg_read_all_stats.
CLOSED = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND query = '<insufficient privilege>'
"""


def writers(using: str, tables: list[str]) -> list[Blocker]:
    """Other sessions that write to the tables at this moment, or did within the last few minutes."""
    found = {}
    with connections[using].cursor() as cursor:
        for look in range(LOOKS):
            time.sleep(PAUSE if look else 0)
            cursor.execute(WRITERS, [tables, RECENT])
            found |= {row[0]: Blocker(*row) for row in cursor.fetchall()}
        cursor.execute(CLOSED)
        [closed] = cursor.fetchone()
    if closed:
        logger.warning(
            "%s sessions of other roles cannot be looked into: GRANT pg_read_all_stats TO your role.", closed
        )
    return list(found.values())
