"""The estimate: how many rows the release will change here, and how long it will take.

Rows are counted by the backfills' own rules; columns that ``expand`` has yet to
add are supplied as it will add them. Time is measured: the backfills' own
batches run on a copy of some rows, with the indexes of the table, in a
transaction that is rolled back. The tables of the application are only read.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from django.db import Error, transaction

from epic10.ledger import tables
from epic10.operations import Backfill, Derived, Shadow
from epic10.operations.archive.summary import waiting_rows
from epic10.operations.backfill.batches import BATCH_SETTINGS, FOR_DJANGO, batch_size
from epic10.operations.backfill.routes import Keys
from epic10.operations.columns.relabel import any_wrong
from epic10.operations.columns.shadow import commonest
from epic10.postgres.catalog import bound, column_exists, holds, literal, quoted, relation_exists, type_exists
from epic10.postgres.errors import first_line
from epic10.postgres.locks import short_transaction
from epic10.postgres.remembered import once
from epic10.release import plan

ONLY_READS = "SET LOCAL transaction_read_only = on; SET LOCAL row_security = off"
SAMPLE = "epic10_estimate"
BATCHES = 5
# Counts, labels, proofs, validation and indexes each read a whole table, but ask
# less of a row than the count that is timed. Measured: as five of those.
SCANS = 5
# Connecting, and the catalog changes of expand and switch.
FIXED = 1.0  # seconds
# Of the size of the tables and their indexes: what they grow by, and what is
# written to the log. Measured at 50,000 and 500,000 NDAs, and rounded up.
GROWTH, LOG = 0.2, 3.0
# A row that is put back is looked up in the archive, written, and told about: in the time of so many
# that are filled, and never faster than so many a second. Measured at 50,000 NDAs with 21,898 parked, on 15 and 18.
RESTORING, FASTEST = 2.5, 40_000

COLUMNS = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = to_regclass(%s)::oid AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"""


@dataclass(frozen=True)
class Work:
    """
    The work to be done in one table: its rows, the rows to change, and how many by column.

    ``to_restore`` is the number of rows that an earlier way back has parked.
    """

    table: str
    unit: str
    rows: int
    to_change: int
    by_column: dict[str, int]
    bytes: int
    seconds_to_read: float
    to_restore: int = 0


@dataclass(frozen=True)
class Estimate:
    """``rates`` are rows a second, by table; ``problem`` says why there are none."""

    tables: list[Work]
    rates: dict[str, float] = field(default_factory=dict)
    problem: str = ""

    @property
    def seconds(self) -> float | None:
        """Seconds that the whole release takes, without waits for locks; None if that could not be measured."""
        if self.problem:
            return None
        filling = sum(work.to_change / self.rates[work.table] for work in self.tables if work.to_change)
        reading = SCANS * sum(work.seconds_to_read for work in self.tables)
        return FIXED + sum(map(self.seconds_to_restore, self.tables)) + filling + reading

    def seconds_to_restore(self, work: Work) -> float:
        return RESTORING * work.to_restore / min(self.rates[work.table], FASTEST)

    @property
    def bytes(self) -> int:
        """What the release writes: the tables' growth, and the log until it is recycled."""
        return int(GROWTH * self._changed) + self.log

    @property
    def log(self) -> int:
        """Bytes of write-ahead log."""
        return int(LOG * self._changed)

    @property
    def _changed(self) -> float:
        return sum(work.bytes * (work.to_change + work.to_restore) / max(work.rows, 1) for work in self.tables)


def estimate(connection) -> Estimate:
    backfills = plan.load().backfills()
    try:
        parked = waiting_rows(connection)
        tables = [
            replace(count(connection, backfill), to_restore=parked.get(backfill.table, 0)) for backfill in backfills
        ]
    except Error as error:
        return Estimate([], problem=first_line(error))
    try:
        return Estimate(tables, _measured(connection, backfills))
    except Error as error:
        return Estimate(tables, problem=first_line(error))


def count(connection, backfill: Backfill) -> Work:
    rules = backfill.rules
    has_ledger = holds(connection, relation_exists("epic10_archive"))
    both_ways = backfill.both_ways if has_ledger else "false"
    wrong = [any_wrong(rules, both_ways), *(rule.wrong(both_ways) for rule in rules)]
    if has_ledger:
        wrong = map(backfill.unless_restored, wrong)
    counted = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in wrong)
    rows = _with_columns_to_come(connection, backfill)
    # Within a transaction it is part of that, whose end it is if this fails.
    with transaction.atomic(using=connection.alias, savepoint=False), connection.cursor() as cursor:
        once(connection, ONLY_READS, None, partial(cursor.execute, ONLY_READS))
        began = time.monotonic()
        cursor.execute(
            f"SELECT pg_total_relation_size({literal(quoted(backfill.table))}::regclass), count(*), {counted}\n"
            f"  FROM ({rows}) AS {quoted(backfill.table)}"
        )
        size, total, to_change, *each = cursor.fetchone()
        took = time.monotonic() - began
    by_column = {rule.name: number for rule, number in zip(rules, each, strict=True)}
    return Work(backfill.table, backfill.unit, total, to_change, by_column, size, took)


def _with_columns_to_come(connection, backfill) -> str:
    """A query for the table's rows, with the columns that expand has yet to add."""
    columns = [
        f"({commonest(backfill.table, rule)}) AS {quoted(rule.target)}"
        if isinstance(rule, Shadow)
        else f"NULL AS {quoted(rule.target)}"
        for rule in _to_come(connection, backfill)
    ]
    return f"SELECT {', '.join(['*', *columns])} FROM {quoted(backfill.table)}"


def _to_come(connection, backfill):
    return [rule for rule in backfill.rules if not holds(connection, column_exists(backfill.table, rule.target))]


def _measured(connection, backfills) -> dict[str, float]:
    rates = {}
    for backfill in backfills:
        with short_transaction(connection, "SET LOCAL statement_timeout = 0"):
            _copy_some_rows(connection, backfill)
            rates[backfill.table] = _rate(connection, backfill)
            transaction.set_rollback(True, using=connection.alias)
    return rates


def _copy_some_rows(connection, backfill):
    """Create SAMPLE like the table after expand, with some of its rows from all over it."""
    table, sample = quoted(backfill.table), quoted(SAMPLE)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {sample} (LIKE {table} INCLUDING ALL EXCLUDING IDENTITY EXCLUDING COMMENTS)")
        # Batches ask the ledger, which is not there before the first run.
        tables.create(connection)
        cursor.execute(COLUMNS, [table])
        columns = ", ".join(quoted(name) for [name] in cursor.fetchall())
        for rule in _to_come(connection, backfill):
            for statement in _add_column(connection, backfill.table, rule):
                cursor.execute(statement)
        cursor.execute(f"SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = to_regclass({literal(table)})::oid")
        wanted, [rows] = BATCHES * batch_size(), cursor.fetchone()
        share = min(100.0, 200.0 * wanted / rows) if rows else 100.0
        cursor.execute(
            f"INSERT INTO {sample} ({columns}) SELECT {columns} FROM {table}"
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
        yield f"CREATE TYPE {working} AS ENUM ({', '.join(literal(label) for label in relabel.labels)})"
    yield f"{add} {working} NOT NULL DEFAULT {literal(relabel.labels[0])}"


def _rate(connection, backfill) -> float:
    """Rows changed per second; infinite if there are none to change."""
    sample = Backfill(SAMPLE, backfill.rules, unit=backfill.unit)
    statement = sample.batch(Keys(), skip_locked=True, **FOR_DJANGO)
    changed, last = 0, ""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(BATCH_SETTINGS))
        began = time.monotonic()
        while last is not None:
            cursor.execute(bound(statement, {"after": last, "size": batch_size()}))
            rows, last, *_ = cursor.fetchone()
            changed += rows
    return changed / (time.monotonic() - began) if changed else float("inf")
