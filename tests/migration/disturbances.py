"""A release stopped at a chosen moment, and the state of the database then."""

import contextlib
import logging
import threading
import time
from dataclasses import dataclass

import psycopg

from epic10.operations.phase import walk
from epic10.postgres import fingerprint
from epic10.release import plan
from epic10.terminal.progress import logger

# Seconds. After this long the awaited state will not come any more; it is not a measure of speed.
LONG_ENOUGH = 300
OURS = "disturbance"

# The batch with which so many rows would be done waits, however short its patience, for a key that a test has.
STANDSTILL = """
CREATE SCHEMA standstill;
CREATE FUNCTION standstill.wait() RETURNS trigger LANGUAGE plpgsql {patience} AS
$$ BEGIN PERFORM pg_advisory_xact_lock_shared({key}, NEW.rows::int); RETURN NEW; END $$;
CREATE TRIGGER standstill BEFORE UPDATE ON epic10_phase_run
   FOR EACH ROW WHEN (NEW.phase = 'backfill' AND NEW.rows IN ({rows})) EXECUTE FUNCTION standstill.wait()"""
MOVES_ON = "DROP SCHEMA IF EXISTS standstill CASCADE"
KEY = 2026
STANDING_STILL = f"""
SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = {KEY} AND NOT granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
STANDS_STILL = f"SELECT EXISTS ({STANDING_STILL})"

# What a process of ours has left on the server.
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
    """A phase of 0002, run on its own, as if the next one never came."""

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
    """Another session, idle in a transaction that has run the statements."""
    with psycopg.connect(database.url, application_name=OURS) as session:
        for statement in statements:
            session.execute(statement)
        yield session
        session.rollback()


@contextlib.contextmanager
def standstill(database, *, after=(20,), patience="SET lock_timeout = 0"):
    """
    Make a backfill with EPIC10_BATCH_SIZE=1 wait after it has committed a number of rows and changed the next one.

    It waits until the block ends, or until ``go()`` lets it go on to the next such moment; STANDS_STILL is
    true meanwhile. With ``patience=""`` the batch retries, as it does for any lock.
    """
    keys = [(KEY, rows + 1) for rows in after]
    with psycopg.connect(database.url, application_name=OURS, autocommit=True) as session:

        def go():
            session.execute("SELECT pg_advisory_unlock(%s, %s)", keys.pop(0))

        for key in keys:
            session.execute("SELECT pg_advisory_lock(%s, %s)", key)
        rows = ", ".join(str(row) for _, row in keys)
        session.execute(STANDSTILL.format(key=KEY, rows=rows, patience=patience))
        try:
            yield go
        finally:
            with contextlib.suppress(psycopg.OperationalError):  # The server was killed.
                while keys:
                    go()
                session.execute(MOVES_ON)


@contextlib.contextmanager
def idling(database, *moments, seconds=0.0, until="SELECT true"):
    """
    A reader that forgets to go: at each moment, a query that is true then, idle in its transaction.

    For so long, and until another query is true.
    """
    over = threading.Event()

    def wait(session, query):
        while not over.is_set() and not _is_true(session, query):
            time.sleep(0.002)

    def idle():
        with (
            psycopg.connect(database.url, application_name=OURS, autocommit=True) as reader,
            psycopg.connect(database.url, application_name=OURS, autocommit=True) as looking,
        ):
            for moment in moments:
                wait(looking, moment)
                with reader.transaction():
                    reader.execute("SELECT company_name FROM ndas LIMIT 1")
                    over.wait(seconds)
                    wait(looking, until)

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
    """Wait until the query returns true, while the process runs."""

    def seen():
        if process and process.poll() is not None:
            raise AssertionError(f"it ended, status {process.returncode}: {process.communicate()}")
        return database.rows(sql)[0][0]

    return wait_until(seen, sql)


def told(process, text):
    """Wait for the next line of its output that contains this."""
    hanging = threading.Timer(LONG_ENOUGH, process.kill)
    hanging.start()
    try:
        for line in process.stdout:
            if text in line:
                return line
    finally:
        hanging.cancel()
    raise AssertionError(f"never said: {text}; {process.communicate()}")


@contextlib.contextmanager
def when_logged(text, action):
    """Act as soon as the release logs this, before it goes on; yields what it has logged so far."""
    said, handler = [], logging.Handler()

    def emit(record):
        if text in record.getMessage():
            said.append(record.getMessage())
            action()

    handler.emit = emit
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


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
    """SIGKILL, and wait until the server has noticed."""
    process.kill()
    process.communicate()
    wait_until(lambda: not database.rows(OTHERS_AT_WORK, [OURS]), "the server noticing that its client is gone")


def kill_both_ends(process, database):
    """SIGKILL, and end its sessions, as the server would go on with a statement that waits for a lock."""
    process.kill()
    database.rows(f"SELECT pg_terminate_backend(pid) FROM ({OTHERS_AT_WORK}) AS left_behind", [OURS])
    kill(process, database)
