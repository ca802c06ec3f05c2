"""An index of others on a column that changes places has a successor: the same name, the same plans, there and back."""

import pytest

from tests.checks.conftest import asked

from .disturbances import look_at, steps
from .test_two_routes import BACK, THERE

ROUTES = list(zip(THERE.values(), BACK.values(), strict=True))

THEIRS = {
    "by_status": "CREATE INDEX by_status ON ndas (status DESC NULLS LAST, created_at) WITH (fillfactor = '70')",
    "emailed": "CREATE INDEX emailed ON ndas (company_name text_pattern_ops) WHERE status = 'EMAILED'",
    "either": "CREATE INDEX either ON ndas (created_at)"
    " WHERE status IN ('INACTIVE', 'CANCELLED') AND usmax_position = 'SUB'",
    "with status; in": 'CREATE INDEX "with status; in" ON ndas (display_id) INCLUDE (status, usmax_position)',
    "by_id_and_more": "CREATE UNIQUE INDEX by_id_and_more ON ndas (id) INCLUDE (status)",
    "is_emailed": "CREATE INDEX is_emailed ON ndas ((status = 'EMAILED'), (company_name || ' status'))",
    "hashed": "CREATE INDEX hashed ON ndas USING hash (usmax_position)",
    "x" * 63: f"CREATE INDEX {'x' * 63} ON nda_status_history (status, changed_at)",
}  # fmt: skip
MORE = [
    "COMMENT ON INDEX by_status IS 'Of the list'",
    "COMMENT ON INDEX ndas_status_idx IS '100 % ours'",
    "ALTER INDEX ndas_status_idx SET (fillfactor = 80)",
    "ALTER TABLE ndas CLUSTER ON by_status",
    "ALTER TABLE ndas REPLICA IDENTITY USING INDEX by_id_and_more",
    "ALTER INDEX is_emailed ALTER COLUMN 1 SET STATISTICS 300",
]
DEFINITION = "SELECT pg_get_indexdef(to_regclass(quote_ident(%s)))"
MARKS = """
SELECT obj_description('by_status'::regclass, 'pg_class'), obj_description('ndas_status_idx'::regclass, 'pg_class'),
       (SELECT reloptions::text FROM pg_class WHERE oid = 'ndas_status_idx'::regclass),
       (SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'ndas'::regclass AND indisclustered),
       (SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'ndas'::regclass AND indisreplident),
       (SELECT attstattarget::int FROM pg_attribute WHERE attrelid = 'is_emailed'::regclass AND attnum = 1)"""


def defined(database, name):
    [[definition]] = database.rows(DEFINITION, [name])
    return definition


@pytest.fixture
def indexed(legacy_database):
    for statement in [*THEIRS.values(), *MORE]:
        legacy_database.execute(statement)
    return legacy_database


@pytest.mark.parametrize("there, back", ROUTES, ids=THERE)
def test_the_name_is_an_index_of_the_new_column_and_the_way_back_is_exact(indexed, there, back):
    before, marks = look_at(indexed).schema, indexed.rows(MARKS)
    was = {name: defined(indexed, name) for name in THEIRS}
    there(indexed)
    assert {name: defined(indexed, name) for name in THEIRS} == {
        "by_status": was["by_status"],
        "emailed": was["emailed"].replace("EMAILED", "SENT_PENDING_SIGNATURE"),
        "either": was["either"]
        .replace("'INACTIVE'", "'INACTIVE_CANCELED'")
        .replace("'CANCELLED'", "'INACTIVE_CANCELED'")
        .replace("'SUB'", "'SUB_CONTRACTOR'"),
        "with status; in": was["with status; in"],
        "by_id_and_more": was["by_id_and_more"],
        "is_emailed": was["is_emailed"].replace("EMAILED", "SENT_PENDING_SIGNATURE"),
        "hashed": was["hashed"],
        "x" * 63: was["x" * 63],
    }  # fmt: skip
    legacy = was["by_status"].replace("(status", "(status_legacy").replace("by_status", "by_status_legacy")
    assert defined(indexed, "by_status_legacy") == legacy
    assert indexed.rows(MARKS) == marks
    back(indexed)
    assert look_at(indexed).schema == before


HINDERED = {
    "CREATE INDEX once_more ON ndas (status)": "the release has an index that says the same",
    "CREATE UNIQUE INDEX once ON ndas (id, status)": "it is unique by the old labels, and two of them may become one",
    "CREATE UNIQUE INDEX one_cancelled ON ndas (company_name, display_id) WHERE status = 'CANCELLED'": (
        "it is unique by the old labels, and two of them may become one"
    ),
    "CREATE INDEX differs ON ndas ((status <> status_before))": "its expression or its condition cannot be translated",
    "CREATE INDEX compared ON ndas (id) WHERE status > any_status()": (
        "its expression or its condition cannot be translated"
    ),
}


def test_what_has_no_successor_is_named_before_and_stays_as_it_is(legacy_database):
    legacy_database.execute(
        'CREATE FUNCTION any_status() RETURNS "NdaStatus" IMMUTABLE LANGUAGE sql RETURN \'CREATED\'::"NdaStatus"'
    )
    legacy_database.execute('ALTER TABLE ndas ADD status_before "NdaStatus"')
    for statement in [*HINDERED, "CREATE INDEX by_status ON ndas (status, created_at)"]:
        legacy_database.execute(statement)
    result = asked(legacy_database, "schema.dependents")
    assert set(result.findings) == {
        f"index {statement.split()[2 + ('UNIQUE' in statement)]} uses ndas.status: after the switch it goes on with "
        f"ndas.status_legacy, and has no successor, because {hindrance}"
        for statement, hindrance in HINDERED.items()
    }
    assert result.facts == (
        "index by_status uses ndas.status: a successor on the new column takes its name at the switch",
    )
    # What these two need besides is of the old type: the release refuses that, as test_refusals.py has it.
    legacy_database.execute("DROP FUNCTION any_status() CASCADE; ALTER TABLE ndas DROP status_before")
    gone = [statement for statement in HINDERED if "any_status" in statement or "status_before" in statement]
    before = look_at(legacy_database).schema
    legacy_database.migrate()
    for statement in [statement for statement in HINDERED if statement not in gone]:
        assert "status_legacy" in defined(legacy_database, statement.split()[2 + ("UNIQUE" in statement)])
    legacy_database.migrate("0001")
    assert look_at(legacy_database).schema == before


def test_the_plan_is_that_of_before(indexed):
    indexed.migrate()
    indexed.execute("SET enable_seqscan = off; SET enable_bitmapscan = off")
    plan = "\n".join(
        line
        for (line,) in indexed.rows(
            "EXPLAIN SELECT id FROM ndas WHERE status = 'SENT_PENDING_SIGNATURE' AND company_name ~>=~ 'A' "
            "AND company_name ~<~ 'B'"
        )
    )
    assert "using emailed on ndas" in plan


@pytest.mark.slow
@pytest.mark.parametrize("last", ["index", "enforce"])
def test_from_half_way_it_goes_back_exactly_and_on(indexed, last):
    before = look_at(indexed).schema
    for step in steps():
        step.forwards(indexed)
        if step.name == last:
            break
    assert defined(indexed, "by_status_epic10")
    indexed.migrate("0001")
    assert look_at(indexed).schema == before
    indexed.migrate()
    assert defined(indexed, "by_status_legacy")


def test_an_interrupted_build_is_built_anew(indexed):
    expand, backfill, index, *_ = steps()
    for step in (expand, backfill, index):
        step.forwards(indexed)
    indexed.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'emailed_epic10'::regclass")
    index.forwards(indexed)
    assert indexed.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'emailed_epic10'::regclass") == [(True,)]
