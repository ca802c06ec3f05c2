"""
The estimate: how many rows the release will change here, and how long each part of it will take.

Rows are counted by the backfills' own rules; columns that ``expand`` has yet to add
are supplied as it will add them. Time is measured: a few batches of each kind of work
run on a copy of some rows (samples.py), and are then taken times the rows there are.
"""

import time
from dataclasses import dataclass, field, replace
from functools import partial

from django.db import Error, transaction

from epic10.operations import Backfill, Shadow
from epic10.operations.archive.summary import waiting_rows
from epic10.operations.backfill.routes import is_large
from epic10.operations.columns.relabel import any_wrong
from epic10.operations.columns.shadow import commonest
from epic10.postgres.catalog import holds, literal, quoted, relation_exists
from epic10.postgres.errors import first_line
from epic10.postgres.remembered import once
from epic10.postgres.session import fetch
from epic10.release import plan
from epic10.release.carried_over import rows_to_carry_over
from epic10.release.early import early_phases, later_phases
from epic10.release.samples import Sample, columns_to_come, measured

ONLY_READS = "SET LOCAL transaction_read_only = on; SET LOCAL row_security = off"
# What a phase reads of whole tables, in times of the count that is timed.
READS = {"expand": 1.0, "backfill": 2.0, "enforce": 3.0}
# A table larger than the server's memory is read from the disk, and after each checkpoint every page of it goes into
# the log; the samples are small. Measured at 1,000,000 NDAs: 1.9 on a slow disk. A faster one is nearer to 1.
NOT_IN_MEMORY = 1.5
# Its catalog changes, trials and round trips, in seconds; and what Django does around a migration.
FIXED = {"expand": 1.0, "backfill": 0.2, "index": 0.1, "enforce": 0.2, "switch": 0.2}
LATER, AROUND_A_MIGRATION = 0.2, 0.4
# Of the size of the tables and their indexes: what they grow by, and what is
# written to the log. Measured at 50,000 and 500,000 NDAs, and rounded up.
GROWTH, LOG = 0.2, 3.0
# A row that is put back is looked up in the archive, written, and told about: in the time of so many
# that are filled, and never faster than so many a second. Measured at 50,000 NDAs with 21,898 parked, on 15 and 18.
RESTORING, FASTEST = 2.5, 40_000
# Around the migration: what is fixed, in seconds, and what it does to every row of the database.
SNAPSHOT, VERIFICATION, VALIDATION, SMOKE, BACK = 1.5, 2.5, 1.0, 1.0, 1.5
# pg_dump reads two tables at once, and faster than we do here; a restore copies rows first and builds their
# indexes then, which is faster than to keep those up to date. The others are times of the count that is timed.
DUMPED, RESTORED, VALIDATED, VACUUMED, PARKED = 0.3, 0.5, 8.0, 6.0, 2.0
IN_THE_WINDOW = ("validation", "smoke")

ALL_TABLES = """
    SELECT coalesce(sum(pg_catalog.pg_total_relation_size(c.oid)), 0)::float8 FROM pg_class c
      JOIN pg_namespace n ON n.oid = relnamespace
     WHERE relkind IN ('r', 'm') AND nspname <> 'information_schema' AND NOT pg_catalog.starts_with(nspname, 'pg_')"""


@dataclass(frozen=True)
class Work:
    """
    The work to be done in one table: its rows, the rows to change, and how many by column.

    ``to_restore`` is the number of rows that an earlier way back has parked, ``to_carry_over`` those whose value
    comes from a column that was there before; a table is ``large`` if it does not fit into the server's memory.
    """

    table: str
    unit: str
    rows: int
    to_change: int
    by_column: dict[str, int]
    bytes: int
    seconds_to_read: float
    to_restore: int = 0
    to_carry_over: int = 0
    large: bool = False

    @property
    def to_write(self) -> int:
        """Row versions."""
        return self.to_change + self.to_restore + self.to_carry_over


@dataclass(frozen=True)
class Estimate:
    """
    ``samples`` are by table; ``problem`` says why there are none.

    ``share`` is how much larger all tables of the database are than these.
    """

    tables: list[Work]
    samples: dict[str, Sample] = field(default_factory=dict)
    share: float = 1.0
    problem: str = ""

    @property
    def rates(self) -> dict[str, float]:
        """Rows filled a second, by table."""
        return {table: sample.rate for table, sample in self.samples.items()}

    @property
    def seconds(self) -> float | None:
        """Seconds that the whole release takes, without waits for locks; None if that could not be measured."""
        return None if self.problem else sum(self.phases.values())

    @property
    def phases(self) -> dict[str, float]:
        """Seconds of each phase of ``migrate``, later migrations included."""
        release, reading = plan.load(), sum(work.seconds_to_read for work in self.tables)
        found = {
            phase.name: FIXED.get(phase.name, LATER) + READS.get(phase.name, 0.0) * reading for phase in release.phases
        }
        found["backfill"] += sum(map(self.seconds_to_restore, self.tables))
        found["backfill"] += sum(map(self.seconds_to_carry_over, self.tables))
        found["backfill"] += sum(self.seconds_to_fill(work) for work in self.tables if work.to_change)
        found |= {phase.name: LATER + AROUND_A_MIGRATION for phase, _, _ in later_phases()}
        for work in self.tables:
            for phase, took in self.samples[work.table].indexes.items():
                found[phase] += self._of_all(work, took)
        return found

    @property
    def around(self) -> dict[str, float]:
        """Seconds of each step around ``migrate``, and of the way back."""
        hashed, dumped, copied = (
            self.share * sum(self._of_all(work, getattr(self.samples[work.table], what)) for work in self.tables)
            for what in ("hashed", "dumped", "copied")
        )
        reading = sum(work.seconds_to_read for work in self.tables)
        return {
            "snapshot": SNAPSHOT + DUMPED * dumped + hashed,
            "verification": VERIFICATION + RESTORED * copied + hashed,
            "validation": VALIDATION + VALIDATED * reading,
            "smoke": SMOKE,
            "vacuum": VACUUMED * reading,
            "back": BACK + PARKED * reading,
        }

    @property
    def window(self) -> float:
        """Seconds between the old application and the new one, where everything but the switch is prepared."""
        reading = sum(work.seconds_to_read for work in self.tables)
        early = {phase.name for phase, _, _ in early_phases()}
        again = sum(FIXED.get(phase.name, LATER) + READS.get(phase.name, 0.0) * reading for phase in plan.load().phases)
        after = sum(took for name, took in self.phases.items() if name not in early and name not in FIXED)
        return again + after + len(early) * (LATER + AROUND_A_MIGRATION) + sum(map(self.around.get, IN_THE_WINDOW))

    def parts(self, *, only_prepare: bool, takes_snapshot: bool) -> dict[str, float]:
        """Seconds of each step and phase that a deployment has still before it, by name; none if not measured."""
        if self.problem:
            return {}
        snapshot = (
            {"snapshot": self.around["snapshot"], "verify": self.around["verification"]} if takes_snapshot else {}
        )
        if only_prepare:
            early = [phase.name for phase, _, _ in early_phases()]
            before = [*[phase.name for phase in plan.load().phases[:-1]], *early]
            return snapshot | {name: self.phases[name] for name in before}
        after = {"validate": self.around["validation"], "smoke": self.around["smoke"], "vacuum": self.around["vacuum"]}
        return snapshot | self.phases | after

    def as_json(self) -> dict:
        rounded = {} if self.problem else {name: round(took, 1) for name, took in (self.phases | self.around).items()}
        return {"seconds": rounded, "problem": self.problem}

    def seconds_to_fill(self, work: Work) -> float:
        return work.to_change / self.rates[work.table] * (NOT_IN_MEMORY if work.large else 1.0)

    def seconds_to_restore(self, work: Work) -> float:
        return RESTORING * work.to_restore / min(self.rates[work.table], FASTEST)

    def seconds_to_carry_over(self, work: Work) -> float:
        return work.to_carry_over / min(self.rates[work.table], FASTEST) * (NOT_IN_MEMORY if work.large else 1.0)

    def _of_all(self, work: Work, took: float) -> float:
        return took * work.rows / max(self.samples[work.table].rows, 1)

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
        return sum(work.bytes * work.to_write / max(work.rows, 1) for work in self.tables)


def estimate(connection) -> Estimate:
    backfills = plan.load().backfills()
    try:
        parked, theirs = waiting_rows(connection), rows_to_carry_over(connection)
        tables = [
            replace(
                count(connection, backfill),
                to_restore=parked.get(backfill.table, 0),
                to_carry_over=theirs.get(backfill.table, 0),
                seconds_to_read=_seconds_to_read(connection, backfill),
                large=is_large(connection, backfill.table),
            )
            for backfill in backfills
        ]
    except Error as error:
        return Estimate([], problem=first_line(error))
    try:
        [[all_bytes]] = fetch(connection, ALL_TABLES)
        share = max(1.0, all_bytes / max(sum(work.bytes for work in tables), 1))
        return Estimate(tables, measured(connection, backfills), share)
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
        # Once without asking what was put back, which is a look into the archive for each row that reads wrong.
        cursor.execute(
            f"SELECT count(*) FILTER (WHERE {any_wrong(rules, both_ways)}) FROM ({rows}) AS {quoted(backfill.table)}"
        )
        took = time.monotonic() - began
        cursor.execute(
            f"SELECT pg_total_relation_size({literal(quoted(backfill.table))}::regclass), count(*), {counted}\n"
            f"  FROM ({rows}) AS {quoted(backfill.table)}"
        )
        size, total, to_change, *each = cursor.fetchone()
    by_column = {rule.name: number for rule, number in zip(rules, each, strict=True)}
    return Work(backfill.table, backfill.unit, total, to_change, by_column, size, took)


def _seconds_to_read(connection, backfill) -> float:
    """Without asking what was put back, which is a look into the archive for each row that reads wrong."""
    rows, wrong = _with_columns_to_come(connection, backfill), any_wrong(backfill.rules, "false")
    statement = f"SELECT count(*) FILTER (WHERE {wrong}) FROM ({rows}) AS {quoted(backfill.table)}"
    began = time.monotonic()
    fetch(connection, statement)
    return time.monotonic() - began


def _with_columns_to_come(connection, backfill) -> str:
    """A query for the table's rows, with the columns that expand has yet to add."""
    columns = [
        f"({commonest(backfill.table, rule)}) AS {quoted(rule.target)}"
        if isinstance(rule, Shadow)
        else f"NULL AS {quoted(rule.target)}"
        for rule in columns_to_come(connection, backfill)
    ]
    return f"SELECT {', '.join(['*', *columns])} FROM {quoted(backfill.table)}"
