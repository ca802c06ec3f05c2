"""The estimate of the way back: how many rows are to be parked here, and how long each step will take."""

import time
from dataclasses import dataclass

from django.db import Error, transaction

from epic10.ledger import store
from epic10.ledger.models import Snapshot
from epic10.operations import AddColumn, Park, Parking, Shadow
from epic10.operations.archive.parking import any_held, content
from epic10.postgres.catalog import column_exists, holds, literal, quoted, table_oid
from epic10.postgres.errors import first_line
from epic10.postgres.locks import short_transaction
from epic10.postgres.session import execute, fetch
from epic10.release import plan
from epic10.release.preparation import is_prepared
from epic10.terminal.units import seconds

SAMPLE, ROWS = "epic10_estimate", 5_000
# Whoever goes back is in a hurry: what takes longer is not known then.
PATIENCE = "SET LOCAL statement_timeout = '10s'; SET LOCAL row_security = off"
# What the phases take together, in seconds; and what they read of whole tables, in times of the count that is timed.
FIXED, READ = 0.8, 2.0
# A row that is parked is looked up and read again: in times of its entry in the archive, which is timed.
# Measured at 50,000 NDAs with 5,000 to 45,000 of them parked, in memory and on a disk: 3.5 to 6.
PARKING = 4.5
# The comparison reads what a snapshot reads, restores the tables that differ, and reads what has changed row by row:
# in times of the last snapshot, between 1.3 with a few rows written since and 5 with half of them.
COMPARED, PREVIOUS = 2.5, 0.1
LEAST = 0.5  # to be said

COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = {table}::oid AND attnum > 0 AND NOT attisdropped"""
ENTRIES = """
    INSERT INTO {sample} (id, rollback_id, table_name, row_id, event, content, fingerprint)
    SELECT pg_catalog.row_number() OVER (), 0, {name}, id, 'parked', {content}, {fingerprint}
      FROM {rows} LIMIT {limit}"""


@dataclass(frozen=True)
class ToPark:
    """The rows of a table that only Epic 10 can hold, and the seconds that it takes to find and to park them."""

    unit: str
    rows: int
    seconds: float

    def __str__(self):
        return f"{self.rows:,} {self.unit}"


@dataclass(frozen=True)
class WayBack:
    """``snapshot`` is the seconds that the last one has taken, 0 if there is none; ``problem`` says why."""

    tables: tuple[ToPark, ...] = ()
    snapshot: float = 0.0
    problem: str = ""

    @property
    def back(self) -> float:
        """Seconds that ``migrate`` takes, without waits for locks."""
        return FIXED + sum(table.seconds for table in self.tables)

    def parts(self, *, takes_snapshot: bool) -> dict[str, float]:
        """Seconds of each step, by name; none if that is not known."""
        if self.problem:
            return {}
        safety = {"safety snapshot": self.snapshot} if takes_snapshot else {}
        return safety | {"back": self.back, "compare": COMPARED * self.snapshot, "previous": PREVIOUS}

    def said(self, *, takes_snapshot: bool) -> str:
        if self.problem:
            return f"How long it takes is not known: {self.problem}"
        parts = self.parts(takes_snapshot=takes_snapshot) if self.snapshot else {"back": self.back}
        of_it = ", ".join(f"{name} {seconds(round(took, 1))}" for name, took in parts.items() if took >= LEAST)
        parked = " and ".join(str(table) for table in self.tables if table.rows)
        lines = [f"It takes about {seconds(round(sum(parts.values()), 1))}: {of_it}."]
        return " ".join([*lines, f"It parks {parked}."] if parked else lines)


def estimate_back(connection) -> WayBack:
    """Reads the tables of the release once and changes nothing; before the end of the preparation not even that."""
    release = plan.load()
    # Nobody is kept from going back because it could not be estimated.
    try:
        took = _of_the_last_snapshot(connection)
        if not (release.is_switched(connection) or is_prepared(connection)):
            return WayBack(snapshot=took)
        with short_transaction(connection, PATIENCE):
            found = tuple(
                _to_park(connection, parking, release.app_label, state)
                for _, operation, state, _ in release.operations
                if isinstance(operation, Park)
                for parking in operation.parkings
            )
            transaction.set_rollback(True, using=connection.alias)
    except Error as error:
        return WayBack(problem=first_line(error))
    return WayBack(found, took)


def _to_park(connection, parking: Parking, app_label, state) -> ToPark:
    rows = _as_before_the_switch(connection, parking, app_label, state)
    held = parking.held(app_label, state)
    # What is in columns of others stays there.
    is_parked = f"({any_held(held, parking.table)}) AND {content(held, parking.table)} <> '{{}}'"
    began = time.monotonic()
    [[count]] = fetch(connection, f"SELECT count(*) FROM {rows} WHERE {is_parked}")
    took = READ * (time.monotonic() - began)
    if count:
        entries = ENTRIES.format(
            sample=quoted(SAMPLE),
            name=literal(parking.table),
            content=content(held, parking.table),
            fingerprint=parking.fingerprint(parking.table, app_label, state),
            rows=rows,
            limit=min(count, ROWS),
        )
        execute(connection, f"CREATE TABLE {quoted(SAMPLE)} (LIKE epic10_archive INCLUDING ALL EXCLUDING IDENTITY)")
        began = time.monotonic()
        execute(connection, entries)
        took += PARKING * count / min(count, ROWS) * (time.monotonic() - began)
        execute(connection, f"DROP TABLE {quoted(SAMPLE)}")
    return ToPark(parking.unit, count, took)


def _as_before_the_switch(connection, parking: Parking, app_label, state) -> str:
    """The rows of the table with the names that their columns have again when they are parked."""
    names = {}
    for rule in _moved(parking, app_label, state):
        if holds(connection, column_exists(parking.table, rule.legacy)):
            names |= {rule.column: rule.target, rule.legacy: rule.column}
    there = [name for [name] in fetch(connection, COLUMNS.format(table=table_oid(parking.table)))]
    listed = ", ".join(f"{quoted(name)} AS {quoted(names.get(name, name))}" for name in there)
    return f"(SELECT {listed} FROM {quoted(parking.table)}) AS {quoted(parking.table)}"


def _moved(parking, app_label, state):
    release = plan.load()
    yield from (rule for rule in parking.rules if isinstance(rule, Shadow))
    for operation in release.all_of(AddColumn):
        if operation.beside and operation.table(app_label, state) == parking.table:
            yield operation.beside


def _of_the_last_snapshot(connection) -> float:
    if not store.is_there(connection, Snapshot):
        return 0.0
    newest = Snapshot.objects.using(connection.alias).order_by("-taken_at").first()
    took = newest.manifest.get("seconds") if newest and isinstance(newest.manifest, dict) else None
    return float(took) if isinstance(took, int | float) else 0.0
