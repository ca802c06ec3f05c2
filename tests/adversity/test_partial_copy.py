"""What only a superuser may make is named, and does not stand between other roles and the night."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from epic10.postgres.partial_restore import LeftOut, left_out
from epic10.snapshots import files

EVENT_TRIGGER = """
    CREATE FUNCTION watched() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM tg_tag; END $$;
    CREATE EVENT TRIGGER "{name}" ON ddl_command_end EXECUTE FUNCTION watched()"""
SAYS = "not in the copy, as this role may not make it: EVENT TRIGGER {name}: permission denied to create event trigger"
# In a language that only a superuser may use.
OF_THE_REGISTER = """
    CREATE FUNCTION stamped() RETURNS trigger LANGUAGE internal AS 'suppress_redundant_updates_trigger';
    CREATE TRIGGER stamped BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION stamped()"""


@pytest.fixture
def reached(people, register, register_owner, tmp_path):
    """As its owner, who may make databases and is no superuser."""
    migrator = people.create("maker", f"LOGIN CREATEDB IN ROLE {register_owner}")
    return people.reaching(register, migrator)


def snapshot(reached, action, shelf, *arguments, **options):
    output = StringIO()
    call_command(
        "epic10_snapshot", action, *arguments, database=reached.alias, directory=shelf, stdout=output, **options
    )
    return output.getvalue()


def test_a_snapshot_without_it_is_verified_and_says_so(reached, register, tmp_path):
    register.execute(EVENT_TRIGGER.format(name=f"{register.name}_watch"))
    snapshot(reached, "take", tmp_path)
    said = snapshot(reached, "verify", tmp_path, format="json")
    [files, copy] = json.loads(said)["checks"]
    assert (files["verdict"], copy["verdict"], copy["findings"]) == ("OK", "OK", [])
    assert [fact[: len(SAYS)] for fact in copy["facts"]] == [SAYS.format(name=f"{register.name}_watch")[: len(SAYS)]]


@pytest.mark.slow
def test_restored_it_is_named_and_everything_else_is_there(reached, register, tmp_path):
    register.execute(EVENT_TRIGGER.format(name=f"{register.name}_watch"))
    snapshot(reached, "take", tmp_path)
    [name] = files.names(tmp_path)
    said = snapshot(reached, "restore", tmp_path, name, into=f"{register.name}_copy")
    register.execute(f'DROP DATABASE "{register.name}_copy" WITH (FORCE)')
    assert SAYS.format(name=f"{register.name}_watch") in said


def test_something_of_the_register_may_not_be_missing(reached, register, tmp_path):
    register.execute(OF_THE_REGISTER)
    snapshot(reached, "take", tmp_path)
    with pytest.raises(CommandError, match="is not to be trusted"):
        snapshot(reached, "verify", tmp_path)


def test_what_was_refused_is_read_from_what_pg_restore_prints():
    lines = [
        "pg_restore: while INITIALIZING:",
        'pg_restore: error: could not execute query: ERROR:  unrecognized parameter "transaction_timeout"',
        "pg_restore: while PROCESSING TOC:",
        "pg_restore: from TOC entry 3; 3079 16385 EXTENSION pg_stat_statements ",
        "pg_restore: error: could not execute query: FEHLER:  keine Berechtigung",
        "pg_restore: from TOC entry 3391; 2620 16500 TRIGGER ndas we ird mary",
        "pg_restore: error: could not execute query: ERROR:  permission denied for function f",
        "Command was: CREATE TRIGGER we_ird BEFORE UPDATE ON ndas EXECUTE FUNCTION f();",
        "pg_restore: from TOC entry 215; 1255 17050 FUNCTION watched() mary",
        'pg_restore: error: could not execute query: ERROR:  must be able to SET ROLE "mary"',
        "Command was: ALTER FUNCTION public.watched() OWNER TO mary;",
    ]
    assert left_out(lines) == (
        LeftOut("EXTENSION", "pg_stat_statements", "keine Berechtigung"),
        LeftOut("TRIGGER", "ndas we ird", "permission denied for function f"),
        LeftOut("OWNER OF FUNCTION", "watched()", 'must be able to SET ROLE "mary"'),
    )


AS_A_SUPERUSER = """
    CREATE FUNCTION theirs.run(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN RAISE 'it runs as a superuser'; END IF;
      RETURN $1;
    END $$;
    CREATE TABLE theirs.number (number int);
    INSERT INTO theirs.number VALUES (1);
    CREATE INDEX ON theirs.number (theirs.run(number))"""


def test_in_a_superusers_copy_what_a_stranger_has_in_an_index_runs_as_the_stranger(people, legacy_database, tmp_path):
    stranger = people.create("stranger", "NOLOGIN")
    legacy_database.execute(f"CREATE SCHEMA theirs AUTHORIZATION {stranger}; SET ROLE {stranger}")
    legacy_database.execute(f"{AS_A_SUPERUSER}; RESET ROLE")
    snapshot(legacy_database, "take", tmp_path)
    assert "2 checks: 2 passed" in snapshot(legacy_database, "verify", tmp_path)
