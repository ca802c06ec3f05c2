"""What somebody has set for the role, for web requests or for reports, changes nothing of the release."""

from io import StringIO

import pytest
from django.core.management import call_command

from epic10.postgres import client_programs, fingerprint
from epic10.postgres.client_programs import ToolFailed
from epic10.release import plan
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
    "languages": {
        "lc_messages": "C.UTF-8",
        "lc_numeric": "C.UTF-8",
        "default_text_search_config": "pg_catalog.simple",
        "xmlbinary": "hex",
        "search_path": '"$user", public, pg_catalog',
        "array_nulls": "off",
        "transform_null_equals": "on",
        "escape_string_warning": "off",
    },
    "procedures": {
        "plpgsql.variable_conflict": "use_variable",
        "plpgsql.extra_errors": "all",
        "plpgsql.print_strict_params": "on",
        "plpgsql.check_asserts": "off",
        "plan_cache_mode": "force_generic_plan",
    },
    "columns": {
        "plpgsql.variable_conflict": "use_column",
        "plpgsql.extra_warnings": "all",
        "plan_cache_mode": "force_custom_plan",
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


@pytest.fixture(params=["role", "database"])
def whose(request):
    return request.param


@pytest.fixture(params=sampled(SET, "limits", "procedures"))
def hurried(request, people, scratch, legacy_template, whose):
    """Two copies of the register, as a role reaches them; for the role, or for them, something is set."""
    role = people.create("hurried", "LOGIN SUPERUSER")
    databases = scratch(legacy_template), scratch(legacy_template)
    databases[0].execute("LOAD 'plpgsql'")
    known = {name for [name] in databases[0].rows("SELECT lower(name) FROM pg_settings")}
    for database in databases:
        database.execute(SLOW)
        for name, value in request.param.items():
            text = value if name == "search_path" else f"'{value}'"
            if name.lower() in known:
                of = f"ROLE {role}" if whose == "role" else f'DATABASE "{database.name}"'
                database.execute(f"ALTER {of} SET {name} = {text}")
        database.close()
    return [people.reaching(database, role) for database in databases]


@pytest.mark.slow
def test_what_is_set_for_the_role_changes_nothing(hurried, scratch, after, before, baseline_columns):
    by_migrate, by_psql = hurried
    by_migrate.migrate()
    call_command("epic10_validate", database=by_migrate.alias, stdout=StringIO())
    by_psql.psql(SCRIPTS / "migration.sql")
    by_psql.psql(SCRIPTS / "verify.sql")
    for database in hurried:
        assert content(unhurried(database, scratch)) == after.content
    by_migrate.migrate("0001")
    by_psql.psql(SCRIPTS / "rollback.sql")
    for database in hurried:
        assert content(unhurried(database, scratch), baseline_columns) == before.content


def test_the_switch_is_on_disk_when_it_is_said_to_be_done_and_nothing_is_compiled(people, legacy_database):
    role = people.create("hurried", "LOGIN SUPERUSER")
    for name, value in SET["manners"].items():
        legacy_database.execute(f"ALTER ROLE {role} SET {name} = '{value}'")
    legacy_database.execute(WATCH)
    people.reaching(legacy_database, role).migrate()
    assert legacy_database.rows("SELECT DISTINCT * FROM watching.seen") == [("read committed", "on", "off")]


def unhurried(database, scratch):
    """A copy, for which nothing is set, as it is not for a session of the test's own role."""
    database.close()
    return scratch(database.name)


def content(database, columns=None):
    """Rows and checksums, every column unless told."""
    connection = database.connection
    return fingerprint.content(connection, columns or fingerprint.columns(connection, plan.load().tables()))


PSQLRC = r"""
\set AUTOCOMMIT off
\set ON_ERROR_ROLLBACK on
\set ON_ERROR_STOP off
\set FETCH_COUNT 1
\set QUIET off
\set VERBOSITY verbose
\timing on
\x on
\pset format html
\pset null NULL
SET search_path = public;
"""


@pytest.mark.slow
def test_a_psqlrc_makes_no_difference(legacy_database, after, before, baseline_columns, tmp_path, monkeypatch):
    (tmp_path / "psqlrc").write_text(PSQLRC)
    monkeypatch.setenv("PSQLRC", str(tmp_path / "psqlrc"))
    for script, wanted, columns in (("migration.sql", after, None), ("rollback.sql", before, baseline_columns)):
        psql(legacy_database, SCRIPTS / script)
        assert content(legacy_database, columns) == wanted.content
    psql(legacy_database, SCRIPTS / "migration.sql")
    psql(legacy_database, SCRIPTS / "verify.sql")
    legacy_database.execute("ALTER TABLE ndas ALTER nda_type DROP NOT NULL")
    with pytest.raises(ToolFailed):
        psql(legacy_database, SCRIPTS / "verify.sql")


def psql(database, script):
    """As somebody types it who has forgotten -X."""
    client_programs.run(database.connection, "psql", "-f", str(script))
