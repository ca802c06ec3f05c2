"""
The columns that a backfill leaves alone, against triggers of others that change them: updated_at above all.

While a batch is written, and in its transaction alone, a trigger of the release puts back
what triggers of others have made of the row, but for the columns that the release has
added: before it is written, or by an UPDATE of their own afterwards. It fires before
the other triggers of the release, so that these see the row as it is going to be.
"""

from django.db.migrations.operations import RunSQL

from epic10.operations import privileges
from epic10.operations.backfill.foreign_triggers import AFTER_OR_BEFORE, triggers
from epic10.operations.ownership import block, claim, drop_if_ours
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import literal, quoted, table_oid
from epic10.postgres.session import fetch
from epic10.terminal.progress import logger

PREFIX = "zz_epic10_backfill"
SETTING = "epic10.backfill"

# Which columns are ours is different from database to database, hence the text is put together there.
# Anybody can set the setting; who owns the table could disable the triggers of others anyway.
INSTALL = """\
EXECUTE pg_catalog.format($install$
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
DECLARE
  written record := NEW;
BEGIN
  IF pg_catalog.pg_has_role((SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID), 'USAGE') THEN
    NEW := OLD;
    %s
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql$install$, (
    SELECT pg_catalog.string_agg(pg_catalog.format('NEW.%1$I := written.%1$I;', attname), ' ' ORDER BY attnum)
      FROM pg_attribute JOIN epic10_created_object ON kind = 'column' AND name = {table} || '.' || attname::text
     WHERE attrelid = {oid} AND NOT attisdropped));
  REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
  CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE ON {quoted_table} FOR EACH ROW
    WHEN (pg_catalog.current_setting('{setting}', true) = {table}) EXECUTE FUNCTION {name}();"""

FILLING = "pg_catalog.set_config('{setting}', CASE WHEN EXISTS (SELECT FROM {triggers}) THEN {table} ELSE '' END, true)"

SAID = "{table}: what the triggers {names} change in other columns than the new ones is put back."
TELL = """\
DO $epic10$
DECLARE
  names text := (SELECT {names} FROM {triggers});
BEGIN
  IF names IS NOT NULL THEN
    RAISE NOTICE '%', pg_catalog.format({said}, names);
  END IF;
END
$epic10$"""
NAMES = "pg_catalog.string_agg(pg_catalog.quote_ident(tgname), ', ' ORDER BY tgname)"


class KeepOtherColumns(ReleaseOperation, RunSQL):
    """From expand to the switch: a batch changes the columns of the release and no others."""

    def __init__(self, table: str):
        self.table, self.pgid = table, name(table)
        super().__init__(sql=_install(table), reverse_sql=[_remove(table)])

    def needs(self, app_label, state):
        return [*privileges.table(self.table), privileges.Need("function", self.pgid)]

    def describe(self):
        return f"Keep the backfill of {self.table} from changing other columns"


class StopKeeping(ReleaseOperation, RunSQL):
    """At the switch: nothing is filled any more."""

    def __init__(self, table: str):
        self.table = table
        super().__init__(sql=[_remove(table)], reverse_sql=_install(table))

    def describe(self):
        return f"Leave the columns of {self.table} to whoever writes them"


def _install(table):
    pgid = name(table)
    install = INSTALL.format(
        name=pgid, table=literal(table), quoted_table=quoted(table), oid=table_oid(table), setting=SETTING
    )
    return [claim("trigger", pgid, exists=f"to_regprocedure('{pgid}()') IS NOT NULL"), block(install)]


def _remove(table):
    pgid = name(table)
    return drop_if_ours("trigger", pgid, f"DROP FUNCTION IF EXISTS {pgid}() CASCADE")


def name(table: str) -> str:
    return f"{PREFIX}_{table}"


def filling(table: str) -> str:
    """An expression that tells the trigger of the table to put back, in this transaction; where others have any."""
    return FILLING.format(setting=SETTING, triggers=triggers(table, AFTER_OR_BEFORE), table=literal(table))


def tell(connection, table: str):
    [[names]] = fetch(connection, f"SELECT {NAMES} FROM {triggers(table, AFTER_OR_BEFORE)}")
    if names:
        logger.info("%s", SAID.format(table=table, names=names))


def tell_in_psql(table: str) -> str:
    said = literal(SAID.format(table=table.replace("%", "%%"), names="%s"))
    return TELL.format(names=NAMES, triggers=triggers(table, AFTER_OR_BEFORE), said=said)
