"""What the customer has built on a status goes on working: before, after the switch, and after the way back."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from epic10.postgres.dependents import dependents

from .disturbances import look_at
from .test_two_routes import BACK, SCRIPTS, THERE

FIRST = "(SELECT min(id) FROM ndas WHERE status{0} = 'CREATED')"

THEIRS = """
CREATE TABLE heard (who text, was text, is_now text, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO heard (who, is_now) VALUES (TG_NAME, TG_ARGV[0]);
  RETURN NEW;
END $$;
CREATE FUNCTION report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO heard (who, is_now) VALUES (TG_NAME, NEW.status);
  RETURN NULL;
END $$;
CREATE VIEW open_ndas AS SELECT id, company_name, status FROM ndas WHERE status IN ('CREATED', 'EMAILED');
CREATE MATERIALIZED VIEW by_status AS SELECT status, count(*) AS ndas FROM ndas GROUP BY status;
CREATE RULE no_delete AS ON DELETE TO ndas WHERE OLD.status = 'FULLY_EXECUTED' DO INSTEAD NOTHING;
ALTER TABLE ndas ADD is_signed boolean GENERATED ALWAYS AS (status = 'FULLY_EXECUTED') STORED;
ALTER TABLE ndas ADD CONSTRAINT emailed_has_a_name CHECK (status <> 'EMAILED' OR company_name <> '');
CREATE INDEX emailed ON ndas (company_name) WHERE status = 'EMAILED';
CREATE STATISTICS status_by_agency ON status, agency_group_id FROM ndas;
CREATE POLICY not_cancelled ON ndas USING (status <> 'CANCELLED');
CREATE TRIGGER after_update_of AFTER UPDATE OF status ON ndas FOR EACH ROW EXECUTE FUNCTION hear('of');
CREATE TRIGGER before_when BEFORE UPDATE ON ndas FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION hear('when');
CREATE TRIGGER by_name AFTER UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION report();
CREATE CONSTRAINT TRIGGER deferred_of AFTER UPDATE OF status ON ndas DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION hear('deferred');
COMMENT ON TRIGGER deferred_of ON ndas IS 'Heard at commit.';
CREATE TRIGGER switched_off BEFORE UPDATE OF status ON ndas FOR EACH ROW EXECUTE FUNCTION hear('off');
ALTER TABLE ndas DISABLE TRIGGER switched_off;
CREATE PUBLICATION some_columns FOR TABLE ndas (id, status)"""

LISTED = {
    ("view", "open_ndas"),
    ("materialized view", "by_status"),
    ("rule", "no_delete on ndas"),
    ("generated column", "is_signed"),
    ("constraint", "emailed_has_a_name"),
    ("index", "emailed"),
    ("statistics", "status_by_agency"),
    ("policy", "not_cancelled"),
    ("trigger", "after_update_of"),
    ("trigger", "before_when"),
    ("trigger", "deferred_of"),
    ("trigger", "switched_off"),
    ("trigger function", "report()"),
    ("publication", "some_columns"),
}


@pytest.fixture
def built_upon(legacy_database):
    legacy_database.psql(THEIRS + ";")
    return legacy_database


def heard(database, statement):
    """Which of the triggers heard of it."""
    database.execute("DELETE FROM heard")
    database.execute(statement)
    return database.rows("SELECT who, is_now FROM heard ORDER BY who")


def goes_on(database, *, emailed, legacy=""):
    """Use each of them, as the application of the moment writes; ``legacy`` is what its old column is called."""
    old = f"status{legacy}"
    id = database.rows(f"SELECT min(id) FROM ndas WHERE {old} = 'CREATED'")[0][0]
    everybody = [("after_update_of", "of"), ("before_when", "when"), ("by_name", emailed), ("deferred_of", "deferred")]
    assert heard(database, f"UPDATE ndas SET status = '{emailed}' WHERE id = '{id}'") == everybody
    assert database.rows("SELECT status::text FROM open_ndas WHERE id = %s", [id]) == [("EMAILED",)]
    database.execute("REFRESH MATERIALIZED VIEW by_status")
    question = f"SELECT {old}::text, count(*) FROM ndas GROUP BY 1 ORDER BY 1"
    assert database.rows("SELECT status::text, ndas FROM by_status ORDER BY 1") == database.rows(question)
    assert database.rows(f"SELECT count(*) FROM ndas WHERE is_signed <> ({old} = 'FULLY_EXECUTED')") == [(0,)]
    signed = database.rows("SELECT count(*) FROM ndas WHERE is_signed")
    database.execute("DELETE FROM ndas WHERE is_signed")
    assert database.rows("SELECT count(*) FROM ndas WHERE is_signed") == signed
    # Written through the view of the old schema, and read by the application of the moment.
    database.execute("UPDATE open_ndas SET status = 'CREATED' WHERE id = %s", [id])
    assert database.rows(f"SELECT status::text, {old}::text FROM ndas WHERE id = %s", [id]) == [("CREATED", "CREATED")]
    database.execute("UPDATE open_ndas SET status = 'EMAILED' WHERE id = %s", [id])
    assert database.rows(f"SELECT status::text, {old}::text FROM ndas WHERE id = %s", [id]) == [(emailed, "EMAILED")]
    database.execute(f"UPDATE ndas SET status = 'CREATED' WHERE id = '{id}'")


def published(database):
    return database.rows("SELECT attnames::text FROM pg_publication_tables WHERE pubname = 'some_columns'")


@pytest.mark.parametrize("there, back", list(zip(THERE.values(), BACK.values(), strict=True)), ids=THERE)
def test_each_goes_on_through_the_switch_and_back(built_upon, there, back):
    goes_on(built_upon, emailed="EMAILED")
    schema = look_at(built_upon)
    there(built_upon)
    built_upon.close()  # A function of theirs that has seen the old type needs a new session.
    assert published(built_upon) == [("{id,status_legacy}",)]
    goes_on(built_upon, emailed="SENT_PENDING_SIGNATURE", legacy="_legacy")
    back(built_upon)
    built_upon.close()
    assert look_at(built_upon).schema == schema.schema
    assert published(built_upon) == [("{id,status}",)]
    goes_on(built_upon, emailed="EMAILED")


def test_all_of_them_are_listed_and_nothing_else(built_upon):
    found = dependents(built_upon.connection, "ndas", ["status", "usmax_position"], indexes=["ndas_status_idx"])
    assert {(kind, name) for kind, name, _ in found} == LISTED
    assert {column for _, _, column in found} == {"status"}


def test_nothing_of_ours_is_listed(migrated_database):
    found = dependents(migrated_database.connection, "ndas", ["status", "usmax_position"], indexes=["ndas_status_idx"])
    assert found == []


def test_a_rule_that_would_not_see_the_change_is_refused(legacy_database):
    legacy_database.execute(
        "CREATE RULE noted AS ON UPDATE TO ndas WHERE OLD.status <> NEW.status "
        "DO ALSO DELETE FROM audit_log WHERE false"
    )
    with pytest.raises(CommandError) as refusal:
        legacy_database.migrate()
    assert str(refusal.value).splitlines() == [
        "Expected that no rule for INSERT or UPDATE on ndas reads status; found: noted does.",
        'HINT: Make a trigger of it, which sees both columns; then DROP RULE ... ON "ndas";',
        "Nothing was changed.",
    ]


def test_the_scripts_say_the_same(legacy_database):
    assert "no rule for INSERT or UPDATE on ndas reads status" in (SCRIPTS / "migration.sql").read_text()


CASTS = """
CREATE CAST (varchar AS "NdaStatus") WITH INOUT AS ASSIGNMENT;
CREATE CAST ("NdaStatus" AS varchar) WITH INOUT AS IMPLICIT;
CREATE CAST (varchar AS "UsMaxPosition") WITH INOUT AS IMPLICIT;"""


def sends_varchar(database, label):
    """As a program does that knows of no enum."""
    database.close()
    database.psql(
        f"PREPARE move (varchar) AS UPDATE ndas SET status = $1 WHERE id = {FIRST.format('')}; EXECUTE move ('{label}')"
    )


@pytest.mark.slow
@pytest.mark.parametrize("there, back", list(zip(THERE.values(), BACK.values(), strict=True)), ids=THERE)
def test_a_cast_by_labels_is_one_of_the_new_type_as_well(legacy_database, there, back):
    legacy_database.psql(CASTS)
    schema = legacy_database.dump_schema()
    for _ in range(2):
        sends_varchar(legacy_database, "EMAILED")
        there(legacy_database)
        sends_varchar(legacy_database, "SENT_PENDING_SIGNATURE")
        assert 'CREATE CAST (character varying AS public."UsMaxPosition")' in legacy_database.dump_schema()
        back(legacy_database)
        assert legacy_database.dump_schema() == schema
    there(legacy_database)
    call_command("epic10_finalize", yes_drop_legacy=True, database=legacy_database.alias, stdout=StringIO())
    sends_varchar(legacy_database, "SENT_PENDING_SIGNATURE")
    casts = "SELECT count(*) FROM pg_cast JOIN pg_type t ON t.oid IN (castsource, casttarget) WHERE typtype = 'e'"
    assert legacy_database.rows(casts) == [(3,)]
