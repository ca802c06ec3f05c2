"""A batch is as much work as it has rows, whatever the planner knows of the tables, and locks none of them for long."""

import contextlib
import re

import pytest

from epic10.operations.backfill import batches

# Nobody has ever analyzed the tables, nor will while the test runs.
UNKNOWN = """
ALTER TABLE {0} SET (autovacuum_enabled = off);
DELETE FROM pg_statistic WHERE starelid = '{0}'::regclass;
UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = '{0}'::regclass"""
EVERY_ROW = (
    "UPDATE ndas SET nda_type = 'CONSULTANT', approved_by_id = created_by_id",
    "UPDATE nda_status_history SET status = 'EXPIRED'",
)
# In one piece, or prepared and last in its message.
BATCH = re.compile(r'^WITH wanted .*|EXECUTE "epic10_backfill.*', re.S)
QUOTED = r"'[^']*'|\d+"
# Rows that a plan touches for each row of its batch; measured: at most 24.6.
MOST = 28


def work(plan):
    """Rows that the plan's nodes have read or thrown away, each time they ran."""
    thrown = sum(value for name, value in plan.items() if name.startswith("Rows Removed by"))
    rows = (plan["Actual Rows"] + thrown) * plan["Actual Loops"]
    return rows + sum(map(work, plan.get("Plans", [])))


@contextlib.contextmanager
def looked_at(database):
    """Each batch once more, before it runs, and how many rows its plan touches."""
    seen = []

    def look(execute, sql, params, many, context):
        if batch := BATCH.search(sql):
            # A message of its own begins its own transaction.
            inside = context["connection"].in_atomic_block
            with context["connection"].connection.cursor() as cursor:
                cursor.execute("SAVEPOINT before" if inside else "BEGIN")
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING off, FORMAT JSON) {batch[0]}")
                [[[plan]]] = cursor.fetchall()
                cursor.execute("ROLLBACK TO before; RELEASE before" if inside else "ROLLBACK")
            seen.append((batch[0], work(plan["Plan"])))
        return execute(sql, params, many, context)

    with database.connection.execute_wrapper(look):
        yield seen


@pytest.mark.slow
@pytest.mark.parametrize("size", [20, 100])
def test_the_work_of_a_batch_does_not_grow_with_the_tables(legacy_database, settings, size):
    settings.EPIC10_BATCH_SIZE = size
    with looked_at(legacy_database) as seen:
        legacy_database.migrate()
        for statement in EVERY_ROW:
            legacy_database.execute(statement)
        legacy_database.migrate("0001")
        for table in ("epic10_archive", "epic10_rollback"):
            legacy_database.execute(UNKNOWN.format(table))
        legacy_database.migrate()
    assert len({re.sub(QUOTED, "", sql) for sql, _ in seen}) >= 6, (
        "a way to fill, to park and to restore, for two tables"
    )
    for sql, rows in seen:
        assert rows <= MOST * size, f"{rows} rows of work: {sql}"


SLOW = """
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END';
CREATE TRIGGER slow BEFORE UPDATE ON {} FOR EACH ROW EXECUTE FUNCTION slow()"""


@pytest.mark.slow
def test_a_batch_that_takes_too_long_is_cut_off_and_has_fewer_rows(legacy_database, monkeypatch):
    """Whoever waits for a row waits for LONGEST at most; here a hundred rows take longer."""
    monkeypatch.setattr(batches, "LONGEST", 0.1)
    for table in ("ndas", "nda_status_history"):
        legacy_database.execute(SLOW.format(table).replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    cut_off = "A batch took more than 0.1 s and was cut off; the next one has 250 rows."
    assert cut_off in legacy_database.migrate()
    for statement in EVERY_ROW:
        legacy_database.execute(statement)
    legacy_database.migrate("0001")
    assert cut_off in legacy_database.migrate()
    events = "SELECT event, count(*) FROM epic10_archive GROUP BY 1 ORDER BY 1"
    assert legacy_database.rows(events) == [("parked", 1181), ("restored", 1181)]
