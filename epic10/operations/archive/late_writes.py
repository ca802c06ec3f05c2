"""The triggers that refuse what comes too late to be parked.

Once the way back has begun to park, a new application that nobody has stopped might write
what only Epic 10 can hold into a row that is parked already; then its columns go.
"""

from epic10.operations.archive.conditions import ON_THE_WAY_BACK
from epic10.operations.archive.parking import Parking, any_held, content
from epic10.operations.columns.sync_trigger import changes
from epic10.postgres.catalog import literal, quoted, table_oid

PREFIX = "zz_epic10_late"

# What follows the old columns has done so when these fire: what is left is the new application's. A transaction with
# one snapshot for all it does may have begun before the way back, and not see it. Whose table it is, see
# parking_trigger: this runs as its owner, too.
INSTALL = """\
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
BEGIN
  IF TG_RELID IS DISTINCT FROM {oid} THEN
    RAISE EXCEPTION '{name} works for the table {bare_table} alone, not for %.', TG_RELID::regclass
      USING HINT = pg_catalog.format('DROP TRIGGER %I ON %s;', TG_NAME, TG_RELID::regclass);
  END IF;
  IF ({on_the_way_back} OR NOT EXISTS (SELECT FROM epic10_rollback WHERE id = TG_ARGV[0]::bigint))
     AND {written} <> '{{}}' THEN
    RAISE object_not_in_prerequisite_state USING
      MESSAGE = {message},
      HINT = 'Stop the new application. After python manage.py migrate ndas it can write this again.';
  END IF;
  RETURN NULL;
END $$ LANGUAGE plpgsql SECURITY DEFINER;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
EXECUTE pg_catalog.format({on_insert}, {defaults}, (SELECT max(id) FROM epic10_rollback));
EXECUTE pg_catalog.format({on_update}, (SELECT max(id) FROM epic10_rollback));
EXECUTE pg_catalog.format('ALTER FUNCTION {name}() SET search_path = %I, pg_temp', (
  SELECT nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = {oid}));"""

# For format(): which rollback it is, by a number that a dump takes along.
ON = "CREATE OR REPLACE TRIGGER {name}_{event} AFTER {event} ON {table} FOR EACH ROW\n"
ON += "    WHEN ({when}) EXECUTE FUNCTION {name}"


# Somebody may have given a column a default since; what it fills in nobody has written.
DEFAULT = """\
coalesce((SELECT pg_catalog.pg_get_expr(adbin, adrelid) FROM pg_attrdef
            JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
           WHERE adrelid = {oid} AND attname = {column} AND attgenerated = ''), 'NULL')"""
ITS_DEFAULT = "{its default}"


def name(table: str) -> str:
    return f"{PREFIX}_{table}"


def drop(table: str) -> str:
    return f"DROP FUNCTION IF EXISTS {name(table)}() CASCADE"


def installation(parking: Parking, app_label, state) -> str:
    """The function and its triggers, for a PL/pgSQL block; it can run twice."""
    held = parking.held(app_label, state)
    oid = table_oid(parking.table)
    inserted = "\n    OR ".join(
        f"{it.is_held('NEW')} AND NEW.{it.column}{it.cast} IS DISTINCT FROM ({ITS_DEFAULT}){it.cast}" for it in held
    )
    updated = f"{changes([it.column for it in held])}\n     AND ({any_held(held, 'NEW')})"
    return INSTALL.format(
        name=name(parking.table),
        bare_table=parking.table,
        oid=oid,
        defaults=", ".join(DEFAULT.format(oid=oid, column=literal(it.column)) for it in held),
        on_the_way_back=ON_THE_WAY_BACK,
        written=content(held, "NEW"),
        message=literal(f"{parking.table} is on its way back: what only Epic 10 can hold is not taken any more."),
        on_insert=_on("insert", parking.table, inserted),
        on_update=_on("update", parking.table, updated),
    )


def _on(event, table, when):
    create = ON.format(name=name(table), event=event, table=quoted(table), when=when)
    return literal(f"{create.replace('%', '%%').replace(ITS_DEFAULT, '%s')}(%L)")
