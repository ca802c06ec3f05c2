"""What the migrating role may not do it is told before the first change, with the statements that give it."""

import pytest
from django.core.management import CommandError

from epic10.postgres.client_programs import ToolFailed
from tests.migration.disturbances import look_at
from tests.migration.test_two_routes import SCRIPTS
from tests.sampling import sampled

MEMBER = "GRANT {owner} TO {migrator}"
REFUSAL = 'The role "{migrator}" may not do what the release does. What stands in its way: '

EVERYTHING = (
    "function epic10_append_only: owner {owner}; table nda_status_history, ndas: owner {owner}; "
    'type "NdaStatus", "UsMaxPosition": owner {owner}.'
)

# What is lacking; how it comes about; what is said of it; what to type.
LACKING = {
    "everything": (
        [],
        EVERYTHING,
        "GRANT {owner} TO {migrator};",
    ),
    "the owner's privileges, though a member": (
        ["ALTER ROLE {migrator} NOINHERIT", MEMBER],
        EVERYTHING,
        "ALTER ROLE {migrator} SET role = {owner};",
    ),
    "ownership of a type": (
        [MEMBER, 'ALTER TYPE "UsMaxPosition" OWNER TO {other}'],
        'type "UsMaxPosition": owner {other}.',
        "GRANT {other} TO {migrator};",
    ),
    "ownership of one table": (
        [MEMBER, "ALTER TABLE nda_status_history OWNER TO {other}"],
        "table nda_status_history: owner {other}.",
        "GRANT {other} TO {migrator};",
    ),
    "the foreign key's other end": (
        [MEMBER, "ALTER TABLE contacts OWNER TO {other}"],
        "no REFERENCES, SELECT, UPDATE on contacts.",
        "GRANT REFERENCES, SELECT, UPDATE ON contacts TO {migrator};",
    ),
    "the tables that are counted": (
        [MEMBER, "ALTER TABLE audit_log OWNER TO {other}", "ALTER TABLE documents OWNER TO {other}"],
        "no SELECT on audit_log, documents.",
        "GRANT SELECT ON audit_log, documents TO {migrator};",
    ),
    "CREATE in the schema": (
        [MEMBER, "ALTER SCHEMA public OWNER TO {other}", "REVOKE ALL ON SCHEMA public FROM {owner}"],
        "no CREATE in schema public.",
        "GRANT CREATE ON SCHEMA public TO {migrator};",
    ),
    "CREATE on the database": (
        [MEMBER, "REVOKE CREATE ON DATABASE {database} FROM {owner}"],
        "no CREATE on database {database}, for schema epic10, epic10_qualified, epic9, epic9_qualified.",
        "GRANT CREATE ON DATABASE {database} TO {migrator};",
    ),
    "USAGE of the schema": (
        [MEMBER, "ALTER SCHEMA public OWNER TO {other}", "REVOKE ALL ON SCHEMA public FROM {owner}, public"],
        "table nda_status_history, ndas in schema public, with no USAGE on it.",
        "GRANT USAGE, CREATE ON SCHEMA public TO {migrator};",
    ),
    "the schema in its search_path": (
        [
            MEMBER,
            "CREATE SCHEMA elsewhere AUTHORIZATION {migrator}",
            "ALTER ROLE {migrator} SET search_path = elsewhere",
        ],
        "table nda_status_history, ndas in schema public, which is not in search_path.",
        "ALTER ROLE {migrator} SET search_path = public;",
    ),
    "the schema as the first of its search_path": (
        [
            MEMBER,
            "CREATE SCHEMA elsewhere AUTHORIZATION {migrator}",
            "ALTER ROLE {migrator} SET search_path = elsewhere, public",
        ],
        "table nda_status_history, ndas in schema public, while search_path puts new objects into elsewhere.",
        "ALTER ROLE {migrator} SET search_path = public;",
    ),
    "the function of a trigger": (
        [
            MEMBER,
            "CREATE SCHEMA sec AUTHORIZATION {other}",
            "CREATE FUNCTION sec.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "ALTER FUNCTION sec.note() OWNER TO {other}",
            "CREATE TRIGGER note AFTER UPDATE OF company_name, status ON ndas FOR EACH ROW EXECUTE FUNCTION sec.note()",
            "CREATE FUNCTION sec.other() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TRIGGER other AFTER UPDATE OF company_name ON ndas FOR EACH ROW EXECUTE FUNCTION sec.other()",
            "REVOKE EXECUTE ON FUNCTION sec.note(), sec.other() FROM PUBLIC",
        ],
        "no EXECUTE on function sec.note() of trigger note; no USAGE on schema sec, of the function of trigger note.",
        "GRANT EXECUTE ON FUNCTION sec.note() TO {migrator}; GRANT USAGE ON SCHEMA sec TO {migrator};",
    ),
    "sight of every row": (
        [
            MEMBER,
            "ALTER TABLE ndas ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
            "CREATE POLICY a_part ON ndas USING (display_id < 100)",
        ],
        "rows of ndas hidden by row security.",
        "ALTER ROLE {migrator} BYPASSRLS;",
    ),
}


@pytest.fixture
def other(people):
    return people.create("other", "NOLOGIN")


@pytest.mark.parametrize("case", sampled(LACKING, "everything", "CREATE on the database", "sight of every row"))
def test_what_is_lacking_is_said_before_the_first_change_and_what_to_type_helps(
    other, people, register, register_owner, migrator, case
):
    theirs, complaint, hint = case
    names = {"owner": register_owner, "migrator": migrator, "other": other, "database": register.name}
    for statement in theirs:
        register.execute(statement.format(**names))
    found = look_at(register)
    complaint, hint = (REFUSAL + complaint).format(**names), hint.format(**names)
    reached = people.reaching(register, migrator)
    with pytest.raises(CommandError) as refusal:
        reached.migrate()
    assert str(refusal.value) == f"{complaint}\nHINT: {hint}\nNothing was changed."
    with pytest.raises(ToolFailed) as refusal:
        reached.psql(SCRIPTS / "migration.sql")
    assert f"ERROR:  {complaint}\nHINT:  {hint}" in str(refusal.value)
    assert look_at(register) == found

    register.execute(hint)
    reached.close()
    assert "switch done in " in reached.migrate()


def test_the_way_back_needs_the_same(people, register, register_owner, migrator):
    register.migrate()
    found = look_at(register)
    reached = people.reaching(register, migrator)
    with pytest.raises(CommandError) as refusal:
        reached.migrate("0001")
    assert "table nda_status_history, ndas: owner " in str(refusal.value)
    assert str(refusal.value).endswith("\nNothing was changed.")
    assert look_at(register) == found


def test_who_has_nothing_to_do_needs_nothing(people, register, migrator):
    register.migrate()
    register.execute(f"GRANT SELECT ON django_migrations TO {migrator}")
    assert "No migrations to apply." in people.reaching(register, migrator).migrate()
