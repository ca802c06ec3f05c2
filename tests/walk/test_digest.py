"""What pg_dump would show of a difference, the digest shows too; and what it would not, in the ledger."""

import psycopg
import pytest

from tests.databases import Scratch
from tests.walk import digest

DIFFERENCES = {
    "a row": ("UPDATE ndas SET company_name = 'Other' WHERE id = (SELECT min(id) FROM ndas)", "ndas, missing: "),
    "a row too few": ("DELETE FROM nda_status_history WHERE id = (SELECT min(id) FROM nda_status_history)", "nda_sta"),
    "a column": ("ALTER TABLE ndas ADD x int", "schema, unexpected: column ndas "),
    "a type": ("ALTER TABLE ndas ALTER authorized_purpose TYPE varchar(256)", "schema, missing: column ndas "),
    "a default": ("ALTER TABLE ndas ALTER status SET DEFAULT 'EMAILED'", "schema, missing: column ndas "),
    "a NULL": ("ALTER TABLE ndas ALTER company_name DROP NOT NULL", "schema, missing: column ndas "),
    "a label": ("""ALTER TYPE "NdaStatus" RENAME VALUE 'EMAILED' TO 'MAILED'""", "schema, missing: type NdaStatus "),
    "a name": ("ALTER INDEX ndas_status_idx RENAME TO other", "schema, missing: column ndas_status_idx "),
    "an invalid index": (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ndas_status_idx'::regclass",
        "sch",
    ),
    "a foreign key": ("ALTER TABLE documents DROP CONSTRAINT documents_nda_id_fkey", "schema, missing: constraint "),
    "a trigger": (
        """CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
           CREATE TRIGGER t BEFORE INSERT ON ndas EXECUTE FUNCTION f()""",
        "schema, unexpected: function ",
    ),
    "a view": ("CREATE VIEW v AS SELECT 1 AS one", "schema, unexpected: column v "),
    "a comment": ("COMMENT ON TABLE ndas IS 'x'", "schema, unexpected: comment public.ndas x"),
    "a grant": ("GRANT SELECT ON ndas TO public", "schema, missing: relation r ndas "),
    "a policy": ("CREATE POLICY p ON ndas USING (true)", "schema, unexpected: policy ndas p "),
    "an owner": ("ALTER TABLE ndas OWNER TO pg_monitor", "schema, missing: "),
    "a claim": ("INSERT INTO epic10_created_object (kind, name) VALUES ('x', 'y')", "epic10_created_object, unexpec"),
    "a record": ("DELETE FROM django_migrations WHERE app = 'ndas'", "django_migrations, missing: (ndas,0001_initial)"),
}


@pytest.fixture(scope="module")
def session(legacy_template):
    with psycopg.connect(Scratch(legacy_template).url) as session:
        yield session


@pytest.fixture(scope="module")
def before(session):
    return digest.outcome(session)


@pytest.mark.parametrize("difference", DIFFERENCES.values(), ids=DIFFERENCES)
def test_it_is_seen(session, before, difference):
    statement, said = difference
    session.execute("SET LOCAL allow_system_table_mods = on")
    session.execute(statement)
    found = digest.outcome(session)
    session.rollback()
    assert found != before
    assert found.differences(before)[0].startswith(said)


def test_a_table_of_the_ledger_that_is_new_is_compared_but_for_numbers_and_times(session):
    session.execute("CREATE TABLE epic10_new (id int GENERATED ALWAYS AS IDENTITY, at timestamptz, what text)")
    session.execute("INSERT INTO epic10_new (at, what) VALUES (now(), 'x')")
    assert digest.outcome(session).rows["epic10_new"] == ("(x)",)
    session.rollback()


def test_nothing_else_is_seen(session, before):
    session.execute("UPDATE epic10_phase_run SET rows = rows + 1")
    session.execute("ANALYZE ndas")
    assert digest.outcome(session) == before
    session.rollback()
