"""How is a release stopped at a chosen moment, and what is the database then?"""

import contextlib
import threading
import time
from dataclasses import dataclass

import psycopg

from epic10 import fingerprint, plan
from epic10.operations.phase import walk

LONG_ENOUGH = 30  # seconds, on a busy machine
OURS = "disturbance"

# What a process of ours has left behind on the server.
OTHERS_AT_WORK = """
    SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND backend_type = 'client backend'
       AND pid <> pg_backend_pid() AND application_name <> %s"""


@dataclass(frozen=True)
class Fingerprint:
    schema: str
    content: dict


def look_at(database, columns=None) -> Fingerprint:
    """Schema, and content over the columns named; else over every column there is."""
    connection = database.connection
    columns = columns or fingerprint.columns(connection, plan.load().tables())
    return Fingerprint(fingerprint.schema(connection), fingerprint.content(connection, columns))


@dataclass(frozen=True)
class Step:
    """A phase of 0002, to be run on its own, as if the next one never came."""

    name: str
    there: tuple
    back: tuple

    def forwards(self, database):
        self._run(database, *self.there)

    def backwards(self, database):
        self._run(database, *self.back)

    def _run(self, database, migrate, before, after):
        with database.connection.schema_editor(atomic=False) as editor:
            migrate(plan.load().app_label, editor, before, after)


def steps() -> list[Step]:
    release = plan.load()
    return [
        Step(phase.name, (phase.database_forwards, before, after), (phase.database_backwards, after, before))
        for phase, before, after in walk(release.phases, release.app_label, release.before)
    ]


@contextlib.contextmanager
def somebody(database, *statements):
    """Another session, in a transaction that has run the statements and is idle since."""
    with psycopg.connect(database.url, application_name=OURS) as session:
        for statement in statements:
            session.execute(statement)
        yield session
        session.rollback()


@contextlib.contextmanager
def idling(database, *moments, seconds):
    """A reader that forgets to go: at each moment, a query that is true then, idle in its transaction for so long."""
    over = threading.Event()

    def idle():
        with psycopg.connect(database.url, application_name=OURS, autocommit=True) as session:
            for moment in moments:
                while not over.is_set() and not _is_true(session, moment):
                    time.sleep(0.002)
                with session.transaction():
                    session.execute("SELECT company_name FROM ndas LIMIT 1")
                    over.wait(seconds)

    reader = threading.Thread(target=idle)
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()


def _is_true(session, query):
    try:
        return session.execute(query).fetchone() == (True,)
    except psycopg.errors.UndefinedTable:  # the ledger is not there yet
        return False


def wait_until(condition, what):
    deadline = time.monotonic() + LONG_ENOUGH
    while not (found := condition()):
        assert time.monotonic() < deadline, f"never saw: {what}"
        time.sleep(0.01)
    return found


def wait_for(database, sql, process=None):
    """Until the query returns true, while the process runs."""

    def seen():
        if process and process.poll() is not None:
            raise AssertionError(f"it ended, status {process.returncode}: {process.communicate()}")
        return database.rows(sql)[0][0]

    return wait_until(seen, sql)


def at_work(phase, direction="forwards"):
    return (
        "SELECT EXISTS (SELECT FROM epic10_phase_run"
        f" WHERE phase = '{phase}' AND direction = '{direction}' AND finished_at IS NULL)"
    )


def begun(phase, direction="forwards", *, after=0, done=False):
    """True as soon as a run of the phase has begun, or is ``done``; ``after`` is the number of the newest before."""
    finished = " AND finished_at IS NOT NULL" if done else ""
    return (
        f"SELECT EXISTS (SELECT FROM epic10_phase_run WHERE id > {after}"
        f" AND phase = '{phase}' AND direction = '{direction}'{finished})"
    )


def waiting_to(statement):
    """True while a session waits for a lock in a statement that begins like this."""
    return (
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
        f" AND wait_event_type = 'Lock' AND query LIKE '{statement}%')"
    )


def kill(process, database):
    """SIGKILL, and until the server has noticed."""
    process.kill()
    process.communicate()
    wait_until(lambda: not database.rows(OTHERS_AT_WORK, [OURS]), "the server noticing that its client is gone")


def kill_both_ends(process, database):
    """SIGKILL, and its sessions: the server would finish a statement that waits for a lock."""
    process.kill()
    database.rows(f"SELECT pg_terminate_backend(pid) FROM ({OTHERS_AT_WORK}) AS left_behind", [OURS])
    kill(process, database)
