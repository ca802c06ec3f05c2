"""Every check of the register: silent on a healthy database, loud on its example of a broken one."""

from textwrap import dedent

import pytest
from django.db import connection

from epic10 import checks

pytestmark = pytest.mark.django_db

# What breaks each check, starting from the rows of ``register`` below.
EXAMPLES = {
    "enums.labels": """ALTER TYPE "NdaStatus" ADD VALUE 'LATER'""",
    "rows.status": "UPDATE ndas SET status_legacy = 'EMAILED' WHERE status = 'IN_REVISION'",
    "rows.status_history": "UPDATE nda_status_history SET status_legacy = 'IN_REVISION'",
    "rows.usmax_position": "UPDATE ndas SET usmax_position = 'OTHER' WHERE usmax_position_legacy IS NULL",
    "rows.nda_type": """
        ALTER TABLE ndas ALTER nda_type DROP NOT NULL;
        UPDATE ndas SET nda_type = NULL
    """,
    "rows.is_non_usmax": """
        ALTER TABLE ndas ALTER is_non_usmax DROP NOT NULL;
        UPDATE ndas SET is_non_usmax = NULL
    """,
    "rows.expiration_date": "UPDATE ndas SET expiration_date = NULL WHERE id = 'leap day'",
    "rows.expiration_rule": """
        UPDATE ndas SET expiration_date = fully_executed_date + interval '365 days' WHERE id = 'before a leap day'
    """,
    "rows.expiration_by_hand": """
        UPDATE ndas SET expiration_date = '2030-01-01', updated_at = now() AT TIME ZONE 'UTC' WHERE id = 'leap day'
    """,
    "integrity.orphans": """
        ALTER TABLE documents DROP CONSTRAINT documents_nda_id_fkey;
        UPDATE documents SET nda_id = 'nobody';
        ALTER TABLE documents ADD CONSTRAINT documents_nda_id_fkey
            FOREIGN KEY (nda_id) REFERENCES ndas (id) NOT VALID
    """,
    "integrity.indexes": """
        UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ndas_company_name_idx'::regclass
    """,
    "query.expiry": "DROP INDEX idx_ndas_expiration_date",
    "models.read": "ALTER TABLE ndas RENAME company_city TO town",
}

ROWS = """
    INSERT INTO contacts (id, email, first_name, last_name, updated_at)
    VALUES ('ada', 'ada@example.com', 'Ada', 'Lovelace', now());
    INSERT INTO agency_groups (id, name, code, updated_at) VALUES ('navy', 'Navy', 'NAVY', now());

    INSERT INTO ndas (id, status, status_legacy, usmax_position, usmax_position_legacy,
                      fully_executed_date, expiration_date,
                      company_name, agency_group_id, abbreviated_name, authorized_purpose,
                      opportunity_poc_id, relationship_poc_id, created_by_id, updated_at)
    SELECT id, status::"NdaStatus", status_legacy::epic9."NdaStatus",
           position::"UsMaxPosition", position_legacy::epic9."UsMaxPosition", executed::timestamp, expires::timestamp,
           'Acme', 'navy', 'ACME', 'To talk.', 'ada', 'ada', 'ada', '2026-01-01'
      FROM (VALUES
        ('draft', 'CREATED', 'CREATED', 'PRIME', NULL, NULL, NULL),
        ('routed', 'PENDING_APPROVAL', 'CREATED', 'PRIME', 'PRIME', NULL, NULL),
        ('sent', 'SENT_PENDING_SIGNATURE', 'EMAILED', 'SUB_CONTRACTOR', 'SUB', NULL, NULL),
        ('revised', 'IN_REVISION', 'IN_REVISION', 'OTHER', 'TEAMING', NULL, NULL),
        ('leap day', 'FULLY_EXECUTED', 'FULLY_EXECUTED', 'OTHER', 'OTHER',
         '2024-02-29 23:59:59.999', '2025-02-28 23:59:59.999'),
        ('before a leap day', 'EXPIRED', 'FULLY_EXECUTED', 'OTHER', 'OTHER',
         '2023-03-01 00:00:00.001', '2024-03-01 00:00:00.001'),
        ('for ever', 'FULLY_EXECUTED', 'FULLY_EXECUTED', 'PRIME', 'PRIME', 'infinity', NULL),
        ('inactive', 'INACTIVE_CANCELED', 'INACTIVE', 'PRIME', 'PRIME', NULL, NULL),
        ('cancelled', 'INACTIVE_CANCELED', 'CANCELLED', 'PRIME', 'PRIME', NULL, NULL)
      ) AS nda (id, status, status_legacy, position, position_legacy, executed, expires);

    INSERT INTO nda_status_history (id, nda_id, status, status_legacy, changed_by_id)
    SELECT id, id, status, status_legacy, 'ada' FROM ndas;
    INSERT INTO documents (id, nda_id, filename, s3_key, document_type, uploaded_by_id)
    VALUES ('letter', 'sent', 'letter.pdf', 'letter', 'GENERATED', 'ada');

    DELETE FROM epic10_phase_run;
    INSERT INTO epic10_phase_run (phase, direction, started_at) VALUES ('expand', 'forwards', '2026-02-01Z');
    INSERT INTO epic10_created_object (kind, name) VALUES ('column', 'ndas.expiration_date') ON CONFLICT DO NOTHING
"""


def execute(script):
    with connection.cursor() as cursor:
        cursor.execute(dedent(script))


@pytest.fixture
def register():
    """A migrated register with a row of every kind; its triggers sleep, so that a test can say both labels."""
    execute("ALTER TABLE ndas DISABLE TRIGGER USER; ALTER TABLE nda_status_history DISABLE TRIGGER USER")
    execute(ROWS)


def ask(id):
    [wanted] = [check for check in checks.registered(checks.AFTER) if check.id == id]
    return checks.ask(wanted, checks.Database(connection))


@pytest.mark.parametrize("check", checks.registered(checks.AFTER), ids=lambda check: check.id)
def test_a_healthy_register_passes(register, check):
    result = checks.ask(check, checks.Database(connection))
    assert (result.verdict, result.findings) == ("OK", ())


@pytest.mark.parametrize("check", checks.registered(checks.AFTER), ids=lambda check: check.id)
def test_a_check_finds_its_example(register, check):
    assert check.id in EXAMPLES, f"Add to EXAMPLES the SQL that makes {check.id} fail."
    execute(EXAMPLES[check.id])
    result = checks.ask(check, checks.Database(connection))
    assert result.verdict == ("FAILED" if check.blocking else "WARNING")
    assert check.hint


def test_every_example_belongs_to_a_check():
    assert EXAMPLES.keys() == {check.id for check in checks.registered(checks.AFTER)}


@pytest.mark.parametrize(
    ("id", "finding"),
    [
        ("rows.status", "IN_REVISION from EMAILED, rows: 1, such as revised"),
        ("rows.usmax_position", "OTHER from NULL, rows: 1, such as draft"),
        ("rows.expiration_rule", "rows: 1, such as before a leap day"),
        (
            "integrity.orphans",
            "documents_nda_id_fkey: documents points at no ndas, rows: 1, such as (nobody)",
        ),
        ("integrity.indexes", "ndas_company_name_idx on ndas is invalid"),
        ("query.expiry", "the plan begins with Seq Scan on ndas and does not use idx_ndas_expiration_date"),
    ],
)
def test_a_finding_names_what_is_wrong(register, id, finding):
    execute(EXAMPLES[id])
    assert ask(id).findings[0] == finding


def test_an_orphan_is_found_also_where_the_server_has_no_foreign_key(register):
    execute("ALTER TABLE documents DROP CONSTRAINT documents_nda_id_fkey; UPDATE documents SET nda_id = 'nobody'")
    assert ask("integrity.orphans").findings == (
        "documents.nda_id: documents points at no ndas, rows: 1, such as (nobody)",
    )


def test_a_finalized_register_is_not_asked_for_its_old_labels(register):
    execute("ALTER TABLE ndas DROP status_legacy CASCADE")
    result = ask("rows.status")
    assert (result.verdict, result.skipped) == (
        "SKIPPED",
        "There is no ndas.status_legacy; it is dropped when the release is finalized.",
    )


def test_a_date_on_a_row_saved_since_is_nobodys_mistake(register):
    execute(EXAMPLES["rows.expiration_by_hand"])
    assert ask("rows.expiration_rule").verdict == "OK"


def test_a_date_that_was_there_before_the_release_is_nobodys_mistake(register):
    execute("DELETE FROM epic10_created_object; " + EXAMPLES["rows.expiration_rule"])
    assert ask("rows.expiration_rule").verdict == "OK"
    assert ask("rows.expiration_by_hand").verdict == "WARNING"
