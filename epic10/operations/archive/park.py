"""Parking of what the old schema cannot hold, a batch at a time."""

from django.db.migrations.operations import RunPython

from epic10.operations.archive import summary
from epic10.operations.archive.conditions import IS_PARKING, PARK_AGAIN, PARKED, THIS_ROLLBACK, complaint
from epic10.operations.archive.parking import Parking, any_held, content
from epic10.operations.backfill.batches import FOR_DJANGO, Batches, batch_size, count
from epic10.operations.backfill.psql_loop import FOR_PSQL, loop
from epic10.operations.backfill.routes import Named
from epic10.operations.columns.relabel import shadows
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import column_exists, holds, literal, quoted
from epic10.postgres.session import fetch

# In the order of keys, wherever they are; or those that one scan has found.
ALL = """\
ARRAY(SELECT id FROM {table}
                WHERE id > {after} AND ({any_held})
                ORDER BY id LIMIT {size})"""
FOUND = "%(keys)s::text[]"
LAST = "(SELECT keys[pg_catalog.cardinality(keys)] FROM wanted)"

# Keys in memory. More of them than these are looked for in their order, batch by batch.
FOUND_AT_ONCE = 200_000

# Locked, so that no writer leaves an event between the look at the row and at the archive.
PARK = """\
WITH wanted AS MATERIALIZED (
  SELECT {keys} AS keys
), batch AS MATERIALIZED (
  SELECT id, {content} AS held, {fingerprint} AS fingerprint
    FROM {table}
   WHERE id = ANY ((SELECT keys FROM wanted)::text[]) AND ({any_held})
   FOR SHARE
), parked AS (
  INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, fingerprint)
  SELECT {this_rollback}, {name}, id, 'parked', held, fingerprint FROM batch WHERE held <> '{{}}'
  ON CONFLICT DO NOTHING
  RETURNING row_id
), otherwise AS (
  SELECT min(id) AS id FROM batch
   WHERE held <> '{{}}' AND id NOT IN (SELECT row_id FROM parked)
     AND NOT EXISTS (SELECT FROM epic10_archive
                      WHERE rollback_id = {this_rollback} AND table_name = {name} AND row_id = batch.id
                        AND event = 'parked' AND content = held AND fingerprint = batch.fingerprint)
)
SELECT (SELECT count(*) FROM parked), {last},
       {complaint}{into} FROM otherwise"""


class Park(ReleaseOperation, RunPython):
    """
    On the way back: park what the old schema cannot hold, before its columns go.

    Forwards it finishes what a way back has left half-done, so that everything
    to be put back is in one place.
    """

    def __init__(self, parkings: list[Parking]):
        self.parkings = parkings
        super().__init__(code=RunPython.noop, reverse_code=RunPython.noop, elidable=False)

    def describe(self):
        return f"Park what the old schema cannot hold of {' and '.join(parking.table for parking in self.parkings)}"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self._park(app_label, schema_editor, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        self._park(app_label, schema_editor, from_state)
        schema_editor.execute(PARK_AGAIN, params=None)
        if not schema_editor.collect_sql:
            summary.log_parked(schema_editor.connection, self.parkings)

    def _park(self, app_label, schema_editor, state):
        loops = [(parking, _park(parking, app_label, state)) for parking in self.parkings]
        if schema_editor.collect_sql:
            schema_editor.collected_sql += [
                loop(
                    statement(**FOR_PSQL),
                    parking.table,
                    parking.unit,
                    verb="Parked",
                    passes=1,
                    only_if=self._left_to_do(),
                )
                for parking, statement in loops
            ]
        elif holds(schema_editor.connection, self._left_to_do()):
            for parking, statement in loops:
                _park_all(schema_editor.connection, parking, parking.held(app_label, state), statement)
        schema_editor.execute(PARKED, params=None)

    def _left_to_do(self):
        first = self.parkings[0]
        return f"{IS_PARKING} AND {column_exists(first.table, shadows(first.rules)[0].target)}"


def _park_all(connection, parking, held, statement):
    """
    One scan finds what is to be parked, and that alone is read again.

    What it has not seen needs no parking: from the switch back on nobody writes what only Epic 10
    can hold, and what the old application changes is parked by the trigger.
    """
    is_held = any_held(held, parking.table)
    find = f"SELECT id FROM {quoted(parking.table)} WHERE {is_held} LIMIT {FOUND_AT_ONCE + 1}"
    keys = sorted(key for [key] in fetch(connection, find))
    if len(keys) <= FOUND_AT_ONCE:
        batches = Batches(connection, parking.table, len(keys), parking.unit, verb="Parked")
        batches.one_pass(statement(keys=FOUND, last="NULL", into=""), Named(keys, size=batch_size()))
    else:
        total = count(connection, f"FROM {quoted(parking.table)} WHERE {is_held}")
        Batches(connection, parking.table, total, parking.unit, verb="Parked").one_pass(statement(**FOR_DJANGO))


def _park(parking, app_label, state):
    held = parking.held(app_label, state)
    is_held = any_held(held, parking.table)

    def statement(*, keys=ALL, last=LAST, **how):
        return PARK.format(
            table=parking.table,
            name=literal(parking.table),
            keys=keys.format(table=parking.table, any_held=is_held, **how) if keys == ALL else keys,
            last=last,
            content=content(held, parking.table),
            fingerprint=parking.fingerprint(parking.table, app_label, state),
            any_held=is_held,
            this_rollback=THIS_ROLLBACK,
            complaint=complaint(parking.table, then="python manage.py migrate ndas 0001"),
            into=how["into"],
        )

    return statement
