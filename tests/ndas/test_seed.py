"""The invented register is plausible, the same for the same seed, and never poured into the wrong database."""

import io

import pytest
from django.core.management import CommandError, call_command

from epic10.postgres import fingerprint

TABLES = [
    "contacts",
    "agency_groups",
    "subagencies",
    "agency_group_grants",
    "subagency_grants",
    "ndas",
    "nda_status_history",
    "documents",
    "audit_log",
]

FOREIGN_KEYS = """
    SELECT format('%I', c.relname), format('%I', a.attname), format('%I', r.relname)
      FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
           JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
     WHERE k.contype = 'f'"""


def seed(database, rows=300, **options):
    output = io.StringIO()
    call_command("epic10_seed", rows=rows, database=database.alias, stdout=output, **options)
    return output.getvalue()


@pytest.fixture
def unprivileged(baseline_database):
    """A baseline database whose connection has a role that may write its tables, and no more."""
    role = f"role_of_{baseline_database.name}"
    baseline_database.psql(f"""
        CREATE ROLE {role};
        GRANT ALL ON ALL TABLES IN SCHEMA public TO {role};
        GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}
    """)
    baseline_database.execute(f"SET ROLE {role}")
    yield baseline_database
    baseline_database.psql(f"DROP OWNED BY {role}; DROP ROLE {role}")


def content(database):
    return fingerprint.content(database.connection, fingerprint.columns(database.connection, TABLES))


def shares(database, column):
    total = database.rows("SELECT count(*) FROM ndas")[0][0]
    counts = database.rows(f"SELECT {column}::text, count(*) FROM ndas GROUP BY 1")
    return {label: round(100 * count / total) for label, count in counts}


def test_the_same_seed_gives_the_same_rows(baseline_database, legacy_database):
    seed(baseline_database)
    assert content(baseline_database) == content(legacy_database)


def test_another_seed_gives_other_rows(baseline_database, legacy_database):
    seed(baseline_database, seed=11)
    assert not content(baseline_database).items() & content(legacy_database).items()


def test_every_label_is_there_in_a_plausible_share(baseline_database):
    seed(baseline_database, rows=3_000)
    statuses = shares(baseline_database, "status")
    assert statuses.keys() == {"CREATED", "EMAILED", "IN_REVISION", "FULLY_EXECUTED", "INACTIVE", "CANCELLED"}
    assert 43 <= statuses["FULLY_EXECUTED"] <= 47
    assert min(statuses.values()) >= 7
    positions = shares(baseline_database, "usmax_position")
    assert positions.keys() == {"PRIME", "SUB", "TEAMING", "OTHER", None}
    assert 15 <= positions[None] <= 19


def test_it_says_what_it_added(baseline_database):
    lines = seed(baseline_database).splitlines()
    assert [line.split()[2] for line in lines[:-1]] == TABLES
    assert lines[5].startswith("Seeded 300 ndas (")
    added = sum(rows for rows, _ in content(baseline_database).values())
    assert lines[-1] == f"{added:,} rows, seed 10"


@pytest.mark.parametrize("rows", [1, 2, 13])
def test_a_few_rows_are_a_whole_register_too(baseline_database, rows):
    seed(baseline_database, rows=rows)
    assert content(baseline_database)["ndas"][0] == rows


def test_every_reference_is_to_a_row_that_is_there(legacy_database):
    """Foreign keys do not say so: a seeding role that may switch them off, does."""
    seed(legacy_database, append=True)
    for table, column, target in legacy_database.rows(FOREIGN_KEYS):
        orphans = legacy_database.rows(f"SELECT {column} FROM {table} WHERE {column} NOT IN (SELECT id FROM {target})")
        assert orphans == [], f"{table}.{column}"


def test_a_role_that_may_not_switch_foreign_keys_off_seeds_the_same_rows(unprivileged, legacy_database):
    seed(unprivileged)
    assert content(unprivileged) == content(legacy_database)


@pytest.mark.parametrize(
    "wrong",
    {
        "signed before it was created": "fully_executed_date <= created_at",
        "changed before it was created": "updated_at < created_at",
        "in force on another day than signed": "effective_date <> date_trunc('day', fully_executed_date)",
        "a date on an NDA never signed": """fully_executed_date IS NOT NULL
            AND status NOT IN ('FULLY_EXECUTED', 'INACTIVE')""",
        "a clone made before its original": """EXISTS (SELECT FROM ndas AS original
            WHERE original.id = ndas.cloned_from_id AND original.created_at >= ndas.created_at)""",
        "a clone of another company": """EXISTS (SELECT FROM ndas AS original
            WHERE original.id = ndas.cloned_from_id AND original.company_name <> ndas.company_name)""",
        "a subagency of another agency group": """EXISTS (SELECT FROM subagencies
            WHERE subagencies.id = subagency_id AND subagencies.agency_group_id <> ndas.agency_group_id)""",
        "a history that does not begin with CREATED": """'CREATED' IS DISTINCT FROM (
            SELECT status FROM nda_status_history WHERE nda_id = ndas.id ORDER BY changed_at LIMIT 1)""",
        "a history that does not end with its status": """status IS DISTINCT FROM (
            SELECT status FROM nda_status_history WHERE nda_id = ndas.id ORDER BY changed_at DESC LIMIT 1)""",
        "signed without a signed document": """fully_executed_date IS NOT NULL AND NOT EXISTS (
            SELECT FROM documents WHERE nda_id = ndas.id AND is_fully_executed)""",
    }.items(),
    ids=lambda pair: pair[0],
)
def test_no_nda_is(legacy_database, wrong):
    assert legacy_database.rows(f"SELECT display_id FROM ndas WHERE {wrong[1]}") == []


def test_what_the_release_must_not_get_wrong_is_among_the_rows(legacy_database):
    (leap_days, inactive_but_signed, signed_but_undated, midnights, clones) = legacy_database.rows("""
        SELECT count(*) FILTER (WHERE to_char(fully_executed_date, 'MM-DD') = '02-29'),
               count(*) FILTER (WHERE status = 'INACTIVE' AND fully_executed_date IS NOT NULL),
               count(*) FILTER (WHERE status = 'FULLY_EXECUTED' AND fully_executed_date IS NULL),
               count(*) FILTER (WHERE fully_executed_date::time = '00:00'),
               count(cloned_from_id)
          FROM ndas""")[0]
    assert min(leap_days, inactive_but_signed, signed_but_undated, midnights, clones) > 0


def test_a_register_that_holds_ndas_is_refused(legacy_database):
    before = content(legacy_database)
    with pytest.raises(CommandError) as refusal:
        seed(legacy_database)
    assert str(refusal.value) == (
        f'Database "{legacy_database.name}" holds 300 NDAs already.\n'
        "HINT: --append adds to them; an invented NDA cannot be told from a real one afterwards."
    )
    assert content(legacy_database) == before


def test_append_adds_others_to_those_that_are_there(legacy_database):
    before = set(legacy_database.rows("SELECT id, display_id FROM ndas"))
    seed(legacy_database, rows=50, append=True)
    after = set(legacy_database.rows("SELECT id, display_id FROM ndas"))
    assert before < after
    assert sorted(number for _, number in after) == list(range(1, 351))


def test_the_next_nda_of_the_application_gets_the_next_number(legacy_database):
    assert legacy_database.rows("SELECT nextval('ndas_display_id_seq')") == [(301,)]


def test_an_empty_database_is_refused(empty_database):
    with pytest.raises(CommandError) as refusal:
        seed(empty_database)
    assert str(refusal.value) == (
        f'Database "{empty_database.name}" has no register to fill.\nHINT: python manage.py migrate ndas 0001'
    )


@pytest.mark.parametrize("column", ["status_epic10", "status_legacy"])
def test_a_database_on_its_way_to_epic_10_is_refused(baseline_database, column):
    baseline_database.execute(f'ALTER TABLE ndas ADD {column} "NdaStatus"')
    with pytest.raises(CommandError, match="is already on its way to Epic 10; legacy rows no longer fit"):
        seed(baseline_database)


def test_a_register_without_one_of_its_tables_is_refused_and_left_empty(baseline_database):
    baseline_database.execute("DROP TABLE audit_log")
    with pytest.raises(CommandError) as refusal:
        seed(baseline_database)
    assert str(refusal.value).splitlines()[0] == (
        f'Database "{baseline_database.name}" is not a register as 0001 makes it: relation "audit_log" does not exist.'
    )
    assert baseline_database.rows("SELECT count(*) FROM ndas") == [(0,)]


@pytest.mark.slow
@pytest.mark.parametrize("rows", ["0", "-5", "many", "1.5"])
def test_rows_is_a_number_above_zero(baseline_database, rows):
    finished = baseline_database.manage("epic10_seed", f"--rows={rows}")
    assert finished.returncode != 0
    assert f'argument --rows: "{rows}" is not a whole number from 1 to 2,147,483,647.' in finished.stderr


@pytest.mark.slow
def test_a_refusal_is_a_message_and_status_1_not_a_traceback(legacy_database):
    finished = legacy_database.manage("epic10_seed", "--rows", "5")
    assert finished.returncode == 1
    assert "holds 300 NDAs already." in finished.stderr
    assert "Traceback" not in finished.stderr
