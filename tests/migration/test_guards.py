"""What comes after the release is taken back with it, from wherever a killed migrator left it."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.db.migrations.recorder import MigrationRecorder

from .disturbances import somebody

GUARDS = "0003_workflow_guards"
TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'pgtrigger%%'"


def guarded(database):
    [[triggers]] = database.rows(TRIGGERS)
    return triggers > 0


def is_recorded(database):
    return ("ndas", GUARDS) in MigrationRecorder(database.connection).applied_migrations()


@pytest.mark.slow
def test_there_and_back_and_there_again_with_the_guards(legacy_database, before, look_before):
    for _ in range(2):
        legacy_database.migrate(None)
        assert guarded(legacy_database)
        call_command("epic10_validate", smoke=True, database=legacy_database.alias, verbosity=0)
        legacy_database.migrate("0001")
        assert look_before(legacy_database) == before


def test_the_guards_can_be_taken_back_alone(legacy_database, after):
    legacy_database.migrate(None)
    legacy_database.migrate("0002")
    assert legacy_database.dump_schema() == after.schema
    legacy_database.execute("UPDATE nda_status_history SET id = id")


@pytest.mark.slow
def test_killed_before_the_record_of_the_guards_both_ways_are_open(legacy_database, before, look_before):
    legacy_database.migrate(GUARDS)
    recorder = MigrationRecorder(legacy_database.connection)
    recorder.record_unapplied("ndas", GUARDS)
    legacy_database.migrate("0001")
    assert look_before(legacy_database) == before
    legacy_database.migrate(GUARDS)
    recorder.record_unapplied("ndas", GUARDS)
    legacy_database.migrate(None)
    assert guarded(legacy_database) and is_recorded(legacy_database)


@pytest.mark.slow
@pytest.mark.parametrize("target", [None, "0002", "0001"])
def test_killed_while_the_guards_were_undone_every_way_is_open(legacy_database, before, look_before, target):
    legacy_database.migrate(None)
    legacy_database.migrate("0002")
    MigrationRecorder(legacy_database.connection).record_applied("ndas", GUARDS)
    legacy_database.migrate(target)
    assert guarded(legacy_database) == is_recorded(legacy_database) == (target is None)
    if target == "0001":
        assert look_before(legacy_database) == before


@pytest.mark.parametrize("target", ["0002", "0001"])
def test_an_index_that_was_never_recorded_goes_too(legacy_database, before, after, look_before, target):
    legacy_database.migrate(None)
    MigrationRecorder(legacy_database.connection).record_unapplied("ndas", "0004_search_indexes")
    legacy_database.migrate(target)
    if target == "0001":
        assert look_before(legacy_database) == before
    else:
        assert legacy_database.dump_schema() == after.schema


@pytest.mark.slow
def test_the_guards_wait_for_a_writer_and_say_for_whom(legacy_database):
    legacy_database.migrate()
    with somebody(legacy_database, "UPDATE ndas SET company_name = company_name WHERE false"):
        refused = legacy_database.manage("migrate", "ndas", EPIC10_LOCK_PATIENCE="1")
    assert refused.returncode == 1
    assert "guard could not get its locks on ndas, nda_status_history, audit_log: pid " in refused.stderr
    assert not guarded(legacy_database)
    legacy_database.migrate(None)
    with pytest.raises(IntegrityError):
        legacy_database.execute("DELETE FROM audit_log")


@pytest.mark.parametrize(
    ("new", "seen", "target", "said"),
    [
        ("PENDING_APPROVAL", "CREATED", "CANCELLED", "It waits for approval in the new application."),
        ("PENDING_APPROVAL", "CREATED", "EMAILED", "needs the approval of somebody else than its author."),
        ("EXPIRED", "FULLY_EXECUTED", "INACTIVE", "It has expired, and stays what it is."),
    ],
)
def test_the_old_application_is_told_why_it_may_not(legacy_database, new, seen, target, said):
    """Through its views, where it sees neither status."""
    [[key]] = legacy_database.rows("SELECT min(id) FROM ndas WHERE status::text = %s", [seen])
    legacy_database.migrate(None)
    legacy_database.execute("UPDATE ndas SET status = %s WHERE id = %s", [new, key])
    read = "SELECT o.status::text, n.status::text FROM epic9.ndas AS o JOIN public.ndas AS n USING (id) WHERE id = %s"
    assert legacy_database.rows(read, [key]) == [(seen, new)]
    with pytest.raises(IntegrityError, match=said):
        legacy_database.execute("UPDATE epic9.ndas SET status = %s WHERE id = %s", [target, key])
    legacy_database.execute("UPDATE epic9.ndas SET status = %s, company_name = 'Other LLC' WHERE id = %s", [seen, key])
    assert legacy_database.rows(read, [key]) == [(seen, new)]
