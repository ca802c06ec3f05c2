"""Append-only tables, and the one exception: the test runner may empty its own database."""

from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test.utils import _TestState

from epic10.postgres.catalog import quoted
from epic10.postgres.session import execute, fetch

# Of pg_trigger: BEFORE (2) TRUNCATE (32), fired unless disabled. Ours refuse; what somebody else's do nobody knows.
GUARDS = """
SELECT c.relname, t.tgname, t.tgenabled,
       p.proname = 'epic10_append_only' OR pg_catalog.starts_with(p.proname, 'pgtrigger_no_truncate')
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
 WHERE NOT t.tgisinternal AND t.tgtype::int & 34 = 34 AND t.tgenabled <> 'D' AND pg_table_is_visible(c.oid)
 ORDER BY c.relname, t.tgname"""
ENABLED = {"O": "ENABLE TRIGGER", "A": "ENABLE ALWAYS TRIGGER", "R": "ENABLE REPLICA TRIGGER"}

# Which objects of the schema are ours: a flush takes rows, and leaves the schema as it is.
CLAIMS = "epic10_created_object"
HAS_CLAIMS = "SELECT to_regclass(%s) IS NOT NULL"
KEEP_CLAIMS = f"CREATE TEMPORARY TABLE epic10_kept ON COMMIT DROP AS TABLE {CLAIMS}"
# By their numbers: a test that wants the first rows back writes them over these. Some are
# still there, where a test has so few apps that ours is none of them.
CLAIMS_BACK = f"""
INSERT INTO {CLAIMS} TABLE epic10_kept ON CONFLICT DO NOTHING;
SELECT setval(pg_get_serial_sequence('{CLAIMS}', 'id'), max(id)) FROM epic10_kept HAVING count(*) > 0"""


def tables(connection) -> list[str]:
    """The tables that our own triggers protect from TRUNCATE."""
    return [table for table, _, _, is_ours in _guards(connection) if is_ours]


def is_of_the_test_runner(connection) -> bool:
    """
    Was the database of this connection created by the test runner of this process?

    Two things must hold: this process is running tests, which no command does, and
    the database has the name that Django gives to test databases.
    """
    name, of_tests = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    return hasattr(_TestState, "saved_data") and (name == of_tests or str(name).startswith(TEST_DATABASE_PREFIX))


@contextmanager
def disabled(connection):
    """A transaction in which no trigger refuses TRUNCATE; at its end, triggers and claims are restored."""
    with transaction.atomic(using=connection.alias):
        guards, has_claims = _guards(connection), _has_claims(connection)
        for table, trigger, _, _ in guards:
            execute(connection, f"ALTER TABLE {quoted(table)} DISABLE TRIGGER {quoted(trigger)}")
        if has_claims:
            execute(connection, KEEP_CLAIMS)
        yield
        if has_claims:
            execute(connection, CLAIMS_BACK)
        for table, trigger, enabled, _ in guards:
            execute(connection, f"ALTER TABLE {quoted(table)} {ENABLED[enabled]} {quoted(trigger)}")


def _guards(connection):
    return fetch(connection, GUARDS)


def _has_claims(connection):
    [[has_claims]] = fetch(connection, HAS_CLAIMS, [CLAIMS])
    return has_claims
