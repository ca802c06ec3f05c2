"""The rivals: other ways to the labels and dates of Epic 10, to compare with."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from django.core.management import call_command, load_command_class
from django.db import connection, transaction

from ndas.choices import NdaStatus, UsMaxPosition
from ndas.models import Nda, NdaStatusHistory
from ndas.workflow import expiration_of

BATCH = 1000
STATUS = """CASE status::text WHEN 'EMAILED' THEN 'SENT_PENDING_SIGNATURE' WHEN 'INACTIVE' THEN 'INACTIVE_CANCELED'
            WHEN 'CANCELLED' THEN 'INACTIVE_CANCELED' ELSE status::text END::"NdaStatus" """
POSITION = """coalesce(CASE usmax_position::text WHEN 'SUB' THEN 'SUB_CONTRACTOR' WHEN 'TEAMING' THEN 'OTHER'
              ELSE usmax_position::text END, 'PRIME')::"UsMaxPosition" """
EXPIRATION = "fully_executed_date + interval '1 year'"

# What each of them has to do first; catalog only, but counted as its own. The labels
# have to be committed before they can be used.
LABELS = [
    """ALTER TYPE "NdaStatus" ADD VALUE 'PENDING_APPROVAL'""",
    """ALTER TYPE "NdaStatus" ADD VALUE 'SENT_PENDING_SIGNATURE'""",
    """ALTER TYPE "NdaStatus" ADD VALUE 'INACTIVE_CANCELED'""",
    """ALTER TYPE "NdaStatus" ADD VALUE 'EXPIRED'""",
    """ALTER TYPE "UsMaxPosition" ADD VALUE 'SUB_CONTRACTOR'""",
]
COLUMNS = [
    """CREATE TYPE "NdaType" AS ENUM ('MUTUAL', 'CONSULTANT')""",
    """ALTER TABLE ndas ADD COLUMN nda_type "NdaType" {default}, ADD COLUMN is_non_usmax boolean NOT NULL DEFAULT false,
       ADD COLUMN expiration_date timestamp(3), ADD COLUMN approved_by_id text, ADD COLUMN approved_at timestamp(3),
       ADD COLUMN rejection_reason text""",
]
READ_AT_ONCE = "NOT NULL DEFAULT 'MUTUAL'"
FINISH = [
    "CREATE INDEX CONCURRENTLY idx_ndas_expiration_date ON ndas (expiration_date)",
    """ALTER TABLE ndas ADD CONSTRAINT ndas_approved_by_id_fkey FOREIGN KEY (approved_by_id) REFERENCES contacts (id)
       ON DELETE SET NULL NOT VALID""",
    "ALTER TABLE ndas VALIDATE CONSTRAINT ndas_approved_by_id_fkey",
]
UPDATE_NDAS = f"UPDATE ndas SET status = {STATUS}, usmax_position = {POSITION}, expiration_date = {EXPIRATION}"
UPDATE_HISTORY = f"UPDATE nda_status_history SET status = {STATUS}"
# The same, sparing the rows that are right already: the most a careful author could do in place.
ONLY_WRONG_NDAS = f"""
 WHERE status IS DISTINCT FROM {STATUS} OR usmax_position IS DISTINCT FROM {POSITION}
    OR fully_executed_date IS NOT NULL"""
ONLY_WRONG_HISTORY = f" WHERE status IS DISTINCT FROM {STATUS}"

# As the story writes it, Task Group 7, once for each column.
LOOP = """
DO $$
DECLARE
  batch_size INT := 1000;
  updated_rows INT;
BEGIN
  LOOP
    UPDATE "{table}" SET "{column}" = {value}
    WHERE "id" IN (SELECT "id" FROM "{table}" WHERE {wrong} LIMIT batch_size);
    GET DIAGNOSTICS updated_rows = ROW_COUNT;
    EXIT WHEN updated_rows = 0;
    COMMIT;
  END LOOP;
END $$"""
OLD_STATUS = "status IN ('EMAILED', 'INACTIVE', 'CANCELLED')"
LOOPS = [
    ("ndas", "usmax_position", POSITION, "usmax_position IS NULL OR usmax_position IN ('SUB', 'TEAMING')"),
    ("ndas", "nda_type", "'MUTUAL'", "nda_type IS NULL"),
    ("ndas", "expiration_date", EXPIRATION, "fully_executed_date IS NOT NULL AND expiration_date IS NULL"),
    ("ndas", "status", STATUS, OLD_STATUS),
    ("nda_status_history", "status", STATUS, OLD_STATUS),
]

# One rewrite a table: the new column gets its dates on the way.
USING = [
    """CREATE TYPE "NewStatus" AS ENUM ('CREATED', 'PENDING_APPROVAL', 'SENT_PENDING_SIGNATURE', 'IN_REVISION',
       'FULLY_EXECUTED', 'INACTIVE_CANCELED', 'EXPIRED')""",
    """CREATE TYPE "NewPosition" AS ENUM ('PRIME', 'SUB_CONTRACTOR', 'OTHER')""",
    f"""ALTER TABLE ndas ALTER status DROP DEFAULT,
        ALTER status TYPE "NewStatus" USING {STATUS.replace('"NdaStatus"', '"NewStatus"')},
        ALTER usmax_position TYPE "NewPosition" USING {POSITION.replace('"UsMaxPosition"', '"NewPosition"')},
        ALTER expiration_date TYPE timestamp(3) USING {EXPIRATION}, ALTER status SET DEFAULT 'CREATED'""",
    f"""ALTER TABLE nda_status_history
        ALTER status TYPE "NewStatus" USING {STATUS.replace('"NdaStatus"', '"NewStatus"')}""",
    'DROP TYPE "NdaStatus"',
    'DROP TYPE "UsMaxPosition"',
    'ALTER TYPE "NewStatus" RENAME TO "NdaStatus"',
    'ALTER TYPE "NewPosition" RENAME TO "UsMaxPosition"',
]


@dataclass(frozen=True)
class Rival:
    """``forwards`` does the whole release in this process's database; ``backwards`` undoes it, where that can be."""

    title: str
    forwards: Callable
    backwards: Callable | None = None


def migrate(target="0002", **options):
    call_command("migrate", "ndas", target, verbosity=0, stdout=io.StringIO(), **options)


def with_one_worker():
    # Whatever the environment says.
    migrate(**({"workers": 1} if has_workers() else {}))


def with_two_workers():
    migrate(workers=2)


def back():
    migrate("0001")


def has_workers() -> bool:
    return "--workers" in load_command_class("epic10", "migrate").create_parser("", "migrate")._option_string_actions


def single_update():
    _in_place(UPDATE_NDAS, UPDATE_HISTORY)


def sparing_update():
    _in_place(UPDATE_NDAS + ONLY_WRONG_NDAS, UPDATE_HISTORY + ONLY_WRONG_HISTORY)


def loops():
    loops = [LOOP.format(table=table, column=column, value=value, wrong=wrong) for table, column, value, wrong in LOOPS]
    _in_place(*loops, default="")


def bulk_update():
    _in_place(_fetched_and_saved)


def using():
    with transaction.atomic():
        execute(*(statement.format(default=READ_AT_ONCE) for statement in COLUMNS), *USING)
    execute(*FINISH)


def _in_place(*changes, default=READ_AT_ONCE):
    execute(*LABELS, *(statement.format(default=default) for statement in COLUMNS), *changes, *FINISH)


def execute(*steps):
    for step in steps:
        if callable(step):
            step()
        else:
            with connection.cursor() as cursor:
                cursor.execute(step)


def _fetched_and_saved():
    """What a data migration with the ORM does: objects, a thousand at a time."""
    for batch in _batches(Nda):
        for nda in batch:
            nda.status = NEW_STATUS.get(nda.status, nda.status)
            nda.usmax_position = NEW_POSITION.get(nda.usmax_position, nda.usmax_position)
            nda.expiration_date = nda.fully_executed_date and expiration_of(nda.fully_executed_date)
        Nda.objects.bulk_update(batch, ["status", "usmax_position", "expiration_date"])
    for batch in _batches(NdaStatusHistory):
        for entry in batch:
            entry.status = NEW_STATUS.get(entry.status, entry.status)
        NdaStatusHistory.objects.bulk_update(batch, ["status"])


NEW_STATUS = {
    "EMAILED": NdaStatus.SENT_PENDING_SIGNATURE,
    "INACTIVE": NdaStatus.INACTIVE_CANCELED,
    "CANCELLED": NdaStatus.INACTIVE_CANCELED,
}
NEW_POSITION = {"SUB": UsMaxPosition.SUB_CONTRACTOR, "TEAMING": UsMaxPosition.OTHER, None: UsMaxPosition.PRIME}


def _batches(model):
    last = ""
    while batch := list(model.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


# The strongest first.
RIVALS = {
    "sparing": Rival("one UPDATE per table, only wrong rows", sparing_update),
    "ours": Rival("`migrate ndas`", with_one_worker, back),
    "two-workers": Rival("`migrate ndas`, two workers", with_two_workers, back),
    "update": Rival("one UPDATE per table", single_update),
    "loop": Rival("the story's loop, per column", loops),
    "bulk-update": Rival("fetched and `bulk_update`d", bulk_update),
    "using": Rival("`ALTER COLUMN … TYPE … USING`", using),
}
