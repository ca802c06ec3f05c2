"""The roles of docs/least-privilege.md are enough: the statements are run as they stand there."""

import re
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command

from epic10.deploy import validate
from tests.adversity.people import give_away
from tests.adversity.test_settings import content
from tests.databases import Scratch
from tests.migration.disturbances import steps
from tests.migration.test_two_routes import SCRIPTS

OLD_WRITES = """
UPDATE ndas SET status = 'EMAILED', company_name = company_name || '!' WHERE id = (SELECT min(id) FROM ndas);
UPDATE ndas SET status = 'CREATED' WHERE id = (SELECT min(id) FROM ndas);
INSERT INTO ndas (id, company_name, agency_group_id, abbreviated_name, authorized_purpose, status,
                  opportunity_poc_id, relationship_poc_id, created_by_id, updated_at)
SELECT gen_random_uuid()::text, company_name, agency_group_id, abbreviated_name, authorized_purpose, 'INACTIVE',
       opportunity_poc_id, relationship_poc_id, created_by_id, now() FROM ndas LIMIT 1;
INSERT INTO nda_status_history (id, nda_id, status, changed_at, changed_by_id)
SELECT gen_random_uuid()::text, id, 'CANCELLED', now(), created_by_id FROM ndas LIMIT 1"""
NEW_WRITES = """
UPDATE ndas SET status = 'PENDING_APPROVAL', rejection_reason = 'x' WHERE id = (SELECT min(id) FROM ndas);
UPDATE ndas SET nda_type = 'CONSULTANT', is_non_usmax = true WHERE id = (SELECT max(id) FROM ndas);
INSERT INTO nda_status_history (id, nda_id, status, changed_at, changed_by_id)
SELECT gen_random_uuid()::text, id, 'PENDING_APPROVAL', now(), created_by_id FROM ndas LIMIT 1"""
ON_WHAT_IS_PARKED = """
UPDATE ndas SET status = 'IN_REVISION', company_name = 'changed' WHERE id = (SELECT min(id) FROM ndas)"""


def statements():
    """For whoever has a register that is given to the owner already: migrator, application."""
    return [*written("The migrator"), *written("The application")]


def written(heading):
    """The blocks of SQL under a heading of the page."""
    page = (settings.BASE_DIR / "docs" / "least-privilege.md").read_text()
    sections = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    return re.findall(r"```sql\n(.*?)```", sections[heading], re.DOTALL)


def renamed(block, roles):
    return re.sub(r"\bndas_(?=owner|migrator|app\b)", roles, block)


@pytest.fixture
def roles(people):
    prefix = people.create("owner", "NOLOGIN").removesuffix("owner")
    people.names += [f"{prefix}migrator"]
    people.names += [f"{prefix}app"]
    return prefix


@pytest.fixture
def app_and_migrator(roles, people, legacy_database):
    """The application's connection, and the register as the migrator reaches it."""
    give_away(legacy_database, f"{roles}owner")
    legacy_database.execute(f"CREATE ROLE {roles}app LOGIN")
    for block in statements():
        legacy_database.execute(renamed(block, roles))
    app, migrator = (people.reaching(legacy_database, f"{roles}{name}") for name in ("app", "migrator"))
    with psycopg.connect(app.url, autocommit=True) as application:
        yield application, migrator


@pytest.mark.slow
def test_under_them_the_release_goes_there_and_back_while_the_application_writes(app_and_migrator, people):
    application, migrator = app_and_migrator
    application.execute(OLD_WRITES)
    for step in steps()[:-1]:
        step.forwards(migrator)
        application.execute(OLD_WRITES)
    migrator.migrate("0002")
    application.execute(NEW_WRITES)
    call_command("epic10_validate", database=migrator.alias, stdout=StringIO())
    for step in steps()[::-1]:
        step.backwards(migrator)
        application.execute(OLD_WRITES)
    migrator.migrate("0001")
    application.execute(ON_WHAT_IS_PARKED)
    migrator.migrate("0002")
    application.execute(NEW_WRITES)


def test_under_them_so_do_the_scripts(app_and_migrator):
    _, migrator = app_and_migrator
    before = content(migrator)
    for script in ("migration.sql", "verify.sql", "rollback.sql"):
        migrator.psql(SCRIPTS / script)
    assert content(migrator) == before


@pytest.mark.long
def test_under_them_one_can_rehearse(app_and_migrator):
    _, migrator = app_and_migrator
    call_command("epic10_rehearse", rows=20, database=migrator.alias, stdout=StringIO())


@pytest.mark.slow
def test_under_its_own_the_application_does_what_the_page_says_it_can(app_and_migrator, roles):
    _, migrator = app_and_migrator
    for app in ("contenttypes", "auth", "admin", "sessions", "axes", "outbox", "epic10", "ndas"):
        migrator.migrate(None, app=app)
    for block in (*written("Signing in"), *written("The dashboard")):
        migrator.execute(renamed(block, roles))
    app = Scratch(migrator.name)
    app.alias = f"{migrator.name} as {roles}app"
    said = StringIO()
    report = validate.validate(app.alias, smoke=True)
    assert [(result.check.id, result.findings) for result in report.failed] == []
    [[before]] = app.rows("SELECT count(*) FROM ndas WHERE status = 'EXPIRED'")
    call_command("expire_ndas", database=app.alias, stdout=said)
    [[after]] = app.rows("SELECT count(*) FROM ndas WHERE status = 'EXPIRED'")
    assert before == 0 < after


def test_the_application_may_not_look_into_the_archive(app_and_migrator):
    application, migrator = app_and_migrator
    migrator.migrate("0002")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("SELECT * FROM epic10_archive")
