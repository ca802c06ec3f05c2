"""Enum types in a schema of their own: the new ones are made there, or the release says that it does not see them."""

import pytest
from django.core.management import CommandError, call_command

from epic10 import checks
from epic10.checks import Database
from epic10.postgres.client_programs import ToolFailed
from epic10.rehearsal import schema_rehearsal
from tests.migration.disturbances import look_at
from tests.migration.test_two_routes import BACK, SCRIPTS, THERE

ELSEWHERE = """
CREATE SCHEMA types;
ALTER TYPE "NdaStatus" SET SCHEMA types;
ALTER TYPE "UsMaxPosition" SET SCHEMA types"""
PLACES = """
SELECT typname, typnamespace::regnamespace::text FROM pg_type
 WHERE typname ~ '^(NdaStatus|UsMaxPosition|NdaType)(_legacy|_epic10)?$' AND typnamespace::regnamespace::text !~ '^epic'
 ORDER BY 1"""
NEW = ["NdaStatus", "NdaType", "UsMaxPosition"]


@pytest.fixture
def elsewhere(legacy_database):
    legacy_database.execute(ELSEWHERE)
    legacy_database.execute(f'ALTER DATABASE "{legacy_database.name}" SET search_path = public, types')
    legacy_database.close()
    return legacy_database


@pytest.mark.slow
@pytest.mark.parametrize("there, back", list(zip(THERE.values(), BACK.values(), strict=True)), ids=THERE)
def test_the_new_types_are_made_where_the_old_ones_are(elsewhere, there, back):
    before = look_at(elsewhere)
    there(elsewhere)
    assert elsewhere.rows(PLACES) == [(name, "types") for name in NEW]
    call_command("epic10_validate", smoke=True, database=elsewhere.alias, verbosity=0)
    back(elsewhere)
    assert look_at(elsewhere) == before


@pytest.mark.slow
def test_the_rehearsal_of_the_schema_has_the_search_path_of_the_database(elsewhere):
    result = checks.ask(schema_rehearsal.check(), Database(elsewhere.connection))
    assert (result.verdict, result.findings) == ("OK", ())


OUT_OF_SIGHT = {
    "in no schema of the search_path": (
        ELSEWHERE,
        'ALTER ROLE {role} SET search_path = "$user", public, types;',
    ),
    "behind others of these names": (
        f"""{ELSEWHERE};
            CREATE TYPE "NdaStatus" AS ENUM ('CREATED'); CREATE TYPE "UsMaxPosition" AS ENUM ();
            ALTER DATABASE "{{database}}" SET search_path = public, types""",
        'ALTER TYPE "NdaStatus" RENAME TO "NdaStatus_before_epic10"; '
        'ALTER TYPE "UsMaxPosition" RENAME TO "UsMaxPosition_before_epic10";',
    ),
}


@pytest.mark.parametrize(("theirs", "hint"), OUT_OF_SIGHT.values(), ids=OUT_OF_SIGHT)
def test_types_that_search_path_does_not_find_are_refused(people, legacy_database, theirs, hint):
    role = people.create("types", "LOGIN SUPERUSER")
    legacy_database.execute(theirs.format(database=legacy_database.name))
    found = look_at(legacy_database)
    reached = people.reaching(legacy_database, role)
    unseen = "in schema types, where search_path does not find it"
    complaint = (
        f'The role "{role}" may not do what the release does. What stands in its way: '
        f'type "NdaStatus" of nda_status_history.status, ndas.status {unseen}; '
        f'type "UsMaxPosition" of ndas.usmax_position {unseen}.'
    )
    hint = hint.format(role=role)
    with pytest.raises(CommandError) as refusal:
        reached.migrate()
    assert str(refusal.value).splitlines() == [complaint, f"HINT: {hint}", "Nothing was changed."]
    with pytest.raises(ToolFailed) as refusal:
        reached.psql(SCRIPTS / "migration.sql")
    assert f"ERROR:  {complaint}\nHINT:  {hint}" in str(refusal.value)
    assert look_at(legacy_database) == found
    legacy_database.execute(hint)
    reached.close()
    reached.migrate()
