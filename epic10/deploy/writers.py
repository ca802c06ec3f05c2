"""Sessions that write to the tables of the release or did so recently: whether the application is stopped."""

import sys
from dataclasses import dataclass, replace

from django.core.management import CommandError
from django.db import connections

from epic10.deploy.run import Run
from epic10.postgres import view_users
from epic10.postgres.migration_lock import KEY
from epic10.postgres.own_name import PATTERN
from epic10.postgres.session import fetch
from epic10.release import plan
from epic10.terminal import prompts
from epic10.terminal.progress import logger
from epic10.terminal.units import seconds as spelled

# A session holds locks only while it is in a transaction, of a few milliseconds, so it is looked at a few hundred
# times a second; and of a pool's the last statement counts, too. Its text is looked at by the server and never
# shown. One that ends a transaction does not say what was in it.
SECONDS = 2.0
RECENT = "5 minutes"
MOST_NAMED = 5
ACCEPT_WRITERS = "--accept-writers"

# Those who are connected, and the tables that each writes to: none is an empty string. The locks
# of a session are everybody's to see, its state and what it is only those of some (see CLOSED).
SESSIONS = r"""
SELECT a.pid, a.usename, a.application_name, coalesce(a.state, 'in a state that this role may not see'),
       greatest(extract(epoch FROM clock_timestamp() - a.state_change), 0)::float8,
       coalesce(pg_catalog.string_agg(DISTINCT t.name, ', ' ORDER BY t.name) FILTER (WHERE l.pid IS NOT NULL), ''),
       coalesce(bool_or(l.pid IS NOT NULL
        OR a.state_change > now() - %s::interval
       AND (a.query ~* '^\s*(commit|end|release|prepare\s+transaction)\M'
         OR a.query ~* ('\m(insert\s+into|update|delete\s+from|merge\s+into)\s+(only\s+)?'
                        '("?\w+"?\.)?"?' || t.name || '\M'))), false)
  FROM pg_stat_activity a
  CROSS JOIN pg_catalog.unnest(%s::text[]) AS t (name)
  LEFT JOIN pg_locks l ON l.pid = a.pid AND l.locktype = 'relation' AND l.granted
   AND l.relation = to_regclass(pg_catalog.quote_ident(t.name))::oid AND l.database = a.datid
   AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
 WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
   AND coalesce(a.backend_type, 'client backend') = 'client backend'
   AND NOT EXISTS (SELECT FROM pg_locks m WHERE m.pid = a.pid AND m.locktype = 'advisory' AND m.classid = %s::oid)
   AND coalesce(a.application_name, '') !~ %s
 GROUP BY a.pid, a.usename, a.application_name, a.state, a.state_change
 ORDER BY a.pid
"""

# The server shows what a session does to its own role, to superusers and to pg_read_all_stats.
CLOSED = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND query = '<insufficient privilege>'
"""


@dataclass(frozen=True)
class Writer:
    """``idle`` is the number of seconds in its state; ``tables`` are those it holds write locks on."""

    pid: int
    user: str
    application: str
    state: str
    idle: float
    tables: str
    writes: bool

    def __str__(self):
        name = f" ({self.application})" if self.application else ""
        holds = f", holds {self.tables}" if self.tables else ""
        return f"pid {self.pid}, {self.user}{name}, {self.state}, last activity {spelled(round(self.idle))} ago{holds}"


def ask_to_stop(using: str):
    """Ask an operator at a terminal to stop the application now, and show who is connected."""
    connected = sessions(using, plan.load().tables(), seconds=0.0) if _is_somebody_there() else []
    if connected:
        question = f"The window begins: stop the old application now. Connected: {named(connected)}."
        prompts.ask(question, expected="stopped", otherwise="--yes")


def insist_that_nobody_writes(run: Run, *, accepted: bool, may_ask: bool, harm: str) -> bool:
    """
    Return True if the application is stopped, False if the operator wants to go on anyway; else raise.

    If an operator is at a terminal, they are asked. Otherwise ACCEPT_WRITERS is the
    answer, and ``harm`` says what it entails.
    """
    found = sessions(run.using, plan.load().tables())
    writing = [session for session in found if session.writes]
    if connected := named(session for session in found if not session.writes):
        run.decide(f"Connected, and not seen to write: {connected}.")
    if not writing:
        return True
    said = f"the application is still writing: {named(writing)}."
    if not accepted and may_ask and _is_somebody_there():
        prompts.ask(f"It is not stopped; {said}", otherwise=ACCEPT_WRITERS)
    elif not accepted:
        raise CommandError(
            f"Nothing was changed: {said}\n"
            f"HINT: Stop it, then run the same command again; {ACCEPT_WRITERS} goes on, {harm}."
        )
    option = ACCEPT_WRITERS if accepted else '"yes", at a terminal'
    run.override(option, f"The application was still writing: {named(writing)}.")
    return False


def sessions(using: str, tables: list[str], *, seconds: float | None = None) -> list[Writer]:
    """Other sessions, and whether they write to the tables, seen for ``seconds``, or may have done so lately."""
    connection = connections[using]
    looked = view_users.look(connection, tables, seconds=SECONDS if seconds is None else seconds)
    seen = {session.pid: session for session in looked.found if session.writes}
    rows = (Writer(*row) for row in fetch(connection, SESSIONS, [RECENT, tables, KEY[0], PATTERN]))
    found = {session.pid: replace(session, writes=session.writes or session.pid in seen) for session in rows}
    for pid, gone in seen.items():
        # An application that connects for every request is at work all the same.
        found.setdefault(pid, Writer(pid, gone.user, gone.application, "gone since", 0.0, "", writes=True))
    [[closed]] = fetch(connection, CLOSED)
    if closed:
        logger.warning(
            "%s sessions of other roles cannot be looked into: GRANT pg_read_all_stats TO your role.", closed
        )
    return list(found.values())


def named(found) -> str:
    first = list(found)
    more = [f"{len(first) - MOST_NAMED} more"] if len(first) > MOST_NAMED else []
    return "; ".join([*map(str, first[:MOST_NAMED]), *more])


def _is_somebody_there() -> bool:
    return bool(sys.stdin and sys.stdin.isatty())
