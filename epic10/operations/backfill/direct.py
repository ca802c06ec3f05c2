"""A batch as one prepared UPDATE, for a table on which nobody else has triggers.

It finds each row once and locks it by writing it, where the statement that steps around
rows in use has to lock it first and find it again. A row that somebody else holds keeps it
waiting for a moment at most: then the batch is rolled back, and done by that other statement.
"""

from epic10.operations.backfill.foreign_triggers import EACH_UPDATE, triggers
from epic10.operations.backfill.routes import Places
from epic10.operations.columns.relabel import Rule
from epic10.postgres.catalog import array, literal, quoted, table_oid
from epic10.postgres.session import execute, fetch

# Whoever wants another row of the batch waits so much longer; no deadlock lasts until it is looked for.
FOR_A_ROW = "5ms"
PARAMETERS = {"from": "tid", "to": "tid", "stripes": "int", "stripe": "int"}

PREPARE = """\
PREPARE {name} ({types}) AS
UPDATE {table} SET
    {assignments}
 WHERE {here} AND {alone}
   AND ({wrong})"""

# Locked before they are looked for, so that no trigger comes in between.
LOCK = (
    "LOCK TABLE ONLY {table} IN ROW EXCLUSIVE MODE; SET LOCAL lock_timeout = '{for_a_row}'; "
    "SET LOCAL plan_cache_mode = force_generic_plan"
)

# A new row version that has to leave its page gets an entry in every index. Where the statement names no column of
# the index, the server first looks for old versions behind the entries of a full page, and that
# takes a fifth of the whole time. A column that is named and keeps its value
# costs nothing, and the update is as HOT as without. Those of unique indexes are left out: to name one of
# them takes a lock that whoever inserts a reference to the row waits for.
INDEXED = """\
WITH indexed AS (
  SELECT indisunique, number FROM pg_index, pg_catalog.unnest(indkey::int2[]) AS number WHERE indrelid = {oid}
)
SELECT attname::text FROM pg_attribute
 WHERE attrelid = {oid} AND NOT attisdropped AND attgenerated = '' AND attidentity = ''
   AND attname::text <> ALL ({targets})
   AND attnum IN (SELECT number FROM indexed)
   AND attnum NOT IN (SELECT number FROM indexed WHERE indisunique)
 ORDER BY attnum"""


class DirectUpdate:
    """The prepared statement of one connection, for the rules of one backfill and those rows that are ``wrong``."""

    def __init__(self, connection, table: str, rules: list[Rule], wrong: str):
        name = f"epic10_backfill_{table}"
        self.table, self.name = table, quoted(name)
        targets = array([rule.target for rule in rules])
        indexed = fetch(connection, INDEXED.format(oid=table_oid(table), targets=targets))
        own_values = [f"{quoted(name)} = {quoted(table)}.{quoted(name)}" for [name] in indexed]
        prepare = PREPARE.format(
            name=self.name,
            types=", ".join(PARAMETERS.values()),
            table=quoted(table),
            assignments=",\n    ".join([*(rule.assignment() for rule in rules), *own_values]),
            here=_numbered(Places.HERE),
            alone=is_alone(table),
            wrong=wrong,
        )
        # An earlier attempt on the same connection may have left one.
        if fetch(connection, f"SELECT FROM pg_prepared_statements WHERE name = {literal(name)}"):
            execute(connection, f"DEALLOCATE {self.name}")
        execute(connection, prepare)

    def run(self, cursor, begin: list[str], place: dict) -> int | None:
        """
        The number of rows changed; None, and none changed, if somebody else has made a trigger meanwhile.

        In one message with what the batch begins with: one message more is a twentieth of the whole backfill.
        """
        values = ", ".join(literal(place[name]) for name in PARAMETERS)
        locked = LOCK.format(table=quoted(self.table), for_a_row=FOR_A_ROW)
        cursor.execute("; ".join([*begin, locked, f"EXECUTE {self.name} ({values})"]))
        while cursor.nextset():
            pass
        changed = cursor.rowcount
        if not changed:
            cursor.execute(f"SELECT {is_alone(self.table)}")
            [is_still_alone] = cursor.fetchone()
            return 0 if is_still_alone else None
        return changed


def is_alone(table: str) -> str:
    """A condition: no trigger and no rule of others has to do with an UPDATE of the table."""
    return (
        f"NOT EXISTS (SELECT FROM {triggers(table, EACH_UPDATE)})\n"
        f"   AND NOT EXISTS (SELECT FROM pg_rewrite WHERE ev_class = {table_oid(table)})"
    )


def _numbered(here: str) -> str:
    for number, name in enumerate(PARAMETERS, 1):
        here = here.replace(f"%({name})s", f"${number}")
    return here
