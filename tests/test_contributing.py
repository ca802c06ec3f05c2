"""The worked examples of CONTRIBUTING.md are true."""

import re
import textwrap

import pytest
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunSQL

from epic10 import checks
from epic10.ledger import tables
from epic10.operations import Derived, Indexed, NewColumn, Story
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres import catalog
from tests.operations import meadow, pony
from tests.operations.conftest import ANEW, Bench
from tests.operations.life import Life

CONTRIBUTING = settings.BASE_DIR / "CONTRIBUTING.md"
BLOCK = re.compile(r"^( *)```python\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def example():
    """The one code block with a word in it, run with the imports of where it belongs."""

    def run(word, **names):
        blocks = BLOCK.findall(CONTRIBUTING.read_text())
        [block] = [textwrap.dedent(text) for _, text in blocks if word in text.splitlines()[0]]
        exec(compile(block, "CONTRIBUTING.md", "exec"), names)
        return names

    return run


def test_the_check_holds_until_a_row_breaks_it(example, migrated_database):
    registered = []
    example("register", register=registered.append, Check=checks.Check, violations=checks.violations)
    [check] = registered
    database = checks.Database(migrated_database.connection)
    assert checks.ask(check, database).verdict == "OK"
    [[broken]] = migrated_database.rows("UPDATE ndas SET company_name = ' ' WHERE display_id = 3 RETURNING id")
    assert checks.ask(check, database).findings == (f"1 NDAs do not, for one {broken}",)


def test_the_story_adds_its_column_and_takes_it_back(empty_database):
    [text] = [text for _, text in BLOCK.findall(CONTRIBUTING.read_text()) if text.startswith("Story(")]
    names = {"NDAS": meadow.PONY, "models": models, "NewColumn": NewColumn, "Story": Story}
    plan = meadow.release(eval(text, names))
    empty_database.execute(ANEW)
    before = empty_database.dump_schema()
    meadow.forwards(empty_database, plan)
    assert empty_database.rows("SELECT DISTINCT needs_review FROM pony") == [(False,)]
    assert "column.pony.needs_review" in {check.id for check in plan.checks()}
    meadow.backwards(empty_database, plan)
    assert empty_database.dump_schema() == before


def test_the_rule_is_all_there_is_to_add(example, empty_database):
    names = {"PONY": meadow.PONY, "models": models, "NewColumn": NewColumn, "Derived": Derived, "Indexed": Indexed}
    plan = meadow.release(Story("10.12", "Ponies retire at twenty.", example("RETIRES", **names)["RETIRES"]))
    empty_database.execute(ANEW)
    meadow.forwards(empty_database, plan)
    retired = "SELECT retires AT TIME ZONE 'UTC' = '2040-02-29 12:00' FROM pony WHERE id = 'Ajax'"
    assert empty_database.rows(retired) == [(True,)]
    assert {"column.pony.retires", "backfill.pony.retires", "index.pony_retires_idx"} <= {
        check.id for check in plan.checks()
    }
    results = checks.run(plan.checks(), checks.Database(empty_database.connection))
    assert not [result.check.id for result in results if result.findings]


def test_the_operation_lives_its_life(example, empty_database):
    names = {
        "RunSQL": RunSQL,
        "ReleaseOperation": ReleaseOperation,
        "Life": Life,
        "Check": checks.Check,
        "violations": checks.violations,
    }
    names |= {"quoted": catalog.quoted, "literal": catalog.literal}
    operation = example("class SetStatistics", **names)["SetStatistics"]("pony", "mood", 500)
    text = next(text for _, text in BLOCK.findall(CONTRIBUTING.read_text()) if "Life(" in text)
    life = eval(textwrap.dedent(text), names | {"SetStatistics": type(operation)})
    empty_database.execute(ANEW)
    bench = Bench(empty_database, [life])
    [check] = life.operation.checks(pony.APP, pony.START)
    for way, there in (
        (bench.forwards, True),
        (bench.forwards, True),
        (bench.backwards, False),
        (bench.forwards, True),
    ):
        way(life)
        assert bench.holds(life.done) == there
        assert checks.ask(check, checks.Database(empty_database.connection)).findings == (
            () if there else ("it is not",)
        )
    for _ in range(2):
        bench.psql(bench.script(life, backwards=True))
        assert not bench.holds(life.done)


def test_the_column_reaches_a_ledger_that_is_there(example, empty_database):
    tables.create(empty_database.connection)
    names = {"LedgerMigration": tables.LedgerMigration, "LEDGER": tables.LEDGER, "migrations": migrations}
    migration = example("LedgerMigration", models=models, **names)["Migration"]("0003_remark", "epic10")
    state = MigrationLoader(connection=None).project_state(("epic10", "0002_watch"))
    for _ in range(2):
        with empty_database.connection.schema_editor() as editor:
            migration.apply(state.clone(), editor)
    assert empty_database.rows("SELECT remark FROM epic10_snapshot") == []
