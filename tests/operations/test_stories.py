"""To add a change to a release is one statement: trigger, backfill, index, proof, switch, way back, checks, scripts."""

import pytest
from django.db import ProgrammingError, models

from epic10.checks import Database, run
from epic10.operations import (
    AddParkingTrigger,
    AddSyncTrigger,
    Backfill,
    Derived,
    EnumColumn,
    EnumType,
    Indexed,
    NewColumn,
    Note,
    ReplaceEnum,
    Story,
    Switch,
    SwitchParking,
)
from epic10.release import scripts

from . import meadow
from .conftest import ANEW
from .meadow import PONY, LabelField

# The one statement.
COATS = Story(
    "10.11",
    "Of coats only bays are told apart.",
    ReplaceEnum(
        EnumType(
            "Coat",
            LabelField,
            [("BAY", "Bay"), ("OTHER", "Other")],
            legacy=("BAY", "PIEBALD", "DUN"),
            up={"PIEBALD": "OTHER", "DUN": "OTHER"},
            down={"OTHER": "DUN"},
        ),
        [EnumColumn(PONY, "coat", default="BAY", index=Indexed("pony_coat_idx", "Bays are looked for by coat."))],
    ),
)
# Another one: a column that is computed.
RETIREMENT = Story(
    "10.12",
    "Ponies retire at twenty.",
    NewColumn(
        PONY,
        "retires",
        models.DateTimeField(null=True),
        computed=Derived("retires", source="born", value="{0} + interval '20 years'"),
        index=Indexed("pony_retires_idx", "Who retires next?"),
    ),
)

COAT_INDEX = "CREATE INDEX pony_coat_idx ON pony (coat)"
COAT = "SELECT coat{}::text FROM pony WHERE id IN ('Ajax', 'Cobb') ORDER BY id"
RETIRES = "SELECT extract(year FROM retires)::int FROM pony WHERE id IN ('Ajax', 'Bess') ORDER BY id"
VALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE indisvalid AND indexrelid = to_regclass('{}')"


@pytest.fixture
def meadow_database(stable):
    stable.close()
    stable.execute(f"{ANEW}; {COAT_INDEX}")
    return stable


def findings(database, checks):
    return {result.check.id: result.findings for result in run(checks, Database(database.connection))}


def test_a_replaced_enum_has_a_trigger_a_backfill_and_an_index(meadow_database):
    plan = meadow.release(COATS)
    meadow.forwards(meadow_database, plan, "expand")
    meadow_database.execute("INSERT INTO pony (id, coat) VALUES ('Gem', 'PIEBALD')")
    assert meadow_database.rows("SELECT coat_epic10::text FROM pony WHERE id = 'Gem'") == [("OTHER",)]
    assert meadow_database.rows(COAT.format("_epic10")) == [("BAY",), ("BAY",)]
    meadow.forwards(meadow_database, plan, "backfill")
    assert meadow_database.rows(COAT.format("_epic10")) == [("OTHER",), ("BAY",)]
    meadow.forwards(meadow_database, plan, "index")
    assert meadow_database.rows(VALID.format("pony_coat_epic10_idx")) == [("pony_coat_epic10_idx",)]


def test_what_reads_wrong_is_proved_before_the_switch(meadow_database):
    plan = meadow.release(COATS)
    meadow.forwards(meadow_database, plan, "expand", "backfill", "index")
    for ability in ("DISABLE", "ENABLE"):
        meadow_database.execute(f"ALTER TABLE pony {ability} TRIGGER USER")
        meadow_database.execute("UPDATE pony SET coat = 'DUN' WHERE id = 'Dot'")
    with pytest.raises(ProgrammingError, match="Expected that no row of pony still waits for coat; found: 1 rows"):
        meadow.forwards(meadow_database, plan, "enforce")


def test_it_is_switched_with_the_rest_and_comes_back(meadow_database):
    plan = meadow.release(COATS)
    before, was = meadow_database.dump_schema(), meadow_database.rows(COAT.format(""))
    missing = {name for name, found in findings(meadow_database, plan.checks()).items() if found}
    meadow.forwards(meadow_database, plan)
    assert meadow_database.rows(COAT.format("")) == [("OTHER",), ("BAY",)]
    assert meadow_database.rows(COAT.format("_legacy")) == was
    assert meadow_database.rows(VALID.format("pony_coat_legacy_idx")) == [("pony_coat_legacy_idx",)]
    added = {"enum.Coat", "shadow.pony.coat", "backfill.pony.coat", "switch.pony.coat"}
    assert added <= missing - {check.id for check in meadow.release().checks()}
    assert not any(findings(meadow_database, plan.checks()).values())
    # Twice, and nothing more; and the schema of the first day.
    meadow.forwards(meadow_database, plan)
    for _ in range(2):
        meadow.backwards(meadow_database, plan)
        assert (meadow_database.dump_schema(), meadow_database.rows(COAT.format(""))) == (before, was)


def test_a_label_without_a_place_stops_it_before_the_first_change(meadow_database):
    meadow_database.execute("""ALTER TYPE "Coat" ADD VALUE 'ROAN'; UPDATE pony SET coat = 'DUN' WHERE id = 'Dot'""")
    meadow_database.execute("UPDATE pony SET coat = 'ROAN' WHERE id = 'Dot'")
    with pytest.raises(ProgrammingError, match=r"every label in pony\.coat has a place"):
        meadow.forwards(meadow_database, meadow.release(COATS), "expand")


def test_a_computed_column_has_all_of_it_too(meadow_database):
    plan, before = meadow.release(RETIREMENT), meadow_database.dump_schema()
    meadow.forwards(meadow_database, plan, "expand")
    meadow_database.execute("INSERT INTO pony (id, born) VALUES ('Gem', '2000-01-01')")
    assert meadow_database.rows("SELECT retires::date::text FROM pony WHERE id = 'Gem'") == [("2020-01-01",)]
    meadow.forwards(meadow_database, plan)
    assert meadow_database.rows(RETIRES) == [(2040,), (2041,)]
    assert meadow_database.rows(VALID.format("pony_retires_idx")) == [("pony_retires_idx",)]
    assert {"column.pony.retires", "backfill.pony.retires", "index.pony_retires_idx"} <= {
        check.id for check in plan.checks()
    }
    assert not any(findings(meadow_database, plan.checks()).values())
    meadow.backwards(meadow_database, plan)
    assert meadow_database.dump_schema() == before


@pytest.mark.parametrize("story", [COATS, RETIREMENT], ids=["an enum", "a column"])
def test_the_scripts_say_the_same_in_psql(meadow_database, story):
    plan = meadow.release(story)
    meadow.forwards(meadow_database, plan)
    wanted = meadow_database.dump_schema()
    written = {path.name: text for path, text in scripts.files(plan).items()}
    assert f"-- {story.number}: {story.text}" in written["migration.sql"]
    assert all(check.id in written["verify.sql"] for check in plan.checks())
    assert f"| {story.number} | `expand` | {story.text} |" in written["README.md"]
    meadow_database.execute(f"{ANEW}; {COAT_INDEX}")
    before = meadow_database.dump_schema()
    for script, schema in (("migration.sql", wanted), ("rollback.sql", before)):
        for _ in range(2):
            meadow_database.psql(written[script])
            assert meadow_database.dump_schema() == schema


def test_a_table_has_one_of_each_whatever_the_order_of_the_stories():
    plan, other_way_about = meadow.release(COATS, RETIREMENT), meadow.release(RETIREMENT, COATS)
    for kind in (AddSyncTrigger, AddParkingTrigger, Backfill, Switch, SwitchParking):
        [one], [other] = plan.all_of(kind), other_way_about.all_of(kind)
        assert one.describe() == other.describe()
    [backfill] = plan.all_of(Backfill)
    assert backfill.describe() == "Set coat_epic10, mood_epic10, retires of every row of pony that reads wrong"


def test_a_phase_tells_of_which_stories_it_is():
    plan = meadow.release(COATS, RETIREMENT)
    told = [(phase.name, note.story) for phase, note, _, _ in plan.operations if isinstance(note, Note)]
    own = [("expand", number) for number in ("10.10", "10.11", "10.12")]
    views, all_of_them = ("expand", "10.10, 10.11"), ("expand", "10.10 to 10.12")
    assert told[:8] == [all_of_them, views, views, *own, all_of_them, all_of_them]
    assert ("index", "10.12") in told and ("switch", "10.10, 10.11") in told
