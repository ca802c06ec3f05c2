"""
A few batches of each kind of work, timed on a copy of some rows.

They run in a transaction that is rolled back, on a table like the real one, with its
indexes. The tables of the application are only read.
"""

import re
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import transaction

from epic10.ledger import tables
from epic10.operations import AddIndex, AddShadowIndex, Backfill, Derived
from epic10.operations.backfill.batches import batch_size
from epic10.postgres import fingerprint
from epic10.postgres.catalog import column_exists, holds, literal, quoted, relation_exists, type_exists
from epic10.postgres.locks import short_transaction
from epic10.release import plan
from epic10.release.early import early_phases
from epic10.release.filling_rate import filled_a_second

SAMPLE, INDEX = "epic10_estimate", "epic10_estimate_index"
BATCHES = 5

COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass(%s)::oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""
# What a batch has left behind makes room for the next one as soon as it is committed, and nothing is committed here.
# With so much room on its pages, in percent, as many rows stay on theirs as in a table that is filled.
FILLED = 60
# The beginning of CREATE INDEX, up to the name of the table.
CREATE_INDEX = re.compile(r"^CREATE INDEX (?:CONCURRENTLY )?\S+ ON \S+")


@dataclass(frozen=True)
class Sample:
    """
    Seconds that so many ``rows`` take to be copied with their indexes, dumped and hashed.

    ``rate`` is rows filled a second, infinite if there are none to fill; ``indexes``
    are seconds, by the phase that builds them, of those that are not there yet.
    """

    rows: int
    rate: float
    copied: float
    dumped: float
    hashed: float
    indexes: dict[str, float] = field(default_factory=dict)


def measured(connection, backfills: Iterable[Backfill]) -> dict[str, Sample]:
    """By table."""
    found = {}
    for backfill in backfills:
        with short_transaction(connection, "SET LOCAL statement_timeout = 0"):
            found[backfill.table] = _sample(connection, backfill)
            transaction.set_rollback(True, using=connection.alias)
    return found


def columns_to_come(connection, backfill: Backfill):
    """The rules whose columns ``expand`` has yet to add."""
    return [rule for rule in backfill.rules if not holds(connection, column_exists(backfill.table, rule.target))]


def _sample(connection, backfill) -> Sample:
    columns = _like_the_table_after_expand(connection, backfill)
    copied = _timed(lambda: _copy_some_rows(connection, backfill.table, columns))
    with connection.cursor() as cursor:
        # A table without statistics is looked up in other ways than the one it stands for.
        cursor.execute(f"ANALYZE {quoted(SAMPLE)}")
        cursor.execute(f"SELECT count(*) FROM {quoted(SAMPLE)}")
        [rows] = cursor.fetchone()
    dumped = _timed(lambda: _dump(connection))
    hashed = _timed(lambda: fingerprint.content(connection, {SAMPLE: columns}))
    # Before the rows are filled, whose old versions would be read as well.
    indexes = _indexes(connection, backfill)
    return Sample(rows, filled_a_second(connection, backfill, SAMPLE), copied, dumped, hashed, indexes)


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


def _like_the_table_after_expand(connection, backfill) -> list[str]:
    """Create SAMPLE; returns the columns that it shares with the table."""
    table, sample = quoted(backfill.table), quoted(SAMPLE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {sample} (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY EXCLUDING COMMENTS)"
            f" WITH (fillfactor = {FILLED})"
        )
        # Batches ask the ledger, which is not there before the first run.
        tables.create(connection)
        cursor.execute(COLUMNS, [table])
        columns = [name for [name] in cursor.fetchall()]
        for rule in columns_to_come(connection, backfill):
            for statement in _add_column(connection, backfill.table, rule):
                cursor.execute(statement)
    return columns


def _copy_some_rows(connection, table, columns):
    """From all over the table."""
    listed = ", ".join(map(quoted, columns))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = to_regclass({literal(quoted(table))})::oid"
        )
        wanted, [rows] = BATCHES * batch_size(), cursor.fetchone()
        share = min(100.0, 200.0 * wanted / rows) if rows else 100.0
        cursor.execute(
            f"INSERT INTO {quoted(SAMPLE)} ({listed}) SELECT {listed} FROM {quoted(table)}"
            f" TABLESAMPLE SYSTEM ({share}) REPEATABLE (10) LIMIT {wanted}"
        )


def _add_column(connection, table, rule) -> Iterable[str]:
    add = f"ALTER TABLE {quoted(SAMPLE)} ADD COLUMN {quoted(rule.target)}"
    if isinstance(rule, Derived):
        value = f"(SELECT {rule.value.format(quoted(rule.source))} FROM {quoted(table)} LIMIT 0)"
        yield f"DO $$ BEGIN EXECUTE {literal(add + ' ')} || pg_catalog.pg_typeof({value})::text; END $$"
        return
    working, relabel = quoted(rule.relabel.working_type), rule.relabel
    if not holds(connection, type_exists(relabel.working_type)):
        # All of it is taken back.
        yield f"CREATE SCHEMA IF NOT EXISTS {quoted(relabel.working_type.schema)}"
        yield f"CREATE TYPE {working} AS ENUM ({', '.join(literal(label) for label in relabel.labels)})"
    yield f"{add} {working} NOT NULL DEFAULT {literal(relabel.labels[0])}"


def _dump(connection):
    """As pg_dump does: text, and compressed."""
    compressed = zlib.compressobj()
    with connection.cursor() as cursor, cursor.cursor.copy(f"COPY {quoted(SAMPLE)} TO STDOUT") as rows:
        for piece in rows:
            compressed.compress(piece)
    compressed.flush()


def _indexes(connection, backfill) -> dict[str, float]:
    found: dict[str, float] = {}
    for phase, name, create in _to_build(connection, backfill):
        if not holds(connection, relation_exists(name)):
            there = CREATE_INDEX.sub(f"CREATE INDEX {quoted(INDEX)} ON {quoted(SAMPLE)}", create)
            found[phase] = found.get(phase, 0.0) + _timed(lambda there=there: _execute(connection, there))
            # The batches come before the release's indexes, and are not held up by them.
            _execute(connection, f"DROP INDEX {quoted(INDEX)}")
    return found


def _to_build(connection, backfill):
    """Phase, name and statement of every index that the release builds on the table."""
    release = plan.load()
    operations = [(phase, operation, after) for phase, operation, _, after in release.operations]
    operations += [(phase, one, before) for phase, before, _ in early_phases() for one in phase.operations]
    for phase, operation, state in operations:
        if isinstance(operation, AddShadowIndex) and operation.table == backfill.table:
            yield phase.name, operation.shadow.target_index, operation.sql
        elif isinstance(operation, AddIndex):
            model = state.apps.get_model(release.app_label, operation.model_name)
            if model._meta.db_table == backfill.table:
                with connection.schema_editor(collect_sql=True, atomic=False) as editor:
                    yield phase.name, operation.index.name, str(operation.index.create_sql(model, editor))


def _execute(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
