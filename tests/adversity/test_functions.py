"""What the release installs works on its own tables and for their owner, whoever hangs it elsewhere."""

import json
import re

import psycopg
import pytest
from django.core.management import CommandError
from django.db import Error
from psycopg.errors import InsufficientPrivilege, RaiseException

from tests.migration.disturbances import steps

OURS = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
 WHERE nspname = 'public' {} ORDER BY 1"""
FOR_OTHERS = OURS.format(
    "AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee <> proowner)"
)
AS_ITS_OWNER = OURS.format("AND prosecdef")
COLUMNS = """
SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
 WHERE attrelid = 'ndas'::regclass AND attnum > 0 AND NOT attisdropped"""
FIRST = "(SELECT min(id) FROM ndas)"
EVENTS = f"SELECT event, content FROM epic10_archive WHERE row_id = {FIRST} ORDER BY id"

# As somebody would type it who may connect and read the register, and has a temporary table of his own.
MINE = "CREATE TEMP TABLE mine AS SELECT * FROM ndas ORDER BY id LIMIT 1"
HANG = "CREATE TRIGGER mine BEFORE UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION {}"
FORGE = (
    "UPDATE mine SET is_non_usmax = true, company_name = 'x'",
    "UPDATE mine SET company_name = 'y'",
    "DELETE FROM mine",
)


@pytest.fixture
def switched_back(people, migrated_database):
    """Half-way back: the triggers that park are at work, and one row holds what only Epic 10 can."""
    migrated_database.execute(f"UPDATE ndas SET nda_type = 'CONSULTANT' WHERE id = {FIRST}")
    back(migrated_database, "switch", "enforce")
    return migrated_database


@pytest.fixture
def attacker(people, switched_back):
    role = people.create("attacker")
    switched_back.execute(f"GRANT SELECT, TRIGGER ON ndas TO {role}")
    with psycopg.connect(people.reaching(switched_back, role).url, autocommit=True) as session:
        session.execute(MINE)
        yield session


def back(database, *names):
    for step in reversed(steps()):
        if step.name in names:
            step.backwards(database)


def test_nobody_but_its_owner_may_run_a_function_of_the_release_at_any_point(legacy_database):
    seen = {}

    def look(when):
        seen[when] = {name for (name,) in legacy_database.rows(OURS.format(""))}
        assert legacy_database.rows(FOR_OTHERS) == [], when

    for step in steps():
        step.forwards(legacy_database)
        look(step.name)
    legacy_database.migrate(None)
    look("guard")
    legacy_database.migrate()
    for step in reversed(steps()):
        step.backwards(legacy_database)
        look(f"{step.name} back")
    assert {"epic10_append_only()", "zz_epic10_sync_ndas()"} <= seen["expand"]
    assert any(name.startswith("pgtrigger_transitions") for name in seen["guard"])
    assert "zz_epic10_park_ndas()" in seen["switch back"]


def test_whoever_hangs_one_of_them_on_a_table_of_his_own_is_refused(switched_back, attacker):
    functions = [name for (name,) in switched_back.rows(OURS.format(""))]
    assert "zz_epic10_park_ndas()" in functions
    for function in functions:
        for table in ("mine", "ndas"):
            with pytest.raises(InsufficientPrivilege, match=f"permission denied for function {function[:-2]}"):
                attacker.execute(HANG.format(table, function))


def test_what_runs_as_its_owner_works_on_its_own_table_alone_even_where_everybody_may_run_it(switched_back, attacker):
    """Say ALTER DEFAULT PRIVILEGES … GRANT EXECUTE ON FUNCTIONS TO PUBLIC."""
    functions = [name for (name,) in switched_back.rows(AS_ITS_OWNER)]
    assert functions == [
        f"zz_epic10_{what}_{table}()" for what in ("late", "park") for table in ("nda_status_history", "ndas")
    ]
    attacker.execute("CREATE TEMP TABLE ndas AS SELECT * FROM public.ndas LIMIT 1")
    for function in functions:
        switched_back.execute(f"GRANT EXECUTE ON FUNCTION {function} TO PUBLIC")
        for table in ("mine", "pg_temp.ndas"):
            attacker.execute(HANG.format(table, function))
            for statement in FORGE:
                with pytest.raises(RaiseException) as refusal:
                    attacker.execute(statement.replace("mine", table))
                said = refusal.value.diag
                name, whose = function[:-2], re.sub("^zz_epic10_(late|park)_", "", function[:-2])
                mine = attacker.execute("SELECT %s::regclass::text", [table]).fetchone()[0]
                assert said.message_primary.startswith(f"{name} works for the table {whose} alone, not for ")
                assert said.message_hint.startswith("DROP TRIGGER mine ON ")
                attacker.execute("SET search_path = public, pg_temp")
                assert mine.removeprefix("pg_temp.") in said.message_primary
                attacker.execute("RESET search_path")
            attacker.execute(f"DROP TRIGGER mine ON {table}")
    assert switched_back.rows(EVENTS) == []


PLANT = f"""
INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, fingerprint)
SELECT max(id), 'ndas', {FIRST}, %s, '{{"nda_type": "MUTUAL"}}', 0 FROM epic10_rollback"""
SAID = "epic10_archive has other values of the row {} of ndas than the row itself."
HINT = (
    "Neither is lost if a new count begins: INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp()); "
    "then {}."
)


def test_parking_never_takes_what_somebody_else_has_put_there_for_the_truth(switched_back):
    [(first,)] = switched_back.rows(f"SELECT {FIRST}")
    switched_back.execute(PLANT, ["parked"])
    with pytest.raises(Error) as refusal:
        back(switched_back, "backfill")
    said = refusal.value.__cause__.diag
    assert said.message_primary == SAID.format(first)
    assert said.message_hint == HINT.format("python manage.py migrate ndas 0001")
    assert switched_back.rows("SELECT nda_type::text FROM ndas WHERE id = %s", [first]) == [("CONSULTANT",)]
    switched_back.execute("INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp())")
    switched_back.migrate("0001")
    assert [(event, json.loads(content)) for event, content in switched_back.rows(EVENTS)] == [
        ("parked", {"nda_type": "MUTUAL"}),
        ("parked", {"nda_type": "CONSULTANT"}),
    ]
    switched_back.migrate()
    assert switched_back.rows("SELECT nda_type::text FROM ndas WHERE id = %s", [first]) == [("CONSULTANT",)]


@pytest.mark.slow
def test_nor_does_restoring(switched_back):
    switched_back.migrate("0001")
    switched_back.execute(f"UPDATE ndas SET company_name = 'changed' WHERE id = {FIRST}")
    # As if it had been decided before the row was parked.
    switched_back.execute(
        PLANT.replace("(rollback_id", "(id, rollback_id").replace("max(id)", "0, max(id)"), ["changed"]
    )
    with pytest.raises(CommandError) as refusal:
        switched_back.migrate()
    [(first,)] = switched_back.rows(f"SELECT {FIRST}")
    then = "python manage.py migrate ndas 0001, and python manage.py migrate ndas"
    assert str(refusal.value).startswith(f"{SAID.format(first)}\nHINT: {HINT.format(then)}\n")
    switched_back.execute("INSERT INTO epic10_rollback (parked_at) VALUES (clock_timestamp())")
    switched_back.migrate("0001")
    assert "1 NDAs were changed by the old application since" in switched_back.migrate()


def test_a_function_of_a_strangers_that_breaks_keeps_nobody_from_the_release(people, legacy_database):
    """Whoever may create anything could make one that lists the columns of a row, which are more after expand."""
    stranger = people.create("stranger", "NOLOGIN")
    [[columns]] = legacy_database.rows(COLUMNS)
    legacy_database.execute(f"CREATE SCHEMA theirs AUTHORIZATION {stranger}; SET ROLE {stranger}")
    legacy_database.execute("SET check_function_bodies = off")
    listing = "CREATE FUNCTION {}() RETURNS SETOF ndas LANGUAGE sql AS 'SELECT {} FROM public.ndas'"
    legacy_database.execute(listing.format("theirs.listed", columns))
    legacy_database.execute("RESET ROLE; RESET check_function_bodies")
    steps()[0].forwards(legacy_database)
    legacy_database.migrate("0001")
    legacy_database.execute(listing.format("listed", columns))
    with pytest.raises(CommandError, match=r"Function listed\(\) could not be called after this change: return type"):
        legacy_database.migrate()
