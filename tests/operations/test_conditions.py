"""What an operation goes by: its signs, what it accepts as it is, and what its triggers read."""

import pytest

from epic10.checks import Database, run
from epic10.operations import AddIndex, AddShadowIndex, Shadow, ValidateForeignKey
from epic10.operations.columns.convert import differs, shadow_definition
from epic10.operations.columns.shadow import holds_labels
from epic10.operations.release_operation import of_the_release
from epic10.postgres.catalog import holds
from tests.migration.disturbances import steps

from . import coat, pony
from .pony import RELEASE

# Where theirs has the name it cannot be told apart by the name.
SIGNED = [
    life
    for life, _, after in pony.steps(RELEASE)
    if list(of_the_release(life.operation).signs(pony.APP, after)) and not getattr(life.operation, "beside", None)
]
INDEXES = [life for life in SIGNED if isinstance(life.operation, AddIndex | AddShadowIndex)]


def named(lives):
    return pytest.mark.parametrize("life", lives, ids=[life.operation.describe() for life in lives])


@named(SIGNED)
def test_its_signs_are_there_once_it_has_run_and_not_before(make_bench, life):
    bench = make_bench(RELEASE)
    bench.run_before(life)
    assert bench.signs(life) and not any(bench.signs(life))
    bench.forwards(life)
    assert all(bench.signs(life))


@named(INDEXES)
def test_an_invalid_index_is_no_sign_and_a_failed_check(make_bench, life):
    bench = make_bench(RELEASE)
    bench.run_before(life)
    was = set(bench.scratch.rows("SELECT indexrelid FROM pg_index"))
    bench.forwards(life)
    [(made,)] = set(bench.scratch.rows("SELECT indexrelid FROM pg_index")) - was
    bench.scratch.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s", [made])
    assert not any(bench.signs(life))
    # What waits for its name is looked at under the name that it has when all is done.
    for later in RELEASE[RELEASE.index(life) + 1 :]:
        bench.forwards(later)
    [(name, findings)] = bench.findings("checks", life).items()
    index = name.removeprefix("index.")
    assert [finding.endswith(" and invalid") and index in finding for finding in findings] == [True]


def test_a_key_that_is_not_validated_is_no_sign(make_bench):
    [life] = [life for life in RELEASE if isinstance(life.operation, ValidateForeignKey) and not life.operation.beside]
    bench = make_bench(RELEASE)
    bench.run_before(life)
    assert bench.holds("EXISTS (SELECT FROM pg_constraint WHERE conname = 'pony_friend_id_fkey' AND NOT convalidated)")
    assert bench.signs(life) == [False]


LABELS = {
    "an enum": ("", []),
    "text": ("ALTER TABLE pony ALTER mood DROP DEFAULT, ALTER mood TYPE text", []),
    "varchar": ("ALTER TABLE pony ALTER mood DROP DEFAULT, ALTER mood TYPE varchar(9)", []),
    "numbers": (
        "ALTER TABLE pony DROP mood CASCADE; ALTER TABLE pony ADD mood integer",
        ["pony.mood is integer"],
    ),
    "generated": (
        "ALTER TABLE pony DROP mood CASCADE; ALTER TABLE pony ADD mood text GENERATED ALWAYS AS (id) STORED",
        ["pony.mood is generated text"],
    ),
}


@pytest.mark.parametrize("harm, findings", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("required", [True, False])
def test_labels_are_an_enum_or_text(make_bench, harm, findings, required):
    bench = make_bench(RELEASE)
    bench.scratch.execute(f"DROP TRIGGER moody ON pony; DROP INDEX pony_sulky; {harm}")
    [result] = run([holds_labels("pony", "mood", required=required)], Database(bench.scratch.connection))
    assert list(result.findings) == findings


@pytest.mark.parametrize("required, findings", [(True, ["pony.mood is missing"]), (False, [])])
def test_a_column_that_has_to_be_there_is_missed(make_bench, required, findings):
    bench = make_bench(RELEASE)
    bench.scratch.execute("ALTER TABLE pony DROP mood CASCADE")
    [result] = run([holds_labels("pony", "mood", required=required)], Database(bench.scratch.connection))
    assert list(result.findings) == findings


@pytest.mark.parametrize(
    "theirs, is_other",
    [
        ("NOT NULL DEFAULT 'BAY'", False),
        ("NOT NULL", True),
        ("NOT NULL DEFAULT 'OTHER'", True),
        ("DEFAULT 'BAY'", True),
    ],
)
def test_a_column_is_accepted_with_the_very_default(make_bench, theirs, is_other):
    bench = make_bench(RELEASE)
    bench.scratch.execute(
        f"""ALTER TABLE pony DROP coat; DROP TYPE "Coat"; CREATE TYPE "Coat" AS ENUM ('BAY', 'OTHER');
            DELETE FROM pony; ALTER TABLE pony ADD coat "Coat" {theirs}"""
    )
    assert holds(bench.scratch.connection, differs("pony", coat.COAT)) == is_other


def test_without_a_default_none_is_wanted():
    assert shadow_definition(Shadow("coat", coat.COAT_TYPE)) == '"Coat" not null'
    assert shadow_definition(coat.COAT) == """"Coat" not null default 'BAY'::"Coat\""""


def test_ours_beside_theirs_follows_what_is_written_and_theirs_is_let_alone(legacy_database):
    legacy_database.execute("ALTER TABLE ndas ADD expiration_date timestamp(3)")
    steps()[0].forwards(legacy_database)
    [(row,)] = legacy_database.rows("SELECT min(id) FROM ndas WHERE fully_executed_date IS NULL")
    dates = "SELECT expiration_date::text, expiration_date_epic10::text FROM ndas WHERE id = %s"
    legacy_database.execute("UPDATE ndas SET fully_executed_date = '2024-02-29' WHERE id = %s", [row])
    assert legacy_database.rows(dates, [row]) == [(None, "2025-02-28 00:00:00")]
    legacy_database.execute("UPDATE ndas SET expiration_date = '2031-01-02' WHERE id = %s", [row])
    assert legacy_database.rows(dates, [row]) == [("2031-01-02 00:00:00", "2031-01-02 00:00:00")]
    legacy_database.execute("UPDATE ndas SET fully_executed_date = NULL, expiration_date = NULL WHERE id = %s", [row])
    assert legacy_database.rows(dates, [row]) == [(None, None)]


HELD = "SELECT id, mood{0}::text, shod, retires::date::text FROM pony WHERE id IN ('Ajax', 'Dot', 'Elf') ORDER BY id"
AS_LIVED = [("Ajax", "ASLEEP", True, "2050-01-01"), ("Dot", "SAD", True, "2039-05-05"), ("Elf", "SAD", False, None)]


def test_by_psql_it_is_parked_and_put_back(make_bench):
    bench = make_bench(RELEASE)
    for life in [life for life in RELEASE if life not in pony.GUARD]:
        bench.forwards(life)
    bench.scratch.execute("UPDATE pony SET mood = 'ASLEEP', shod = true, retires = '2050-01-01' WHERE id = 'Ajax'")
    bench.scratch.execute("UPDATE pony SET shod = true WHERE id = 'Dot'")
    assert bench.scratch.rows(HELD.format("")) == AS_LIVED
    for life in reversed(RELEASE):
        if life in (pony.PARK, pony.UNPARK):
            bench.psql(bench.script(life, backwards=True))
        else:
            bench.backwards(life)
    assert bench.scratch.rows("SELECT row_id, event FROM epic10_archive ORDER BY row_id") == [
        ("Ajax", "parked"), ("Dot", "parked"),
    ]  # fmt: skip
    for life in RELEASE[: RELEASE.index(pony.UNPARK) + 1]:
        if life in (pony.PARK, pony.UNPARK):
            bench.psql(bench.script(life))
        else:
            bench.forwards(life)
    assert bench.scratch.rows("SELECT row_id FROM epic10_archive WHERE event = 'restored' ORDER BY row_id") == [
        ("Ajax",), ("Dot",),
    ]  # fmt: skip
    assert bench.scratch.rows(HELD.format("_epic10"))[:2] == AS_LIVED[:2]
