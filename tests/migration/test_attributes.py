"""What belongs to the name of a column or a type goes with the name, there and back, by both routes."""

import pytest
from psycopg.errors import InsufficientPrivilege

from epic10.checks import FAILED
from epic10.deploy.validate import validate
from tests.adversity.people import People

from .disturbances import look_at
from .test_two_routes import BACK, THERE

ROUTES = list(zip(THERE.values(), BACK.values(), strict=True))

THEIRS = """
GRANT USAGE ON SCHEMA public TO {app}, {other};
GRANT SELECT (id, company_name, status, usmax_position), UPDATE (status, usmax_position, updated_at) ON ndas TO {app};
GRANT SELECT (status), REFERENCES (status) ON ndas TO PUBLIC;
GRANT SELECT (id, status), INSERT (status) ON nda_status_history TO {app} WITH GRANT OPTION;
SET ROLE {app};
GRANT SELECT (status) ON nda_status_history TO {other};
RESET ROLE;
COMMENT ON COLUMN ndas.status IS 'Whether it''s 100 %% signed';
COMMENT ON COLUMN ndas.usmax_position IS '@name position';
ALTER TABLE ndas ALTER status SET STATISTICS 500, ALTER status SET (n_distinct = 6, n_distinct_inherited = -0.5);
COMMENT ON TYPE "NdaStatus" IS 'Of an NDA';
REVOKE USAGE ON TYPE "NdaStatus" FROM PUBLIC;
GRANT USAGE ON TYPE "NdaStatus" TO {app} WITH GRANT OPTION;
ALTER TYPE "UsMaxPosition" OWNER TO {owner};
GRANT CREATE ON SCHEMA public TO {owner};
ALTER TABLE ndas ADD is_non_usmax boolean;
GRANT SELECT (is_non_usmax) ON ndas TO {app};
COMMENT ON COLUMN ndas.is_non_usmax IS 'Not of USmax'"""

COLUMNS = """
SELECT attname, coalesce(attstattarget, -1), attoptions, col_description(attrelid, attnum),
       ARRAY(SELECT concat_ws(' ', coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC'), privilege_type, is_grantable)
               FROM aclexplode(attacl) ORDER BY 1)
  FROM pg_attribute WHERE attrelid = %s::regclass AND attname = ANY (%s) ORDER BY attname"""
TYPES = """
SELECT typname, typowner::regrole::text, obj_description(oid, 'pg_type'),
       ARRAY(SELECT coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC') || ' ' || is_grantable
               FROM aclexplode(typacl) WHERE grantee <> typowner ORDER BY 1)
  FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typname IN ('NdaStatus', 'UsMaxPosition')
  ORDER BY typname"""


def columns(database, table="ndas", names=("status", "usmax_position", "is_non_usmax")):
    return database.rows(COLUMNS, [table, list(names)])


def as_role(database, role, statement):
    with database.connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        try:
            cursor.execute(statement)
        finally:
            cursor.execute("RESET ROLE")


@pytest.fixture
def roles(django_db_blocker):
    """Set up before the database, so that no role goes before what it owns."""
    with django_db_blocker.unblock():
        people = People()
        yield {label: people.create(label) for label in ("app", "other", "owner")}
        people.leave()


@pytest.fixture
def granted(roles, legacy_database):
    for statement in THEIRS.format(**roles).replace("%%", "%").split(";\n"):
        legacy_database.execute(statement)
    return legacy_database, roles


@pytest.fixture
def granted_columns(granted):
    database, _ = granted
    return columns(database), columns(database, "nda_status_history", ["status"]), database.rows(TYPES)


@pytest.mark.parametrize("there, back", ROUTES, ids=THERE)
def test_the_name_has_what_it_had_and_the_way_back_is_exact(granted, granted_columns, there, back):
    database, roles = granted
    before = look_at(database).schema
    there(database)
    found = columns(database), columns(database, "nda_status_history", ["status"]), database.rows(TYPES)
    assert found == granted_columns
    as_role(database, roles["app"], "SELECT count(*) FROM ndas WHERE status = 'CREATED'")
    as_role(database, roles["app"], "UPDATE ndas SET status = 'SENT_PENDING_SIGNATURE' WHERE status = 'CREATED'")
    # A view of the old schema may read it with the caller's rights; a comment is said once.
    [(_, *_, comment, rights)] = columns(database, names=["status_legacy"])
    assert (comment, rights) == (None, columns(database, names=["status"])[0][4])
    back(database)
    assert look_at(database).schema == before


@pytest.mark.slow
@pytest.mark.parametrize("there, back", ROUTES, ids=THERE)
def test_what_was_changed_meanwhile_is_changed_after_the_way_back(granted, there, back):
    database, roles = granted
    there(database)
    for statement in (
        "REVOKE ALL (status) ON ndas FROM {app}",
        "REVOKE GRANT OPTION FOR SELECT (status) ON nda_status_history FROM {app} CASCADE",
        "GRANT SELECT (status) ON ndas TO {other} WITH GRANT OPTION",
        "COMMENT ON COLUMN ndas.status IS NULL",
        "COMMENT ON TYPE \"NdaStatus\" IS 'Of the new application'",
        "ALTER TABLE ndas ALTER status SET STATISTICS -1, ALTER status RESET (n_distinct)",
        'REVOKE USAGE ON TYPE "NdaStatus" FROM {app}',
    ):
        database.execute(statement.format(**roles))
    now = columns(database, names=["status"]), columns(database, "nda_status_history", ["status"]), database.rows(TYPES)
    back(database)
    assert now == (
        columns(database, names=["status"]),
        columns(database, "nda_status_history", ["status"]),
        database.rows(TYPES),
    )
    with pytest.raises(Exception) as refusal:
        as_role(database, roles["app"], "UPDATE ndas SET status = 'CREATED'")
    assert isinstance(refusal.value.__cause__, InsufficientPrivilege)


@pytest.mark.slow
def test_validation_notices_who_may_no_longer(granted):
    database, roles = granted
    database.migrate()
    assert failed(database) == {}
    database.execute(f"REVOKE UPDATE (status) ON ndas FROM {roles['app']}")
    assert failed(database) == {
        "grants.ndas.status": [f"{roles['app']} may UPDATE ndas.status_legacy, and not ndas.status"]
    }
    database.execute(f"REVOKE UPDATE (status_legacy) ON ndas FROM {roles['app']}")
    assert failed(database) == {}


def failed(database):
    return {
        result.check.id: list(result.findings)
        for result in validate(database.alias).results
        if result.verdict == FAILED
    }


@pytest.mark.parametrize("there, back", ROUTES, ids=THERE)
def test_a_trigger_lists_its_columns_in_its_own_order(legacy_database, there, back):
    legacy_database.execute(
        "CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER one AFTER UPDATE OF status, company_name ON ndas FOR EACH ROW EXECUTE FUNCTION noted();"
        "CREATE TRIGGER two AFTER INSERT OR UPDATE OF usmax_position, id, status ON ndas"
        " FOR EACH ROW EXECUTE FUNCTION noted()"
    )
    before = look_at(legacy_database).schema
    there(legacy_database)
    question = "SELECT substring(pg_get_triggerdef(oid) FROM 'OF (.*) ON') FROM pg_trigger WHERE tgname = %s"
    assert legacy_database.rows(question, ["one"]) == [("status, status_legacy, company_name",)]
    assert legacy_database.rows(question, ["two"]) == [
        ("usmax_position, usmax_position_legacy, id, status, status_legacy",)
    ]
    back(legacy_database)
    assert look_at(legacy_database).schema == before
