"""What stops the release, or the application beside it, is said by the precheck before the first change."""

import re

import pytest

from epic10 import checks
from epic10.checks import Database
from epic10.rehearsal import schema_copy, schema_rehearsal
from tests.migration.disturbances import steps as phases

COLUMNS = """
    SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute
     WHERE attrelid = 'ndas'::regclass AND attnum > 0 AND NOT attisdropped"""

AUDITED = """
    CREATE TABLE ndas_revision AS SELECT NULL::text AS op, NULL::timestamptz AS at, n.* FROM ndas n WHERE false;
    ALTER TABLE ndas_revision ALTER status TYPE text, ALTER usmax_position TYPE text;
    CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO ndas_revision SELECT left(TG_OP, 1), now(), NEW.*; RETURN NULL; END';
    CREATE TRIGGER keep_revision AFTER INSERT OR UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION keep_revision()"""
NOT_EXECUTED = """
    CREATE FUNCTION not_executed() RETURNS SETOF ndas LANGUAGE sql STABLE AS
        'SELECT {columns} FROM ndas WHERE fully_executed_date IS NULL'"""
ONLY_OLD_LABELS = """
    CREATE FUNCTION known() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN IF NEW.status::text NOT IN (''CREATED'', ''EMAILED'', ''IN_REVISION'', ''FULLY_EXECUTED'', ''INACTIVE'',
                                           ''CANCELLED'')
               THEN RAISE EXCEPTION ''no such status: %'', NEW.status; END IF; RETURN NEW; END';
    CREATE TRIGGER known BEFORE INSERT OR UPDATE ON ndas FOR EACH ROW EXECUTE FUNCTION known()"""
NOTHING_IS_DROPPED = """
    CREATE FUNCTION keep() RETURNS event_trigger LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION ''nothing is dropped here''; END';
    CREATE EVENT TRIGGER keep ON sql_drop EXECUTE FUNCTION keep()"""

STOPS = {
    "an audit trigger that copies NEW.* by position": (
        AUDITED,
        r"refused after this change by keep_revision\(\): .*more expressions than target columns",
    ),
    "an SQL function that lists the columns of its rows": (
        NOT_EXECUTED,
        r"Function not_executed\(\) could not be called after this change: return type mismatch",
    ),
    "a trigger that knows only the old labels": (
        ONLY_OLD_LABELS,
        r"refused after this change by known\(\): no such status: (PENDING|SENT_PENDING|INACTIVE)_",
    ),
    "an event trigger that lets nothing be dropped": (
        NOTHING_IS_DROPPED,
        r"by python manage.py migrate: An event trigger refuses .*: nothing is dropped here in keep\(\)",
    ),
}


@pytest.fixture(autouse=True)
def copies(monkeypatch, legacy_database):
    """Those of this test, at the end of which none is left."""
    prefix = f"{schema_copy.PREFIX}{legacy_database.name[-8:]}_"
    monkeypatch.setattr(schema_copy, "PREFIX", prefix)
    yield prefix
    assert legacy_database.rows("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix]) == []


def rehearsed(database):
    return checks.ask(schema_rehearsal.check(), Database(database.connection))


def test_a_plain_register_goes_there_and_back(legacy_database):
    before = legacy_database.dump_schema()
    result = rehearsed(legacy_database)
    assert (result.verdict, result.findings, result.facts) == ("OK", (), ())
    assert legacy_database.dump_schema() == before


@pytest.mark.slow
@pytest.mark.parametrize(("theirs", "finding"), STOPS.values(), ids=STOPS)
def test_what_would_stop_half_way_is_found(legacy_database, theirs, finding):
    [[columns]] = legacy_database.rows(COLUMNS)
    legacy_database.execute(theirs.replace("{columns}", columns))
    result = rehearsed(legacy_database)
    assert result.verdict == "FAILED"
    assert any(re.search(finding, line) for line in result.findings), result.findings


def test_half_way_it_is_not_asked(legacy_database):
    phases()[0].forwards(legacy_database)
    assert rehearsed(legacy_database).verdict == "SKIPPED"


@pytest.mark.slow
def test_a_constraint_that_asks_for_more_than_its_rows_have_is_said_and_stops_nothing(legacy_database):
    legacy_database.execute("UPDATE ndas SET company_city = 'Reston'; ALTER TABLE ndas ALTER company_city SET NOT NULL")
    result = rehearsed(legacy_database)
    assert (result.verdict, result.findings) == ("OK", ()), result.findings
    assert result.facts[0].startswith('a row to try it with was refused: null value in column "company_city"')
