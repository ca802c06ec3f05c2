"""A trigger of the customer's that rewrites what the release writes is named, and the release stops."""

import re

import pytest
from django.core.management import CommandError

from epic10.deploy.validate import validate
from epic10.postgres.client_programs import ToolFailed
from tests.adversity.test_settings import content
from tests.migration.test_two_routes import BACK, SCRIPTS, THERE
from tests.sampling import sampled

WHAT_NOW = (
    "What is committed stays; nothing of it is visible to the application before the switch.\n"
    "HINT: python manage.py migrate ndas goes on from here, python manage.py migrate ndas 0001 goes back from here."
)
TRIGGER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
CREATE TRIGGER {name} {when} UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION {name}()"""
OFF_AND_ON = (
    'ALTER TABLE "ndas" DISABLE TRIGGER {name}; then run the same command again. '
    'Afterwards: ALTER TABLE "ndas" ENABLE TRIGGER {name};'
)
UNTIL_THEN = (
    'Where a trigger undoes what is written: ALTER TABLE "ndas" DISABLE TRIGGER it; then python manage.py migrate ndas.'
)

# When it fires, what it does, what is said of it, and what to do.
REWRITING = {
    "keeps the status": (
        "BEFORE",
        "NEW.status_epic10 := 'EXPIRED'; RETURN NEW;",
        "A trigger on ndas changes what the backfill writes there, in the columns status_epic10. "
        "Triggers that can: keeps_the_status.",
        OFF_AND_ON,
    ),
    "empties the date": (
        "BEFORE",
        "NEW.expiration_date := NULL; RETURN NEW;",
        "A trigger on ndas changes what the backfill writes there, in the columns expiration_date. "
        "Triggers that can: empties_the_date.",
        OFF_AND_ON,
    ),
    "sets another date": (
        "BEFORE",
        "NEW.expiration_date := '2099-01-01'; RETURN NEW;",
        "A trigger on ndas changes what the backfill writes there, in the columns expiration_date. "
        "Triggers that can: sets_another_date.",
        OFF_AND_ON,
    ),
    "drops the update": (
        "BEFORE",
        "RETURN NULL;",
        "Expected that no row of ndas still waits for status; "
        "found: {status} rows, the first of them {first}; triggers there: drops_the_update.",
        UNTIL_THEN,
    ),
    "undoes it afterwards": (
        "AFTER",
        "IF pg_trigger_depth() = 1 THEN UPDATE ndas SET expiration_date = NULL WHERE id = NEW.id; END IF; RETURN NULL;",
        "Expected that no row of ndas still waits for expiration_date; "
        "found: {dates} rows, the first of them {executed}; triggers there: undoes_it_afterwards.",
        UNTIL_THEN,
    ),
}


@pytest.mark.parametrize("name", sampled({name: name for name in REWRITING}, "empties the date", "drops the update"))
def test_a_trigger_that_rewrites_is_named_and_nothing_is_lost(legacy_database, name, before, after, look_before):
    when, body, complaint, hint = REWRITING[name]
    name = name.replace(" ", "_")
    legacy_database.execute(TRIGGER.format(name=name, when=when, body=body))
    with pytest.raises(CommandError) as refusal:
        legacy_database.migrate()
    complaint = complaint.format(**left_to_do(legacy_database))
    assert str(refusal.value) == f"{complaint}\nHINT: {hint.format(name=name)}\n{WHAT_NOW}"
    with pytest.raises(ToolFailed) as refusal:
        legacy_database.psql(SCRIPTS / "migration.sql")
    assert f"ERROR:  {complaint}\nHINT:  {hint.format(name=name)}" in str(refusal.value)
    assert look_before(legacy_database).content == before.content

    legacy_database.execute(f"ALTER TABLE ndas DISABLE TRIGGER {name}")
    legacy_database.migrate()
    assert content(legacy_database) == after.content


TOUCH = """
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';
CREATE TRIGGER touch BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION touch();
ALTER TABLE ndas ADD is_late boolean GENERATED ALWAYS AS (updated_at > '2026-06-30') STORED;
ALTER TABLE nda_status_history ADD updated_at timestamptz DEFAULT '2026-01-01';
CREATE FUNCTION touch_again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF pg_trigger_depth() = 1 THEN
    UPDATE nda_status_history SET updated_at = now() WHERE id = NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER touch_again AFTER UPDATE ON nda_status_history FOR EACH ROW EXECUTE FUNCTION touch_again()"""
TOUCHED = """
SELECT 'NDA', id, updated_at::text, is_late FROM ndas
UNION ALL SELECT 'entry', id, updated_at::text, NULL FROM nda_status_history ORDER BY 1, 2"""
PUT_BACK = "ndas: what the triggers touch change in other columns than the new ones is put back."
# What only Epic 10 can hold, without the trigger's noticing, to be parked and restored.
APPROVED = """
ALTER TABLE ndas DISABLE TRIGGER USER;
UPDATE ndas SET nda_type = 'CONSULTANT', rejection_reason = 'Too late.' WHERE display_id % 3 = 0;
ALTER TABLE ndas ENABLE TRIGGER USER"""


@pytest.mark.slow
@pytest.mark.parametrize("there, back", list(zip(THERE.values(), BACK.values(), strict=True)), ids=THERE)
def test_a_trigger_that_notes_the_time_changes_no_time(legacy_database, there, back, caplog, request):
    legacy_database.execute(TOUCH)
    before, schema = legacy_database.rows(TOUCHED), legacy_database.dump_schema()
    there(legacy_database)
    assert PUT_BACK in caplog.text or "migrate" not in request.node.callspec.id
    assert legacy_database.rows(TOUCHED) == before
    legacy_database.execute(APPROVED)
    held = legacy_database.rows("SELECT id, nda_type::text, rejection_reason FROM ndas ORDER BY id")
    for _ in range(2):
        back(legacy_database)
        assert legacy_database.rows(TOUCHED) == before
        assert legacy_database.dump_schema() == schema
        there(legacy_database)
        assert legacy_database.rows(TOUCHED) == before
        assert legacy_database.rows("SELECT id, nda_type::text, rejection_reason FROM ndas ORDER BY id") == held
    # For whoever works it fires as ever.
    legacy_database.execute("UPDATE ndas SET company_name = 'Others' WHERE id = (SELECT min(id) FROM ndas)")
    assert legacy_database.rows(TOUCHED) != before


@pytest.mark.slow
def test_it_fires_for_whoever_works_while_the_release_is_under_way(people, legacy_database):
    legacy_database.execute(TOUCH)
    before = legacy_database.rows("SELECT max(updated_at) FROM ndas")
    legacy_database.migrate(prepare=True)
    role = people.create("writer")
    legacy_database.execute(f"GRANT SELECT, UPDATE ON ndas TO {role}")
    # The setting is anybody's to set; only who owns the table gets anything by it.
    legacy_database.execute(
        f"SET epic10.backfill = 'ndas'; SET ROLE {role}; "
        "UPDATE ndas SET company_name = 'Others' WHERE id = (SELECT min(id) FROM ndas); RESET ROLE"
    )
    assert legacy_database.rows("SELECT max(updated_at) FROM ndas") > before


def test_a_trigger_that_only_looks_is_left_alone(legacy_database, after):
    legacy_database.execute("CREATE TABLE audit_of_theirs (id text)")
    body = "INSERT INTO audit_of_theirs VALUES (NEW.id); RETURN NEW;"
    legacy_database.execute(TRIGGER.format(name="looks", when="BEFORE", body=body))
    legacy_database.migrate()
    assert content(legacy_database) == after.content
    assert legacy_database.rows("SELECT count(*) > 200 FROM audit_of_theirs") == [(True,)]


def left_to_do(database):
    [[status, first]] = database.rows(
        "SELECT count(*), min(id) FROM ndas WHERE status::text IN ('EMAILED', 'INACTIVE', 'CANCELLED')"
        " OR status::text <> status_epic10::text"
    )
    [[dates, executed]] = database.rows(
        "SELECT count(*), min(id) FROM ndas WHERE fully_executed_date IS NOT NULL AND expiration_date IS NULL"
    )
    return {"status": status, "first": first, "dates": dates, "executed": executed}


FIRES_LAST = """
CREATE FUNCTION normalise() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.company_name LIKE ''Auto%'' THEN NEW.status := ''IN_REVISION''; END IF; RETURN NEW; END';
CREATE TRIGGER zz_normalise BEFORE INSERT OR UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION normalise()"""
INHERITS = "CREATE TABLE ndas_archive () INHERITS (ndas)"
PAST_OURS = {
    "a trigger that fires last": (
        FIRES_LAST,
        "Expected that no BEFORE trigger of others on ndas has the last word on a row; "
        "found: trigger zz_normalise fires after those of the release.",
        "trigger zz_normalise fires after those of the release",
        "ALTER TRIGGER zz_normalise ON ndas RENAME TO normalise",
        "ALTER TRIGGER normalise ON ndas RENAME TO zz_normalise",
    ),
    "a table that inherits": (
        INHERITS,
        "Expected that ndas inherits from no table, and no table inherits from it; "
        "found: ndas_archive inherits from ndas.",
        "ndas_archive_2027 inherits from ndas",
        "ALTER TABLE ndas_archive NO INHERIT ndas; "
        "ALTER TABLE ndas_archive ALTER status TYPE text, ALTER usmax_position TYPE text",
        "CREATE TABLE ndas_archive_2027 () INHERITS (ndas)",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("theirs, complaint, finding, remedy, again", PAST_OURS.values(), ids=PAST_OURS)
def test_what_is_written_past_our_triggers_stops_the_switch(legacy_database, theirs, complaint, finding, remedy, again):
    """The same before the first change: tests/migration/test_refusals.py."""
    legacy_database.migrate(prepare=True)
    legacy_database.execute(theirs)
    with pytest.raises(CommandError) as refusal:
        legacy_database.migrate()
    assert str(refusal.value).splitlines()[0] == complaint
    with pytest.raises(ToolFailed, match=re.escape(complaint)):
        legacy_database.psql(SCRIPTS / "migration.sql")
    legacy_database.execute(remedy)
    legacy_database.migrate()
    legacy_database.execute(again)
    [result] = [result for result in validate(legacy_database.alias).results if result.check.id == "trigger.ndas"]
    assert (result.verdict, result.findings) == ("FAILED", (finding,))


AUDIT = """
CREATE TABLE audit_of_theirs (id text);
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO audit_of_theirs VALUES (NEW.id); RETURN NULL; END';
CREATE TRIGGER audit AFTER UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION audit()"""
SEEN = "SELECT count(*) > 0 FROM audit_of_theirs"


@pytest.mark.slow
def test_an_audit_that_is_not_meant_for_the_backfill_need_not_see_it(people, register, register_owner, migrator, after):
    """As the precheck says it, for a role that is no superuser."""
    register.execute(AUDIT)
    register.execute(f"GRANT {register_owner} TO {migrator}; ALTER ROLE {migrator} SET role = {register_owner}")
    register.execute(f"ALTER ROLE {migrator} SET session_replication_role = replica")
    reached = people.reaching(register, migrator)
    reached.migrate(prepare=True)
    register.execute(f"ALTER ROLE {migrator} RESET session_replication_role")
    reached.close()
    assert register.rows(SEEN) == [(False,)]
    register.execute("UPDATE ndas SET company_name = company_name WHERE id = (SELECT min(id) FROM ndas)")
    assert register.rows(SEEN) == [(True,)]  # For whoever works it goes on.
    register.execute("TRUNCATE audit_of_theirs")
    reached.migrate()
    assert register.rows(SEEN) == [(False,)]
    assert content(register) == after.content
