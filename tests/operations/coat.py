"""The part of the pony's release that meets an existing column: ponies had coats before."""

from django.db import models

from epic10.operations import (
    AddColumn,
    AddForeignKey,
    AddIndex,
    AddSyncTrigger,
    Backfill,
    Convert,
    CreateEnum,
    KeepOrphans,
    OpenBothWays,
    Relabel,
    Shadow,
    Switch,
    SwitchType,
    ValidateForeignKey,
)
from epic10.operations.columns.both_ways import are_open
from epic10.postgres.catalog import column_exists, constraint_exists, enum_labels, type_exists

from .life import Life, triggers

TABLE = """
CREATE TYPE "Coat" AS ENUM ('BAY', 'PIEBALD', 'DUN');
ALTER TABLE pony ADD coat "Coat" NOT NULL DEFAULT 'BAY';
UPDATE pony SET coat = 'DUN' WHERE id IN ('Ajax', 'Bess');
ALTER TABLE pony ADD dam_id varchar(20) CONSTRAINT pony_dam_id_fkey REFERENCES pony;
UPDATE pony SET dam_id = 'Bess' WHERE id = 'Elf';
CREATE INDEX pony_dam_id_idx ON pony (dam_id);
"""
COAT_TYPE = Relabel("Coat", legacy=(), labels=("BAY", "OTHER"), up={None: "BAY"}, others="OTHER")
COAT = Shadow("coat", COAT_TYPE, default="BAY")


KEY = {"references": "pony", "name": "pony_dam_id_fkey", "on_delete": "SET NULL"}
DAM = Convert(
    "dam_id",
    types=("character varying",),
    up="{theirs}::text",
    index="pony_dam_id_idx",
    foreign_key="pony_dam_id_fkey",
)


class CoatField(models.TextField):
    def db_type(self, connection):
        return '"Coat"'


def every_coat_is_right(coat):
    return f"(SELECT array_agg({coat}::text ORDER BY id) FROM pony) = '{{OTHER,OTHER,BAY,BAY,BAY,BAY}}'"


def only_elf_has_a(dam):
    return f"(SELECT array_agg({dam} ORDER BY id) FROM pony) = '{{NULL,NULL,NULL,NULL,Bess,NULL}}'"


EXPAND = [
    Life(
        CreateEnum(COAT_TYPE.working_type, COAT.relabel.labels, becomes="Coat", beside=("pony", COAT)),
        f"{enum_labels(COAT_TYPE.working_type)} = '{{BAY,OTHER}}'",
    ),
    Life(AddColumn("pony", "coat", CoatField(db_default="BAY"), beside=COAT), column_exists("pony", "coat_epic10")),
    Life(
        AddColumn("pony", "dam", models.ForeignKey("pony", models.SET_NULL, db_index=False, null=True), beside=DAM),
        column_exists("pony", "dam_id_epic10"),
    ),
    Life(
        AddForeignKey("pony", "dam_id", **KEY, beside=DAM),
        constraint_exists("pony", "pony_dam_id_epic10_fkey"),
    ),
    Life(
        AddSyncTrigger("pony", "pony", beside=COAT),
        triggers("zz_epic10_sync_pony_coat_insert", "zz_epic10_sync_pony_coat_update"),
    ),
    Life(
        AddSyncTrigger("pony", "pony", beside=DAM),
        triggers("zz_epic10_sync_pony_dam_id_insert", "zz_epic10_sync_pony_dam_id_update"),
    ),
]
FILL = [
    Life(Backfill("pony", beside=COAT, unit="ponies"), every_coat_is_right("coat_epic10"), stays=True),
    Life(Backfill("pony", beside=DAM, unit="ponies"), only_elf_has_a("dam_id_epic10"), stays=True),
]
INDEX = [
    Life(
        AddIndex("pony", models.Index(fields=["dam"], name="pony_dam_id_idx"), beside=DAM),
        "to_regclass('pony_dam_id_epic10_idx') IS NOT NULL",
    )
]
FIRST_ONES = "(SELECT count(*) FROM pg_trigger WHERE tgname ~ '^00_epic10_sync_pony_(coat|dam_id)')"
ENFORCE = [
    Life(
        ValidateForeignKey("pony", "pony_dam_id_fkey", beside=DAM),
        "(SELECT convalidated FROM pg_constraint WHERE conname = 'pony_dam_id_epic10_fkey')",
        stays=True,
    ),
    # What it keeps is told in test_orphans.py.
    Life(KeepOrphans("pony", DAM), "true", stays=True, changes_nothing=True),
    Life(OpenBothWays("pony", beside=COAT), f"{are_open('pony', COAT)} AND {FIRST_ONES} = 2"),
    # Theirs is nobody's label: there is nothing to be done before the triggers of others.
    Life(OpenBothWays("pony", beside=DAM), f"{are_open('pony', DAM)} AND {FIRST_ONES} = 2"),
]
SWITCH = [
    Life(
        SwitchType(COAT_TYPE, "pony"),
        f"{enum_labels('Coat')} = '{{BAY,OTHER}}' AND NOT {type_exists(COAT_TYPE.working_type)}",
    ),
    Life(Switch("pony", beside=COAT), f"{every_coat_is_right('coat')} AND {column_exists('pony', 'coat_legacy')}"),
    Life(
        Switch("pony", beside=DAM),
        f"{only_elf_has_a('dam_id')} AND {constraint_exists('pony', 'pony_dam_id_legacy_fkey')}"
        " AND to_regclass('pony_dam_id_legacy_idx') IS NOT NULL",
    ),
]
