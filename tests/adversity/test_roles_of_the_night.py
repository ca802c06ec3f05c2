"""What a role may not do in the night is said before it, and named with what gives it."""

import tempfile
import threading
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from epic10 import checks
from epic10.checks import Database
from epic10.deploy import writers
from epic10.deploy.precheck import Limits, precheck
from epic10.postgres import scratch_database
from epic10.postgres.errors import NotAllowed
from epic10.rehearsal import schema_rehearsal
from epic10.snapshots import restore

REFUSES = """
    CREATE FUNCTION no_new_labels() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.status::text = 'PENDING_APPROVAL' THEN RAISE 'no such status'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER no_new_labels BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION no_new_labels()"""
RUNS_A_PROGRAM = """
    CREATE FUNCTION runs() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN COPY (SELECT 1) TO PROGRAM '{program}'; RETURN NEW; END $$;
    CREATE TRIGGER runs BEFORE INSERT ON ndas FOR EACH ROW EXECUTE FUNCTION runs()"""
GONE = "SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = %s)"


def verdicts(database):
    return {result.check.id: result for result in precheck(database.alias, Limits()).results}


@pytest.mark.parametrize(
    ("theirs", "finding"),
    [
        ("CREATE TABLE secrets (id serial)", "secrets, secrets_id_seq of ndas: GRANT pg_read_all_data TO {role};"),
        (
            "CREATE SCHEMA hidden; CREATE TABLE hidden.t (); GRANT SELECT ON hidden.t TO {role}",
            "hidden.t of ndas: GRANT pg_read_all_data TO {role};",
        ),
        (
            "CREATE TABLE own (); GRANT SELECT ON own TO {role}; ALTER TABLE own ENABLE ROW LEVEL SECURITY",
            "rows of own, hidden by row security: ALTER ROLE {role} BYPASSRLS;",
        ),
    ],
    ids=["no SELECT", "no USAGE", "row security"],
)
def test_what_a_snapshot_could_not_read_is_named_before_and_by_it(
    people, register, register_owner, migrator, theirs, finding
):
    register.execute(f"GRANT {register_owner} TO {migrator}")
    register.execute(theirs.format(role=migrator))
    reached = people.reaching(register, migrator)
    found = verdicts(reached)["role.reads"]
    assert (found.verdict, found.findings) == ("FAILED", (finding.format(role=migrator),))
    with pytest.raises(CommandError) as refusal:
        call_command("epic10_snapshot", "take", database=reached.alias, stdout=StringIO())
    what, remedy = finding.format(role=migrator).split(": ")
    assert str(refusal.value) == (
        "Nothing was changed: a snapshot is of the whole database, and this role may not read "
        f"{what}.\nHINT: As a superuser: {remedy}"
    )


def test_a_monitor_that_may_not_look_at_the_disk_is_told_to_say_how_much_is_free(
    people, register, register_owner, migrator
):
    register.execute(f"GRANT {register_owner}, pg_monitor TO {migrator}")
    found = verdicts(people.reaching(register, migrator))
    reason = "the role may not see the data directory, for want of EXECUTE on pg_stat_file(text)"
    assert (found["disk.known"].verdict, found["disk.known"].findings) == ("WARNING", (f"it is not: {reason}",))
    assert found["disk.known"].check.hint == "Look it up on the server and pass it on: --free-disk 20GB"
    assert found["disk.enough"].skipped == f"The free disk space is not known: {reason}."


def test_the_hint_names_the_role_in_force_not_the_one_that_logged_in(people, register, register_owner, migrator):
    register.execute(f"GRANT {register_owner} TO {migrator}; ALTER ROLE {migrator} SET role = {register_owner}")
    reached = people.reaching(register, migrator)
    with (
        pytest.raises(NotAllowed) as refusal,
        scratch_database.database(reached.alias, prefix="never_"),
    ):
        pass
    assert str(refusal.value) == (
        f'The role "{register_owner}" may not make a scratch database beside this one.\n'
        f'HINT: As a superuser: ALTER ROLE "{register_owner}" CREATEDB; or name another server by DATABASE_URL.'
    )


@pytest.fixture
def maker(people, register):
    """The register as a role reaches it that may make databases, and is no superuser."""
    return people.reaching(register, people.create("maker", "LOGIN CREATEDB"))


@pytest.mark.slow
def test_who_cannot_be_sent_away_from_a_scratch_database_is_waited_for(register, maker, monkeypatch, caplog):
    """As autovacuum is: FORCE ends nobody who is a superuser."""
    refused = threading.Event()
    monkeypatch.setattr(scratch_database.time, "sleep", lambda seconds: refused.set())
    with scratch_database.database(maker.alias, prefix=f"{register.name}_") as name:
        session = psycopg.connect(register.url.replace(register.name, name), autocommit=True)
        closing = threading.Thread(target=lambda: (refused.wait(60), session.close()))
        closing.start()
    closing.join()
    assert register.rows(GONE, [name]) == [(True,)]
    assert caplog.messages == []


@pytest.mark.slow
def test_one_that_stays_is_named_and_ends_nothing(register, maker, monkeypatch, caplog):
    monkeypatch.setattr(scratch_database, "ATTEMPTS", 1)
    monkeypatch.setattr(scratch_database, "DROPS", scratch_database.DROPS[:1])
    with scratch_database.database(maker.alias, prefix=f"{register.name}_") as name:
        session = psycopg.connect(register.url.replace(register.name, name), autocommit=True)
    [message] = caplog.messages
    assert message.startswith(f'The scratch database "{name}" is still there: ')
    assert message.endswith(f'.\nHINT: DROP DATABASE "{name}" WITH (FORCE); as a superuser.')
    session.close()
    scratch_database.drop(maker.alias, name)
    assert register.rows(GONE, [name]) == [(True,)]


def rehearsed(database):
    return checks.ask(schema_rehearsal.check(), Database(database.connection))


@pytest.fixture
def without_databases(people, register, register_owner, migrator):
    """The register as a role reaches it that may not make a database."""
    register.execute(f"GRANT {register_owner} TO {migrator}; ALTER ROLE {migrator} SET role = {register_owner}")
    return people.reaching(register, migrator)


@pytest.mark.slow
def test_who_may_make_no_database_rehearses_the_schema_on_the_projects_own_server(
    without_databases, register_owner, register, settings, tmp_path
):
    settings.EPIC10_SPARE_SERVER = settings.EPIC10_SPARE_SERVER | {"HOME": tmp_path / "postgres"}
    [[version]] = register.rows("SELECT current_setting('server_version_num')::int / 10000")
    result = rehearsed(without_databases)
    assert (result.verdict, result.findings) == ("OK", ()), result
    first, *_ = result.facts
    assert (
        f"{register_owner} may not make a database (ALTER ROLE {register_owner} CREATEDB), so the copy is on" in first
    )
    assert first.endswith(f"what comes of owners, privileges, the locale and PostgreSQL {version} is not seen")
    register.execute(REFUSES)
    [finding, *_] = rehearsed(without_databases).findings
    assert "is refused after this change by no_new_labels(): no such status" in finding


@pytest.mark.slow
def test_what_others_have_in_their_triggers_gets_no_farther_there_than_here(
    without_databases, register, settings, tmp_path
):
    """The account of the project's own server may run programs on this machine: so nobody in the copy may be it."""
    settings.EPIC10_SPARE_SERVER = settings.EPIC10_SPARE_SERVER | {"HOME": tmp_path / "postgres"}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        register.execute(RUNS_A_PROGRAM.format(program=f"touch {folder}/here"))
        result = rehearsed(without_databases)
        assert not list(Path(folder).iterdir())
    assert any("permission denied to COPY to or from an external program" in fact for fact in result.facts), result


def test_where_that_does_not_start_it_is_skipped_and_says_why(without_databases, register_owner, settings):
    settings.EPIC10_SPARE_SERVER = {"ENGINE": "django.db.backends.postgresql", "HOST": "/nowhere", "NAME": "ndas"}
    result = rehearsed(without_databases)
    assert (result.verdict, result.findings) == ("SKIPPED", ())
    assert f"{register_owner} may not make a scratch database here, and the project's own server" in result.skipped
    assert result.skipped.endswith(f"As a superuser: ALTER ROLE {register_owner} CREATEDB;")


@pytest.mark.slow
def test_what_the_role_cannot_make_in_the_copy_is_said_and_the_rest_is_tried(people, register, register_owner, maker):
    """An event trigger is a superuser's, as what many a provider puts into a database."""
    register.execute(
        "CREATE FUNCTION seen() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
        "CREATE EVENT TRIGGER seen ON ddl_command_end EXECUTE FUNCTION seen()"
    )
    register.execute(f"GRANT {register_owner} TO {maker.alias.rpartition(' ')[2]}")
    result = rehearsed(maker)
    assert (result.verdict, result.findings) == ("OK", ()), result
    assert any("event trigger" in fact for fact in result.facts), result.facts


def test_who_writes_is_seen_also_by_a_role_that_may_not_look_into_their_session(
    people, register, register_owner, migrator
):
    """Its locks are everybody's to see."""
    register.execute(f"GRANT {register_owner} TO {migrator}")
    reached = people.reaching(register, migrator)
    with psycopg.connect(register.url) as session:
        session.execute("UPDATE ndas SET company_city = company_city WHERE false")
        [found] = [one for one in writers.sessions(reached.alias, ["ndas"]) if one.pid == session.info.backend_pid]
        assert (found.writes, found.tables) == (True, "ndas")
        assert "in a state that this role may not see" in str(found)
        session.rollback()
    connections[reached.alias].close()


def test_nor_is_a_database_replaced_that_such_a_session_uses(people, register, register_owner, migrator):
    register.execute(f"GRANT {register_owner} TO {migrator}")
    reached = people.reaching(register, migrator)
    with (
        psycopg.connect(register.url) as session,
        pytest.raises(restore.NotRestored, match=f"{session.info.backend_pid}"),
    ):
        restore._nobody_uses(reached.alias, register.name)
    connections[reached.alias].close()
