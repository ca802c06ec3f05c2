"""Restoring what was parked, a batch at a time."""

from django.db.migrations.operations import RunPython

from epic10.checks import Check, violations
from epic10.operations.archive import summary
from epic10.operations.archive.conditions import THIS_ROLLBACK, complaint, newest, waiting
from epic10.operations.archive.parking import Parking, as_a_row, found, lost
from epic10.operations.backfill.batches import FOR_DJANGO, WAITING_PASSES, Batches, count
from epic10.operations.backfill.psql_loop import FOR_PSQL, loop
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import literal

# A row that moves between its lock and its update stays parked, for the next pass. One that the old
# application has changed may still read what is parked: after a way back that left its columns there.
# Rows are looked up by keys, and what was parked of a row by its key: no CTE is joined
# to a table but by places, so there is nothing for the planner to get wrong.
UNPARK = """\
WITH wanted AS MATERIALIZED (
  SELECT ARRAY(SELECT row_id {waiting}
                ORDER BY row_id LIMIT {size}) AS keys
), locked AS MATERIALIZED (
  SELECT ctid AS place, id, {parked} AS parked, {fingerprint} AS now
    FROM {table}
   WHERE id = ANY ((SELECT keys FROM wanted)::text[])
   FOR NO KEY UPDATE
), here AS MATERIALIZED (
  SELECT place, parked, content, {as_a_row} AS held
    FROM (SELECT place, parked, (parked).content FROM locked WHERE now = (parked).fingerprint OFFSET 0) AS as_left
), restored AS (
  UPDATE {table} SET
    {assignments}
    FROM here WHERE {table}.ctid = here.place
  RETURNING {table}.id, here.parked, {lost} AS lost
), left_so AS (
  UPDATE {table} SET
    {plain}
    FROM locked WHERE {table}.ctid = locked.place AND now <> (parked).fingerprint
  RETURNING {table}.id, parked, {found} AS reads
), events AS (
  SELECT id, 'restored' AS event, parked, lost AS reads FROM restored
  UNION ALL
  SELECT id, 'changed', parked, reads FROM left_so
  UNION ALL
  SELECT key, 'gone', {gone}, NULL FROM pg_catalog.unnest((SELECT keys FROM wanted)::text[]) AS key
   WHERE (SELECT pg_catalog.cardinality(keys) FROM wanted) > (SELECT count(*) FROM locked)
     AND (SELECT id FROM {table} WHERE id = key LIMIT 1) IS NULL
), told AS (
  INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, found, fingerprint)
  SELECT {this_rollback}, {name}, id, event, (parked).content, reads, (parked).fingerprint FROM events
  ON CONFLICT DO NOTHING
  RETURNING row_id
), otherwise AS (
  SELECT min(id) AS id FROM events WHERE id NOT IN (SELECT row_id FROM told)
)
SELECT (SELECT count(*) FROM restored), (SELECT keys[pg_catalog.cardinality(keys)] FROM wanted),
       {complaint}{into} FROM otherwise"""

# Rows put back before stay so: going back parks them again, under a number of their own.
ANEW = "python manage.py migrate ndas 0001, and python manage.py migrate ndas"


class Unpark(ReleaseOperation, RunPython):
    """
    Put back what an earlier way back has parked, unless the old application has changed the row since.

    Before the backfill, whose writes may set off somebody's trigger: the row has
    to be found as the old application left it.
    """

    def __init__(self, parkings: list[Parking]):
        self.parkings = parkings
        super().__init__(code=RunPython.noop, reverse_code=RunPython.noop, elidable=False)

    def describe(self):
        return f"Put back what was parked of {' and '.join(parking.table for parking in self.parkings)}"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for parking in self.parkings:
            statement = _unpark(parking, app_label, to_state)
            if schema_editor.collect_sql:
                schema_editor.collected_sql.append(
                    loop(statement(**FOR_PSQL), parking.table, parking.unit, verb="Restored", passes=1 + WAITING_PASSES)
                )
            else:
                self._unpark(schema_editor.connection, parking, statement(**FOR_DJANGO))
        if not schema_editor.collect_sql:
            summary.log_restored(schema_editor.connection, self.parkings)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass

    def proofs(self, app_label, state):
        for parking in self.parkings:
            yield Check(
                f"parked.{parking.table}.decided",
                f"nothing that was parked of {parking.table} still waits to be put back",
                violations(
                    f"SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(row_id))\n"
                    f"  {waiting(parking.table)}\nHAVING count(*) > 0"
                ),
                hint="python manage.py migrate ndas",
            )

    def checks(self, app_label, state):
        for parking in self.parkings:
            yield Check(
                f"parked.{parking.table}",
                f"everything that was parked of {parking.table} is back",
                violations(
                    f"SELECT pg_catalog.format('%s rows, the first of them %s, were ' || CASE event\n"
                    f"         WHEN 'restored' THEN 'put back without what they referred to, "
                    f"which is not there any more'\n"
                    f"         ELSE event || ' since and were not put back' END, count(*), min(row_id))\n"
                    f"  FROM epic10_archive WHERE rollback_id = {THIS_ROLLBACK}\n"
                    f"   AND table_name = {literal(parking.table)} AND (event = 'gone' OR found IS NOT NULL)\n"
                    f" GROUP BY event HAVING count(*) > 0"
                ),
                hint="SELECT row_id, content, found FROM epic10_archive WHERE event = 'gone' OR found IS NOT NULL;",
                blocking=False,
            )

    def _unpark(self, connection, parking, statement):
        for _ in range(1 + WAITING_PASSES):
            total = count(connection, waiting(parking.table))
            if not total:
                break
            Batches(connection, parking.table, total, parking.unit, verb="Restored").one_pass(statement)


def _unpark(parking, app_label, state):
    held = parking.held(app_label, state)
    # What follows the old column is the backfill's.
    stays = [column for column in held if not column.follows]
    return lambda *, after, **how: UNPARK.format(
        table=parking.table,
        name=literal(parking.table),
        waiting=waiting(parking.table, after=after),
        parked=newest(parking.table, f"{parking.table}.id"),
        gone=newest(parking.table, "key"),
        fingerprint=parking.fingerprint(parking.table, app_label, state),
        plain=",\n    ".join(column.made_plain(parking.table) for column in stays) or f"id = {parking.table}.id",
        found=found(parking.table, "(parked).content"),
        lost=lost(held, parking.table, "here.content"),
        as_a_row=as_a_row(parking.table, held, "content"),
        assignments=",\n    ".join(column.assignment(parking.table, "here") for column in held),
        this_rollback=THIS_ROLLBACK,
        complaint=complaint(parking.table, then=ANEW),
        **how,
    )
