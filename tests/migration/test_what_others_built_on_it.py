"""What others have made of the new columns and types since is named before the way back undoes anything."""

import re

import pytest
from django.core.management import CommandError

from epic10.operations import way_back
from epic10.postgres.client_programs import ToolFailed
from epic10.release import plan

from .disturbances import look_at
from .test_two_routes import BACK, SCRIPTS, THERE

MADE_SINCE = """
CREATE VIEW expiring AS SELECT id, company_name, expiration_date FROM ndas WHERE status <> 'EXPIRED';
CREATE VIEW expiring_soon AS SELECT * FROM expiring WHERE expiration_date < now() + interval '1 month';
CREATE MATERIALIZED VIEW by_status AS SELECT status, count(*) FROM ndas GROUP BY 1;
CREATE UNIQUE INDEX by_status_i ON by_status (status);
CREATE VIEW of_history AS SELECT status FROM nda_status_history;
CREATE TABLE status_info (status "NdaStatus" PRIMARY KEY);
ALTER TABLE ndas ADD CONSTRAINT ndas_status_info FOREIGN KEY (status) REFERENCES status_info NOT VALID;
CREATE TABLE reminder_rule (also "NdaStatus"[], type "NdaType" DEFAULT 'MUTUAL');
CREATE FUNCTION is_new(s "NdaStatus") RETURNS bool LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION expired() RETURNS bigint LANGUAGE sql RETURN (SELECT count(*) FROM ndas WHERE status = 'EXPIRED');
CREATE DOMAIN living AS "NdaStatus" CHECK (VALUE <> 'EXPIRED');
CREATE TABLE plan_of (status living);
ALTER TABLE ndas ADD is_living boolean GENERATED ALWAYS AS (status <> 'EXPIRED') STORED;
CREATE POLICY living ON ndas USING (status <> 'EXPIRED');
CREATE RULE kept AS ON DELETE TO ndas WHERE OLD.status = 'FULLY_EXECUTED' DO INSTEAD NOTHING;
CREATE FUNCTION hear() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER hears_when AFTER UPDATE ON ndas FOR EACH ROW WHEN (NEW.status = 'EXPIRED') EXECUTE FUNCTION hear();
CREATE TRIGGER hears_of AFTER UPDATE OF status, expiration_date ON ndas FOR EACH ROW EXECUTE FUNCTION hear();
CREATE PUBLICATION some_of_it FOR TABLE ndas (id, status);
CREATE CAST (varchar AS "NdaType") WITH INOUT;
CREATE AGGREGATE last_status ("NdaStatus") (sfunc = enum_larger, stype = "NdaStatus")"""
# Whatever is a part of a column goes with it.
GOES_WITH_IT = """
ALTER TABLE ndas ADD CONSTRAINT has_a_date CHECK (status <> 'EXPIRED' OR expiration_date IS NOT NULL) NOT VALID;
CREATE INDEX by_date ON ndas (expiration_date, status);
CREATE STATISTICS status_and_type ON status, nda_type FROM ndas;
CREATE INDEX expired_ones ON ndas (company_name) WHERE status = 'EXPIRED';
ALTER TABLE ndas ALTER rejection_reason SET DEFAULT 'none';
GRANT SELECT (status, nda_type) ON ndas TO PUBLIC"""
NAMED = [
    'aggregate public.last_status(public."NdaStatus")',
    'cast (character varying AS public."NdaType")',
    "default value for public.ndas.is_living",
    "default value for public.reminder_rule.type",
    "function public.expired()",
    'function public.is_new(public."NdaStatus")',
    "materialized view public.by_status",
    "policy living on public.ndas",
    "publication relation public.ndas in publication some_of_it",
    "rule kept on public.ndas",
    "table column public.plan_of.status",
    "table column public.reminder_rule.also",
    "table column public.reminder_rule.type",
    "table column public.status_info.status",
    "table constraint ndas_status_info on public.ndas",
    "trigger hears_of on public.ndas",
    "trigger hears_when on public.ndas",
    "type public.living",
    "view public.expiring",
    "view public.expiring_soon",
    "view public.of_history",
]


def found(database):
    return way_back.dependents(database.connection, plan.load().changed())


@pytest.mark.slow
@pytest.mark.parametrize("there, back", list(zip(THERE.values(), BACK.values(), strict=True)), ids=THERE)
def test_it_is_named_and_nothing_is_undone_until_it_is_out_of_the_way(legacy_database, there, back):
    there(legacy_database)
    legacy_database.execute(MADE_SINCE)
    legacy_database.execute(GOES_WITH_IT)
    before = look_at(legacy_database)
    assert sorted(one.object for one in found(legacy_database)) == NAMED
    with pytest.raises((CommandError, ToolFailed)) as refusal:
        back(legacy_database)
    said = str(refusal.value)
    assert "The way back drops columns and types that others have come to use: view public.expiring_soon; " in said
    assert "python manage.py epic10_rollback --drop-dependents does it" in said
    assert "DROP VIEW public.expiring_soon; " in said
    assert look_at(legacy_database) == before
    for one in found(legacy_database):
        legacy_database.execute(one.remedy)
    assert found(legacy_database) == []
    back(legacy_database)


def test_a_release_that_nobody_has_built_on_has_nothing_in_its_way(legacy_database):
    for target in ("0002", None):
        legacy_database.migrate(target)
        legacy_database.execute(GOES_WITH_IT)
        assert found(legacy_database) == []
        legacy_database.migrate("0001")


def test_half_way_there_it_is_asked_as_well(legacy_database):
    legacy_database.migrate(prepare=True)
    assert found(legacy_database) == []
    legacy_database.execute("CREATE VIEW types AS SELECT status_epic10, nda_type FROM ndas")
    [one] = found(legacy_database)
    assert (one.object, one.remedy) == ("view public.types", "DROP VIEW public.types;")
    with pytest.raises(CommandError, match=r"others have come to use: view public\.types"):
        legacy_database.migrate("0001")
    legacy_database.execute(one.remedy)
    legacy_database.migrate("0001")


def test_a_table_that_inherits_is_met_before_its_rows_are_read_by_the_old_application(migrated_database):
    migrated_database.execute("CREATE TABLE ndas_of_2027 () INHERITS (ndas)")
    words = "no table inherits from it; found: ndas_of_2027 inherits from ndas"
    with pytest.raises(CommandError, match=words):
        migrated_database.migrate("0001")
    with pytest.raises(ToolFailed, match=words):
        migrated_database.psql(SCRIPTS / "rollback.sql")
    migrated_database.execute("DROP TABLE ndas_of_2027")
    migrated_database.migrate("0001")


NOTHING_IS_DROPPED = """
CREATE FUNCTION keep() RETURNS event_trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''nothing is dropped here''; END';
CREATE EVENT TRIGGER keep ON sql_drop EXECUTE FUNCTION keep()"""


def test_an_event_trigger_that_refuses_is_met_before_anything_is_changed(legacy_database):
    legacy_database.execute(NOTHING_IS_DROPPED)
    refused(legacy_database, "0002", "migration.sql")
    legacy_database.execute("ALTER EVENT TRIGGER keep DISABLE")
    legacy_database.migrate()
    legacy_database.execute("ALTER EVENT TRIGGER keep ENABLE")
    refused(legacy_database, "0001", "rollback.sql")
    legacy_database.execute("ALTER EVENT TRIGGER keep DISABLE")
    legacy_database.migrate("0001")


def refused(database, target, script):
    before = look_at(database)
    words = "An event trigger refuses what the release defines or drops: nothing is dropped here in keep()"
    with pytest.raises(CommandError) as refusal:
        database.migrate(target)
    complaint, hint, *_, last = str(refusal.value).splitlines()
    assert (complaint, last) == (words, "Nothing was changed.")
    assert hint.startswith("HINT: Those there are: keep. Have their owner, a superuser, do ALTER EVENT TRIGGER ... ")
    with pytest.raises(ToolFailed, match=re.escape(words)):
        database.psql(SCRIPTS / script)
    assert look_at(database) == before


def test_where_the_release_was_refused_for_it_there_is_nothing_to_undo(legacy_database):
    legacy_database.execute("CREATE TABLE ndas_of_2027 () INHERITS (ndas)")
    before = look_at(legacy_database)
    with pytest.raises(CommandError, match="ndas_of_2027 inherits from ndas"):
        legacy_database.migrate()
    legacy_database.migrate("0001")
    legacy_database.psql(SCRIPTS / "rollback.sql")
    assert look_at(legacy_database) == before
