"""The trigger that parks a value again when the old application changes its row.

That happens between the way back of enforce and the parking of the last row, and between the
restoring of a row and the next time that enforce is done. The rule is the same in both: the
value is parked, and the row stays as the old application left it. From enforce to its way
back both applications are at work, before the switch and after it; then a row keeps what
each of them has written last, and nothing is parked.
"""

from django.db.migrations.operations import RunSQL

from epic10.operations import privileges
from epic10.operations.archive import late_writes
from epic10.operations.archive.conditions import BOTH_STAY, IS_PARKING, is_restored, other_values
from epic10.operations.archive.parking import Parking, any_held, content, found
from epic10.operations.columns.both_ways import KIND
from epic10.operations.columns.sync_trigger import changes
from epic10.operations.ownership import block, block_if, claim, is_ours, release
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import literal, quoted, table_oid

PREFIX = "zz_epic10_park"

# The application's role has no right to the archive, and needs none: the function
# runs as its owner, hence with a search_path of its own, and for nobody who hangs
# it on a table of theirs.
# (https://www.postgresql.org/docs/current/sql-createfunction.html)
INSTALL = """\
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
DECLARE
  held jsonb := '{{}}';
  -- A transaction with one snapshot for all it does may have begun before the way back, and not see it.
  this_rollback bigint := greatest(TG_ARGV[0]::bigint, (SELECT max(id) FROM epic10_rollback));
  this_event text := CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'gone' END;
BEGIN
  IF TG_RELID IS DISTINCT FROM {oid} THEN
    RAISE EXCEPTION '{name} works for the table {bare_table} alone, not for %.', TG_RELID::regclass
      USING HINT = pg_catalog.format('DROP TRIGGER %I ON %s;', TG_NAME, TG_RELID::regclass);
  END IF;
  -- Any other row that looks as if it held something waits for the backfill.
  IF TG_ARGV[1]::bool OR {parking} OR {restored} THEN
    held := {content};
  END IF;
  IF held <> '{{}}' THEN
    IF TG_OP = 'UPDATE' THEN
      {plain};
    END IF;
    INSERT INTO epic10_archive (rollback_id, table_name, row_id, event, content, found, fingerprint)
    VALUES (this_rollback, {table}, OLD.id, this_event, held,
            CASE TG_OP WHEN 'UPDATE' THEN {found} END, {fingerprint}) ON CONFLICT DO NOTHING;
    IF NOT FOUND AND NOT EXISTS (
      SELECT FROM epic10_archive WHERE rollback_id = this_rollback AND table_name = {table} AND row_id = OLD.id
         AND event = this_event AND content = held) THEN
      RAISE EXCEPTION '%', {other_values}
        USING HINT = {both_stay};
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql SECURITY DEFINER;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
-- Where there was no rollback nothing was put back, and there is nothing to watch over.
IF EXISTS (SELECT FROM epic10_rollback) THEN
  DROP TRIGGER IF EXISTS {name}_update ON {quoted_table};
  DROP TRIGGER IF EXISTS {name}_delete ON {quoted_table};
  EXECUTE pg_catalog.format({on_update}, (SELECT max(id) FROM epic10_rollback), {parking});
  EXECUTE pg_catalog.format({on_delete}, (SELECT max(id) FROM epic10_rollback), {parking});
END IF;
EXECUTE pg_catalog.format('ALTER FUNCTION {name}() SET search_path = %I, pg_temp', (
  SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {oid}));"""

STOPPED = """\
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC"""

# For format(): which rollback it is, and whether it is under way.
ON = "CREATE TRIGGER {name}_{event} BEFORE {event} ON {table} FOR EACH ROW\n    WHEN ({when}) EXECUTE FUNCTION {name}"

# The columns go next.
INSIST_PARKED = f"""\
IF {IS_PARKING} THEN
    RAISE EXCEPTION 'Not everything that only Epic 10 can hold is parked.'
      USING HINT = 'Run the way back from its beginning: python manage.py migrate ndas 0001';
  END IF;"""


class AddParkingTrigger(ReleaseOperation, RunSQL):
    """Guard restored rows from expand to enforce."""

    def __init__(self, parking: Parking):
        self.parking = parking
        super().__init__(sql=[], reverse_sql=[])

    def needs(self, app_label, state):
        return [privileges.Need("function", name(self.parking.table))]

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        # A release that is resumed: both applications may be at work.
        install = installation(self.parking, app_label, to_state)
        schema_editor.execute(
            block(f"IF NOT {is_stopped(self.parking.table)} THEN\n  {install}\n  END IF;"), params=None
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(
            block("\n  ".join([INSIST_PARKED, *(f"{it};" for it in drop(self.parking.table))])), params=None
        )

    def describe(self):
        return f"Park what only Epic 10 can hold of {self.parking.table} when the old application changes it"


class StopParking(ReleaseOperation, RunSQL):
    """
    Leave the rows to both applications; on the way back, begin to park.

    Where the new application may write there may be values to park, whether the switch
    has happened or not. It takes no lock: the triggers are left with nothing to do.
    """

    def __init__(self, parkings: list[Parking]):
        self.parkings = parkings
        super().__init__(sql=[], reverse_sql=[])

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for parking in self.parkings:
            schema_editor.execute(claim(KIND, name(parking.table), exists="false"), params=None)
            schema_editor.execute(STOPPED.format(name=name(parking.table)), params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        begin = [
            "INSERT INTO epic10_rollback DEFAULT VALUES;",
            *(f"{release(KIND, name(parking.table))};" for parking in self.parkings),
            *(installation(parking, app_label, from_state) for parking in self.parkings),
            *(late_writes.installation(parking, app_label, from_state) for parking in self.parkings),
        ]
        text = "\n  ".join([f"IF {is_stopped(self.parkings[0].table)} THEN", *begin, "END IF;"])
        schema_editor.execute(block(text), params=None)

    def describe(self):
        return f"Leave {' and '.join(parking.table for parking in self.parkings)} to both applications"


class SwitchParking(ReleaseOperation, RunSQL):
    """Drop what has nothing to do; after the switch back it still has not, and is there again for the way back."""

    def __init__(self, parkings: list[Parking]):
        self.parkings = parkings
        stopped = [block_if(is_stopped(it.table), STOPPED.format(name=name(it.table))) for it in parkings]
        super().__init__(sql=[sql for it in parkings for sql in drop(it.table)], reverse_sql=stopped)

    def describe(self):
        return f"Park nothing of {' and '.join(parking.table for parking in self.parkings)}"


def name(table: str) -> str:
    return f"{PREFIX}_{table}"


def is_stopped(table: str) -> str:
    """A condition on the ledger: what only Epic 10 can hold of the table is left to both applications."""
    return is_ours(KIND, name(table))


def drop(table: str) -> list[str]:
    return [f"DROP FUNCTION IF EXISTS {name(table)}() CASCADE", late_writes.drop(table)]


def installation(parking: Parking, app_label, state) -> str:
    """The function and its triggers, for a PL/pgSQL block; it can run twice."""
    held = parking.held(app_label, state)
    known = parking.known(app_label, state)
    changed = changes(known)
    return INSTALL.format(
        name=name(parking.table),
        table=literal(parking.table),
        bare_table=parking.table,
        other_values=other_values(parking.table, "OLD.id"),
        both_stay=literal(BOTH_STAY.format(then="try again")),
        quoted_table=quoted(parking.table),
        oid=table_oid(parking.table),
        parking=IS_PARKING,
        restored=is_restored(parking.table, "OLD.id"),
        content=content(held, "OLD"),
        plain=";\n      ".join(map(_made_plain, held)),
        fingerprint=parking.fingerprint("OLD", app_label, state),
        found=found("NEW", "held"),
        on_update=_on("update", parking.table, f"{changed}\n     AND ({any_held(held, 'OLD')})"),
        on_delete=_on("delete", parking.table, any_held(held, "OLD")),
    )


def _on(event, table, when):
    create = ON.format(name=name(table), event=event, table=quoted(table), when=when)
    return literal(f"{create.replace('%', '%%')}(%L, %L)")


def _made_plain(held):
    assignment = f"NEW.{held.column} := {held.plain.format('NEW')}"
    return assignment if held.ours == "true" else f"IF {held.ours} THEN {assignment}; END IF"
