"""What epic10_precheck finds in a register that is not as it should be: each thing made to happen."""

import re

import pytest

from epic10 import checks
from epic10.checks import disk
from epic10.deploy.precheck import Limits, precheck, questions
from epic10.release import plan

from .conftest import asked

THIS = "id = 'this' WHERE id = (SELECT min(id) FROM ndas)"

# What somebody has done to the register, which check notices, and what it says.
FOUND = {
    "a column dropped": (
        "ALTER TABLE ndas DROP company_city",
        "schema.complete",
        ("column ndas.company_city: expected text; found nothing",),
    ),
    "a table dropped": (
        "DROP TABLE audit_log",
        "schema.complete",
        ("table audit_log: expected there; found nothing",),
    ),
    "a wrong type": (
        "ALTER TABLE ndas ALTER company_city TYPE varchar(80)",
        "schema.drift",
        ("column ndas.company_city: expected text; found character varying(80)",),
    ),
    "a column that may be NULL": (
        "ALTER TABLE ndas ALTER abbreviated_name DROP NOT NULL",
        "schema.drift",
        ("column ndas.abbreviated_name: expected text not null; found text",),
    ),
    "a default gone": (
        "ALTER TABLE ndas ALTER status DROP DEFAULT",
        "schema.drift",
        (
            """column ndas.status: expected "NdaStatus" not null default 'CREATED'::"NdaStatus"; """
            """found "NdaStatus" not null""",
        ),
    ),
    "a column of their own": (
        "ALTER TABLE contacts ADD nickname text",
        "schema.drift",
        ("column contacts.nickname: expected nothing; found text",),
    ),
    "an index gone": (
        "DROP INDEX ndas_company_name_idx",
        "schema.drift",
        ("index on ndas (company_name): expected ndas_company_name_idx; found nothing",),
    ),
    "an index by another name": (
        "ALTER INDEX ndas_status_idx RENAME TO ndas_by_status",
        "schema.drift",
        ("index on ndas (status): expected ndas_status_idx; found ndas_by_status",),
    ),
    "a unique index gone": (
        "DROP INDEX contacts_email_key",
        "schema.drift",
        ("unique index on contacts (email): expected there; found nothing",),
    ),
    "a foreign key gone": (
        "ALTER TABLE documents DROP CONSTRAINT documents_nda_id_fkey",
        "schema.drift",
        ("foreign key documents (nda_id): expected references ndas, on delete restrict; found nothing",),
    ),
    "a foreign key never validated, with another action": (
        """ALTER TABLE documents DROP CONSTRAINT documents_nda_id_fkey;
           ALTER TABLE documents ADD FOREIGN KEY (nda_id) REFERENCES ndas (id) ON DELETE CASCADE NOT VALID""",
        "schema.drift",
        (
            "foreign key documents (nda_id): expected references ndas, on delete restrict; "
            "found references ndas, on delete cascade, not valid",
        ),
    ),
    "a constraint of their own": (
        "ALTER TABLE ndas ADD CONSTRAINT named CHECK (company_name <> '')",
        "schema.drift",
        ("constraint named on ndas: expected nothing; found CHECK ((company_name <> ''::text))",),
    ),
    "a label of their own": (
        """ALTER TYPE "DocumentType" ADD VALUE 'SCANNED'""",
        "schema.drift",
        (
            "enum DocumentType: expected GENERATED, UPLOADED, FULLY_EXECUTED; "
            "found GENERATED, UPLOADED, FULLY_EXECUTED, SCANNED",
        ),
    ),
    "a unique index on a history's status": (
        "CREATE UNIQUE INDEX of_their_own ON nda_status_history (id, status)",
        "schema.dependents",
        (
            "index of_their_own uses nda_status_history.status: "
            "after the switch it goes on with nda_status_history.status_legacy, "
            "and has no successor, because it is unique by the old labels, and two of them may become one",
        ),
    ),
    "an invalid index": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ndas_company_name_idx'::regclass",
        "schema.invalid_indexes",
        ("ndas_company_name_idx on ndas is invalid",),
    ),
    "the same index twice": (
        "CREATE INDEX again ON ndas (company_name)",
        "schema.duplicate_indexes",
        ("again duplicates ndas_company_name_idx, on ndas",),
    ),
    "an orphan": (
        """ALTER TABLE ndas DROP CONSTRAINT ndas_contracts_poc_id_fkey;
           UPDATE ndas SET contracts_poc_id = 'nobody' WHERE id = (SELECT min(id) FROM ndas)""",
        "schema.orphans",
        ("ndas.contracts_poc_id: ndas points at no contacts, rows: 1, such as (nobody)",),
    ),
    "a view of a status": (
        "CREATE VIEW open_ndas AS SELECT id FROM ndas WHERE status = 'CREATED'",
        "schema.dependents",
        ("view open_ndas uses ndas.status: after the switch it goes on with ndas.status_legacy",),
    ),
    "a trigger that would fire": (
        """CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := now(); RETURN NEW; END';
           CREATE TRIGGER touched BEFORE UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION touch();
           CREATE TRIGGER renamed BEFORE UPDATE OF company_name ON ndas FOR EACH ROW EXECUTE FUNCTION touch()""",
        "schema.triggers",
        ("trigger touched on ndas runs touch for every row that is changed",),
    ),
    "an event trigger": (
        """CREATE FUNCTION look() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
           CREATE EVENT TRIGGER looking ON ddl_command_end EXECUTE FUNCTION look()""",
        "schema.triggers",
        ("event trigger looking runs look at every ddl_command_end",),
    ),
    "a type by the name of ours": (
        """CREATE DOMAIN "NdaType" AS text""",
        "enum.NdaType.free",
        ("NdaType is no enum",),
    ),
    "a date of execution on an NDA that is not": (
        f"""UPDATE ndas SET fully_executed_date = NULL WHERE status <> 'FULLY_EXECUTED';
            UPDATE ndas SET status = 'IN_REVISION', fully_executed_date = '2024-01-01', {THIS}""",
        "rows.executed",
        ("IN_REVISION, rows: 1, such as this",),
    ),
    "a date of execution that is none": (
        f"UPDATE ndas SET fully_executed_date = 'infinity', {THIS}",
        "rows.executed_when",
        ("infinity, rows: 1, such as this",),
    ),
    "a role that may only read": (
        """CREATE ROLE epic10_reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO epic10_reader;
           SET LOCAL ROLE epic10_reader""",
        "traffic.visible",
        ("epic10_reader sees its own sessions only; nothing is known of the others",),
    ),
    "a schema where everybody may create": (
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
        "schema.open",
        (
            "everybody may create in the schema public, which is on the search_path: "
            "REVOKE CREATE ON SCHEMA public FROM PUBLIC;",
        ),
    ),
    "read-only by default": (
        "SET LOCAL default_transaction_read_only = on",
        "server.writes",
        ("default_transaction_read_only is on, by session",),
    ),
    "a snapshot that is too old": (
        """INSERT INTO epic10_snapshot (name, directory, taken_at, bytes, manifest, verified_at)
           VALUES ('old', '/tmp', now() - interval '3 days', 1, '{}', now())""",
        "way_back.snapshot",
        ("old is 3 d old",),
    ),
    "a snapshot that nobody has verified": (
        """INSERT INTO epic10_snapshot (name, directory, taken_at, bytes, manifest)
           VALUES ('new', '/tmp', now(), 1, '{}')""",
        "way_back.snapshot",
        ("there is none",),
    ),
}

ONLY_WARNED_OF = {
    "schema.drift",
    "schema.duplicate_indexes",
    "schema.dependents",
    "schema.triggers",
    "schema.open",
    "rows.executed",
    "rows.executed_when",
    "traffic.visible",
    "way_back.snapshot",
    "replication.logical",
}


@pytest.mark.parametrize("case", FOUND.values(), ids=FOUND.keys())
def test_what_is_not_as_it_should_be_is_found(register, undone, case):
    script, id, findings = case
    with undone(script):
        result = asked(register, id)
    assert result.findings == findings
    assert result.verdict == ("WARNING" if id in ONLY_WARNED_OF else "FAILED")
    assert result.check.hint


def test_who_may_create_schemas_is_warned_of(register, undone):
    name = register.connection.settings_dict["NAME"]
    with undone(f'CREATE ROLE epic10_creator; GRANT CREATE ON DATABASE "{name}" TO epic10_creator'):
        result = asked(register, "schema.creators")
    assert result.findings == (
        f"epic10_creator may create a schema in the database {name}: "
        f"REVOKE CREATE ON DATABASE {name} FROM epic10_creator;",
    )
    assert result.verdict == "WARNING"


def test_prepared_no_trigger_of_the_release_is_one_of_others(legacy_database):
    legacy_database.migrate(prepare=True)
    [found] = [it for it in precheck(legacy_database.alias, Limits()).results if it.check.id == "schema.triggers"]
    assert found.findings == ()


def test_a_role_that_owns_nothing_is_told_the_grant(register, undone):
    with undone(FOUND["a role that may only read"][0]):
        result = asked(register, "role.privileges")
    assert "table nda_status_history, ndas: owner ndas: GRANT ndas TO epic10_reader;" in result.findings
    assert result.verdict == "FAILED"


# What other sessions, a server of its own or an operator's limits are needed for.
ELSEWHERE = {
    "adversity/test_connections.py": {"role.connections"},
    "test_traffic.py": {"traffic.locks", "traffic.snapshots", "traffic.old_rows", "traffic.pg_dump"},
    "test_own_server.py": {
        "traffic.prepared",
        "traffic.prepared_elsewhere",
        "traffic.wraparound",
        "traffic.wraparound_soon",
        "replication.standbys",
        "replication.slots",
        "replication.logical",
        "traffic.every_column",
        "traffic.not_through_views",
    },
    "commands/test_epic10_precheck.py": {
        "way_back.pg_dump",
        "disk.known",
        "disk.enough",
        "disk.checkpoints",
        "window.measured",
        "window.fits",
        "role.scratch",
    },
    "adversity/test_roles_of_the_night.py": {"role.reads"},
}


def test_every_question_has_been_answered_with_a_finding(register, django_db_blocker):
    """The preconditions of the release have theirs in tests/operations and tests/migration."""
    with django_db_blocker.unblock():
        asked_for = {check.id for check in questions(plan.load(), register.connection, Limits())}
    of_the_release = {check.id for check in plan.load().preconditions()}
    answered = {"role.privileges", "schema.creators", *(id for _, id, _ in FOUND.values())}.union(*ELSEWHERE.values())
    assert not asked_for - of_the_release - answered, "Add to FOUND the SQL that makes these checks find something."


def test_more_log_than_fits_between_two_checkpoints_is_a_finding_and_less_is_a_fact(baseline_database):
    db = checks.Database(baseline_database.connection)
    [[most]] = db.rows("SELECT pg_size_bytes(current_setting('max_wal_size'))")
    [more] = disk.takes_a_log_of(most + 1)(db)
    [less] = disk.takes_a_log_of(most)(db)
    assert [isinstance(line, checks.Fact) for line in (more, less)] == [False, True]
    assert re.fullmatch(
        r"the release writes about [\d.,]+ \w+ of WAL, and a checkpoint comes after 1\.0 GB at most", more
    )
