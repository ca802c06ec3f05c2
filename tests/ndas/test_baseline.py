"""0001 makes the register where there is none, and touches none that is there."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db.migrations.executor import MigrationExecutor

LABELS = """
    SELECT typname, string_agg(enumlabel, ' ' ORDER BY enumsortorder)
      FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid GROUP BY typname ORDER BY typname"""
FOREIGN_KEYS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE contype = 'f' AND conrelid = ANY ('{ndas,nda_status_history,documents,audit_log}'::regclass[])"""


def schema_without_order(database):
    """The dump's statements, however their lines are ordered."""
    statements = re.split(r";\n", re.sub(r"--.*\n", "", database.dump_schema()))
    return {" ".join(sorted(statement.replace(",", "").split("\n"))).strip() for statement in statements}


def sql_of_0001():
    return call_command("sqlmigrate", "ndas", "0001", stdout=io.StringIO())


def test_an_empty_database_gets_the_register(empty_database):
    empty_database.migrate("0001")
    assert empty_database.rows(LABELS) == [
        ("DocumentType", "GENERATED UPLOADED FULLY_EXECUTED"),
        ("NdaStatus", "CREATED EMAILED IN_REVISION FULLY_EXECUTED INACTIVE CANCELLED"),
        ("UsMaxPosition", "PRIME SUB TEAMING OTHER"),
    ]


def test_psql_makes_the_same_register(baseline_database, empty_database):
    empty_database.psql(sql_of_0001())
    assert empty_database.dump_schema() == baseline_database.dump_schema()


def test_it_is_the_register_that_another_tool_makes(baseline_database, production_database):
    """But for what only production has."""
    production_database.psql("""
        ALTER TABLE contacts DROP COLUMN role_id;
        ALTER TABLE ndas DROP COLUMN notes;
        DROP INDEX documents_document_type_idx;
        DROP TABLE roles, _prisma_migrations
    """)
    assert schema_without_order(baseline_database) == schema_without_order(production_database)


def test_a_required_reference_restricts_and_an_optional_one_is_set_null(baseline_database):
    definitions = dict(baseline_database.rows(FOREIGN_KEYS))
    assert definitions["ndas_created_by_id_fkey"].endswith("ON UPDATE CASCADE ON DELETE RESTRICT")
    assert definitions["ndas_cloned_from_id_fkey"].endswith("ON UPDATE CASCADE ON DELETE SET NULL")
    assert len(definitions) == 12


def test_running_it_twice_changes_nothing(legacy_database):
    before = legacy_database.dump_schema()
    legacy_database.execute("DELETE FROM django_migrations WHERE app = 'ndas'")
    legacy_database.migrate("0001")
    assert legacy_database.dump_schema() == before
    assert legacy_database.rows("SELECT count(*) FROM ndas") == [(300,)]


def test_a_production_database_is_left_as_it_is(production_database):
    before = production_database.dump_schema()
    production_database.migrate("0001")
    assert production_database.dump_schema() == before
    assert production_database.rows("SELECT count(*) FROM ndas") == [(13,)]


def test_nothing_is_added_to_a_table_that_is_there(production_database):
    production_database.psql("""
        DROP INDEX ndas_status_idx;
        ALTER TABLE documents DROP CONSTRAINT documents_nda_id_fkey;
        ALTER TABLE audit_log DROP COLUMN details
    """)
    before = production_database.dump_schema()
    production_database.migrate("0001")
    assert production_database.dump_schema() == before


def test_its_sql_does_nothing_to_a_database_that_epic_10_has_reached(migrated_database):
    before = migrated_database.dump_schema()
    migrated_database.psql(sql_of_0001())
    assert migrated_database.dump_schema() == before


def test_its_sql_needs_no_permission_where_the_register_is_there(production_database):
    """It looks before it creates; IF NOT EXISTS would ask for the permission first."""
    before = production_database.dump_schema()
    role = f"role_of_{production_database.name}"
    production_database.psql(f"CREATE ROLE {role}; SET ROLE {role};" + sql_of_0001() + f"RESET ROLE; DROP ROLE {role}")
    assert production_database.dump_schema() == before


def test_the_register_is_never_undone(legacy_database):
    before = legacy_database.dump_schema()
    with pytest.raises(CommandError):
        legacy_database.migrate("zero")
    assert legacy_database.dump_schema() == before
    said = io.StringIO()
    call_command("showmigrations", "ndas", database=legacy_database.alias, stdout=said)
    assert "[X] 0001_initial" in said.getvalue()


def test_the_migration_itself_refuses_whoever_asks(legacy_database):
    with pytest.raises(CommandError) as refusal:
        MigrationExecutor(legacy_database.connection).migrate([("ndas", None)])
    assert str(refusal.value) == (
        "ndas.0001_initial is the register itself and is never undone.\n"
        "HINT: python manage.py migrate ndas 0001 takes Epic 10 back and keeps the register."
    )
