"""Who else is migrating this database?"""

import getpass
import os
import socket
import time
from contextlib import contextmanager

from django.db import Error

from epic10.catalog import literal
from epic10.session import NO_LIMIT, execute

# Any two numbers, as long as nobody else uses them: "EPIC", 10.
KEY = (0x45504943, 10)
# The session of a migrator that has just ended, or was killed, takes a moment to go.
PAUSES = (0.1, 0.2, 0.3, 0.4)  # seconds

# Silent for hours, it must not be cut by a timeout or forgotten by a firewall.
STAY = "SET idle_session_timeout = 0; SET tcp_keepalives_idle = 60"
LOST = "The connection that held the migration lock was cut, so somebody else may have begun to migrate."

HOLDER = """
SELECT a.pid, a.usename, a.application_name, extract(epoch FROM now() - a.backend_start)::int
  FROM pg_locks l JOIN pg_stat_activity a USING (pid)
 WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.granted
   AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class AlreadyRunning(Exception):
    """Somebody else is migrating this database."""


class LockLost(Exception):
    """The connection that held the migration lock was cut."""


# By alias, for as long as it is held.
_holding = {}


@contextmanager
def only_migrator(connection):
    """
    Hold the database's migration lock, or raise AlreadyRunning and say who has it.

    On a connection of its own, and for the session: held by a transaction it
    would make CREATE INDEX CONCURRENTLY wait for it, for ever. The lock goes
    when this process does.
    """
    holding = connection.copy()
    try:
        with holding.cursor() as cursor:
            cursor.execute(NO_LIMIT)
            cursor.execute(f"SET application_name = {literal(_who_we_are())}; {STAY}")
            if not _taken(cursor):
                raise AlreadyRunning(_refusal(connection, holder(connection)))
        _holding[connection.alias] = holding
        yield
    finally:
        _holding.pop(connection.alias, None)
        holding.close()


def still_alone(connection):
    """Raise LockLost if the migration lock was taken, and the connection that held it is gone."""
    if holding := _holding.get(connection.alias):
        try:
            execute(holding, "SELECT 1")
        except Error as error:
            raise LockLost(LOST) from error


def holder(connection) -> str | None:
    """Who is migrating this database at this moment, and for how long."""
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, KEY)
        found = cursor.fetchone()
    return "{2}, user {1}, pid {0}, for {3} s".format(*found) if found else None


def _taken(cursor):
    for pause in PAUSES:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", KEY)
        if cursor.fetchone()[0]:
            return True
        time.sleep(pause)
    return False


def _who_we_are():
    # PostgreSQL keeps 63 bytes of it.
    return f"migrate by {getpass.getuser()}@{socket.gethostname()}, process {os.getpid()}"[:63]


def _refusal(connection, holder):
    name = connection.settings_dict["NAME"]
    if holder is None:
        return f"Somebody was migrating the database {name} just now.\nHINT: Run the same command again."
    return (
        f"The database {name} is being migrated already: {holder}.\n"
        "HINT: Wait until it is done, then run the same command again; what is done is not done twice."
    )
