"""What somebody has set for the role, for web requests or for reports, changes nothing of the release."""

from io import StringIO

import pytest
from django.core.management import call_command

from epic10.postgres import fingerprint
from epic10.release import plan
from tests.databases import Scratch
from tests.migration.test_two_routes import SCRIPTS
from tests.sampling import sampled

# A customer's trigger takes its time: a thousand rows are longer than a web request may take.
SLOW = """
CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.001); RETURN NULL; END';
CREATE TRIGGER take_time AFTER UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION take_time()"""

SET = {
    "limits": {
        "statement_timeout": "100ms",
        "transaction_timeout": "100ms",
        "idle_in_transaction_session_timeout": "1ms",
        "lock_timeout": "1ms",
    },
    "spellings": {
        "DateStyle": "German, DMY",
        "IntervalStyle": "sql_standard",
        "TimeZone": "Pacific/Apia",
        "client_encoding": "LATIN1",
        "standard_conforming_strings": "off",
        "backslash_quote": "off",
        "quote_all_identifiers": "on",
        "bytea_output": "escape",
        "extra_float_digits": "0",
    },
    "manners": {
        "default_transaction_isolation": "serializable",
        "default_transaction_deferrable": "on",
        "synchronous_commit": "off",
        "row_security": "off",
        "session_replication_role": "replica",
        "enable_indexscan": "off",
        "check_function_bodies": "off",
        "jit": "on",
    },
}

# How the transactions of the release are carried out, seen by every CREATE and ALTER in them.
WATCH = """
CREATE SCHEMA watching;
CREATE TABLE watching.seen (isolation text, commits text, compiled text);
CREATE FUNCTION watching.look() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO watching.seen
  VALUES (current_setting('transaction_isolation'), current_setting('synchronous_commit'), current_setting('jit'));
END $$;
CREATE EVENT TRIGGER look ON ddl_command_start EXECUTE FUNCTION watching.look();
ALTER EVENT TRIGGER look ENABLE ALWAYS"""


@pytest.fixture(params=sampled(SET, "limits"))
def hurried(request, people, scratch, legacy_template):
    """Two copies of the register, as a role reaches them for which something is set."""
    role = people.create("hurried", "LOGIN SUPERUSER")
    databases = scratch(legacy_template), scratch(legacy_template)
    known = {name for [name] in databases[0].rows("SELECT lower(name) FROM pg_settings")}
    for name, value in request.param.items():
        if name.lower() in known:
            databases[0].execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    for database in databases:
        database.execute(SLOW)
    return [people.reaching(database, role) for database in databases]


@pytest.mark.slow
def test_what_is_set_for_the_role_changes_nothing(hurried, after, before, baseline_columns):
    by_migrate, by_psql = hurried
    by_migrate.migrate()
    call_command("epic10_validate", database=by_migrate.alias, stdout=StringIO())
    by_psql.psql(SCRIPTS / "migration.sql")
    by_psql.psql(SCRIPTS / "verify.sql")
    for database in hurried:
        assert content(Scratch(database.name)) == after.content  # as somebody for whom nothing is set
    by_migrate.migrate("0001")
    by_psql.psql(SCRIPTS / "rollback.sql")
    for database in hurried:
        assert content(Scratch(database.name), baseline_columns) == before.content


def test_the_switch_is_on_disk_when_it_is_said_to_be_done_and_nothing_is_compiled(people, legacy_database):
    role = people.create("hurried", "LOGIN SUPERUSER")
    for name, value in SET["manners"].items():
        legacy_database.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    legacy_database.execute(WATCH)
    people.reaching(legacy_database, role).migrate()
    assert legacy_database.rows("SELECT DISTINCT * FROM watching.seen") == [("read committed", "on", "off")]


def content(database, columns=None):
    """Rows and checksums, every column unless told."""
    connection = database.connection
    return fingerprint.content(connection, columns or fingerprint.columns(connection, plan.load().tables()))
