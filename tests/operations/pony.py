"""
A small release, to live through: every operation there is, on one table.

An operation's life begins where the release has got to just before it. To give
a new operation a life, add it to RELEASE at its place: the operation, a
condition that holds once it has run, and what somebody else may have made in
its place before.
"""

from django.db import models
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.compiler import Trigger

from epic10.operations import (
    AddColumn,
    AddForeignKey,
    AddGuard,
    AddIndex,
    AddParkingTrigger,
    AddShadow,
    AddShadowIndex,
    AddSuccessors,
    AddSyncTrigger,
    Analyze,
    Backfill,
    CommonestLabel,
    CountRows,
    CreateEnum,
    Derived,
    KeepOtherColumns,
    Note,
    OpenBothWays,
    Park,
    Parking,
    Phase,
    Relabel,
    RequireKnownLabels,
    RequirePreconditions,
    RequireProofs,
    RequireServer,
    Shadow,
    StopKeeping,
    StopParking,
    Switch,
    SwitchParking,
    SwitchSuccessors,
    SwitchTriggers,
    SwitchType,
    TellTriggers,
    TryDdl,
    Unpark,
    ValidateForeignKey,
    switched,
)
from epic10.operations.columns.both_ways import are_open
from epic10.operations.guards import GuardSql
from epic10.operations.phase import walk
from epic10.operations.schemas.schema import AddSchema
from epic10.postgres.catalog import column_exists, constraint_exists, enum_labels, schema_exists, type_exists
from epic10.postgres.locks import ACCESS_EXCLUSIVE, SHARE_ROW_EXCLUSIVE

from . import coat
from .life import Life

APP = "stable"

# SULKY is the commonest, and what it becomes is not the first label: a shadow
# that defaults to the first would show.
TABLE = f"""
CREATE TYPE "Mood" AS ENUM ('HAPPY', 'SULKY', 'CROSS');
CREATE TABLE pony (id text PRIMARY KEY, mood "Mood" DEFAULT 'HAPPY', born timestamp(3));
CREATE INDEX pony_mood_idx ON pony (mood);
CREATE INDEX pony_sulky ON pony (born) WHERE mood = 'SULKY';
INSERT INTO pony VALUES
    ('Ajax', 'HAPPY', '2020-02-29 12:00'), ('Bess', 'CROSS', '2021-01-01'), ('Cobb', NULL, NULL),
    ('Dot', 'SULKY', '2019-05-05'), ('Elf', 'SULKY', NULL), ('Fay', 'SULKY', '9999-01-01');
CREATE FUNCTION moody() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER moody AFTER UPDATE OF mood ON pony FOR EACH ROW EXECUTE FUNCTION moody();
ALTER TABLE pony ENABLE REPLICA TRIGGER moody;
COMMENT ON TRIGGER moody ON pony IS 'Ponies are moody.';
{coat.TABLE}"""

MOOD_TYPE = Relabel(
    "Mood",
    legacy=("HAPPY", "SULKY", "CROSS"),
    labels=("HAPPY", "SAD", "ASLEEP"),
    up={"SULKY": "SAD", "CROSS": "SAD", None: "HAPPY"},
    down={"SAD": "SULKY", "ASLEEP": "HAPPY"},
)
MOOD = Shadow("mood", MOOD_TYPE, default="HAPPY", index="pony_mood_idx")
RETIRES = Derived("retires", source="born", value="CASE WHEN {0} < '9999-01-01' THEN {0} + interval '20 years' END")
RULES = [MOOD, RETIRES]
SWITCHED = switched("pony", MOOD)
PARKING = Parking("pony", "pony", RULES, unit="ponies", fields=("shod", "friend"))
SHADOW = AddShadow("pony", MOOD)
BACKFILL = Backfill("pony", RULES, unit="ponies")
NEVER_SHOD = GuardSql(
    pgid="never_shod", table="pony", func="RETURN OLD;", when="BEFORE", operation="UPDATE", condition="WHEN (NEW.shod)"
)


def index_is_valid(name):
    return f"EXISTS (SELECT FROM pg_index WHERE indexrelid = to_regclass('{name}') AND indisvalid)"


def every_pony_is_right(mood):
    return (
        f"(SELECT array_agg({mood}::text ORDER BY id) FROM pony) = '{{HAPPY,SAD,HAPPY,SAD,SAD,SAD}}'"
        " AND (SELECT array_agg(extract(year FROM retires)::int ORDER BY id) FROM pony)"
        " IS NOT DISTINCT FROM '{2040,2041,NULL,2039,NULL,NULL}'"
    )


EXPAND = [
    Life(RequireServer(15), "true", stays=True, changes_nothing=True),
    Life(RequirePreconditions([SHADOW]), "true", stays=True, changes_nothing=True),
    Life(TryDdl(), "true", stays=True, changes_nothing=True),
    Life(
        CountRows("pony"),
        "EXISTS (SELECT FROM epic10_row_count WHERE table_name = 'pony' AND rows = 6)",
        stays=True,
    ),
    Life(
        CommonestLabel("pony", MOOD),
        "current_setting('epic10.pony_mood', true) = 'SAD'",
        stays=True,
        in_its_session=True,
    ),
    Life(Note("10.10", "Ponies have feelings."), "true", stays=True, changes_nothing=True),
    Life(
        CreateEnum("Colour", ["GREY", "BAY"]),
        type_exists("Colour"),
        theirs="""CREATE TYPE "Colour" AS ENUM ('GREY', 'BAY')""",
    ),
    Life(
        AddColumn("pony", "shod", models.BooleanField(default=False, db_default=False)),
        f"{column_exists('pony', 'shod')} AND NOT EXISTS (SELECT FROM pony WHERE shod)",
        theirs="ALTER TABLE pony ADD shod boolean NOT NULL DEFAULT false",
    ),
    Life(AddColumn("pony", "retires", models.DateTimeField(null=True)), column_exists("pony", "retires")),
    Life(
        AddColumn("pony", "friend", models.ForeignKey("pony", models.SET_NULL, db_index=False, null=True)),
        column_exists("pony", "friend_id"),
    ),
    Life(
        AddForeignKey("pony", "friend_id", references="pony", name="pony_friend_id_fkey", on_delete="SET NULL"),
        constraint_exists("pony", "pony_friend_id_fkey"),
        theirs="ALTER TABLE pony ADD CONSTRAINT pony_friend_id_fkey "
        "FOREIGN KEY (friend_id) REFERENCES pony (id) ON DELETE SET NULL",
    ),
    Life(AddSchema("epic10", whose="new"), schema_exists("epic10")),
    Life(
        CreateEnum(MOOD_TYPE.working_type, MOOD_TYPE.labels, becomes="Mood"),
        f"{enum_labels(MOOD_TYPE.working_type)} = '{{HAPPY,SAD,ASLEEP}}'",
    ),
    Life(SHADOW, "NOT EXISTS (SELECT FROM pony WHERE mood_epic10 IS DISTINCT FROM 'SAD')"),
    Life(
        AddSyncTrigger("pony", "pony", RULES),
        "2 = (SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass('pony') AND tgname LIKE 'zz_epic10_sync%')",
    ),
    Life(AddParkingTrigger(PARKING), "to_regprocedure('zz_epic10_park_pony()') IS NOT NULL"),
]
# What these two do with rows is told in test_parking.py.
PARK = Life(Park([PARKING]), "true", stays=True, changes_nothing=True)
UNPARK = Life(Unpark([PARKING]), "true", stays=True, changes_nothing=True)
KNOWN = Life(RequireKnownLabels([SHADOW]), "true", stays=True, changes_nothing=True)
FILL = [KNOWN, PARK, UNPARK, *coat.FILL, Life(BACKFILL, every_pony_is_right("mood_epic10"), stays=True)]
INDEX = [
    Life(
        AddIndex("pony", models.Index(fields=["retires"], name="pony_retires_idx")),
        index_is_valid("pony_retires_idx"),
        theirs="CREATE INDEX pony_retires_idx ON pony (retires)",
    ),
    Life(AddShadowIndex("pony", MOOD), index_is_valid("pony_mood_epic10_idx")),
    Life(AddSuccessors("pony", [MOOD]), index_is_valid("pony_sulky_epic10")),
]
LISTENS = (
    "EXISTS (SELECT FROM pg_trigger WHERE tgname = 'moody' AND tgenabled = 'R'"
    " AND pg_get_triggerdef(oid) LIKE '%UPDATE OF {} ON%')"
)
ENFORCE = [
    Life(
        ValidateForeignKey("pony", "pony_friend_id_fkey"),
        "(SELECT convalidated FROM pg_constraint WHERE conname = 'pony_friend_id_fkey')",
        stays=True,
    ),
    Life(RequireProofs([BACKFILL]), every_pony_is_right("mood_epic10"), stays=True, changes_nothing=True),
    Life(
        Analyze("pony"),
        "EXISTS (SELECT FROM pg_stats WHERE tablename = 'pony' AND attname = 'mood_epic10')",
        stays=True,
    ),
    # What these two do with rows is told in test_both_applications.py and test_parking.py.
    Life(
        OpenBothWays("pony", RULES),
        f"{are_open('pony')} AND 4 = (SELECT count(*) FROM pg_trigger WHERE tgrelid = to_regclass('pony')"
        " AND tgname ~ '^(00|zz)_epic10_sync_pony_(insert|update)$')",
    ),
    Life(TellTriggers("pony", RULES), LISTENS.format("mood_epic10, mood")),
    Life(
        StopParking([PARKING]),
        "(SELECT prosrc !~ 'epic10_archive' FROM pg_proc WHERE oid = to_regprocedure('zz_epic10_park_pony()'))",
    ),
]
SWITCH = [
    Life(SwitchParking([PARKING]), "to_regprocedure('zz_epic10_park_pony()') IS NULL"),
    Life(StopKeeping("pony"), "to_regprocedure('zz_epic10_backfill_pony()') IS NULL"),
    Life(
        SwitchType(MOOD_TYPE, "pony"),
        f"{enum_labels('Mood')} = '{{HAPPY,SAD,ASLEEP}}' AND NOT {type_exists(MOOD_TYPE.working_type)}",
    ),
    Life(
        Switch("pony", RULES, state_operations=[]),
        f"{SWITCHED} AND {every_pony_is_right('mood')} AND {index_is_valid('pony_mood_legacy_idx')}",
    ),
    # It told the others before.
    Life(SwitchTriggers("pony", RULES), LISTENS.format("mood, mood_legacy"), stays=True, changes_nothing=True),
]
# It has to know every column that the release has added.
KEPT = Life(KeepOtherColumns("pony"), "to_regprocedure('zz_epic10_backfill_pony()') IS NOT NULL")
EXPAND += [*coat.EXPAND, KEPT]
INDEX += coat.INDEX
ENFORCE = [*coat.ENFORCE, *ENFORCE]
SWITCH += coat.SWITCH
SWITCH += [
    Life(
        SwitchSuccessors("pony", [MOOD]),
        """pg_get_indexdef(to_regclass('pony_sulky')) LIKE '%(mood = ''SAD''::"Mood")'""",
    )
]
GUARD = [
    Life(
        AddGuard("pony", Trigger(name="never_shod", sql=NEVER_SHOD)),
        "EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass('pony') AND tgname = 'never_shod')",
    )
]
RELEASE = [*EXPAND, *FILL, *INDEX, *ENFORCE, *SWITCH, *GUARD]


def phase(name, lives, *, stays=False, **more):
    operations = [life.operation for life in lives]
    return Life(Phase(name, f"{name} the pony.", operations, **more), lives[-1].done, stays=stays)


# The same once more, as phases: they bring transactions, locks and the ledger.
IN_PHASES = [
    phase("expand", EXPAND, lock=[("pony", ACCESS_EXCLUSIVE)], done=SWITCHED),
    phase("backfill", FILL, transaction=False, stays=True, done=SWITCHED),
    phase("index", INDEX, transaction=False, done=SWITCHED),
    phase(
        "enforce",
        ENFORCE,
        lock=[("pony", SHARE_ROW_EXCLUSIVE)],
        lock_back=[("pony", ACCESS_EXCLUSIVE)],
        done=SWITCHED,
    ),
    phase("switch", SWITCH, lock=[("pony", ACCESS_EXCLUSIVE)]),
    phase("guard", GUARD, lock=[("pony", SHARE_ROW_EXCLUSIVE)]),
]

START = ProjectState(
    {
        (APP, "pony"): ModelState(
            APP,
            "Pony",
            [("id", models.TextField(primary_key=True)), ("born", models.DateTimeField(null=True))],
            {"db_table": "pony"},
        )
    }
)


def steps(lives):
    """Each life with the model state before its operation and after it."""
    states = walk([life.operation for life in lives], APP, START)
    return [(life, before, after) for life, (_, before, after) in zip(lives, states, strict=True)]
