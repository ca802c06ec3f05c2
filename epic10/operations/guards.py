"""Triggers that enforce a rule of the domain, added under traffic and removed without a trace."""

import pgtrigger
from pgtrigger import compiler
from pgtrigger.migrations import AddTrigger

from epic10.postgres.catalog import literal, quoted, table_oid

from .ownership import claim, drop_if_ours
from .release_operation import ReleaseOperation


class GuardSql(compiler.UpsertTriggerSql):
    """
    django-pgtrigger's installation without its ignore function, which any role may set.

    OR REPLACE, because dropping a trigger takes ACCESS EXCLUSIVE, and creating one
    does not. (https://www.postgresql.org/docs/current/sql-createtrigger.html)
    """

    def get_template(self):
        return """
CREATE OR REPLACE FUNCTION {pgid}() RETURNS trigger AS $$
BEGIN
{func}
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION {pgid}() FROM PUBLIC;
CREATE OR REPLACE TRIGGER {pgid} {when} {operation} ON {table} FOR EACH {level} {condition} EXECUTE FUNCTION {pgid}();
COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}'
""".strip()


class Guard(pgtrigger.Trigger):
    """A rule that a model states in ``Meta.triggers``; ``func`` returns NEW or raises check_violation."""

    when = pgtrigger.Before

    def compile(self, model):
        sql = GuardSql(
            pgid=self.get_pgid(model),
            func=self.render_func(model),
            table=model._meta.db_table,
            when=self.when,
            operation=self.operation,
            level=self.level,
            condition=self.render_condition(model),
        )
        return compiler.Trigger(name=self.name, sql=sql)


class AddGuard(ReleaseOperation, AddTrigger):
    """AddTrigger that can run twice, and that takes the function along when it is undone."""

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        pgid, table = self.trigger.sql.pgid, self.trigger.sql.table
        exists = f"EXISTS (SELECT FROM pg_trigger WHERE tgrelid = {table_oid(table)} AND tgname = {literal(pgid)})"
        schema_editor.execute(claim("trigger", pgid, exists=exists), params=None)
        schema_editor.execute(self.trigger.install_sql, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pgid = self.trigger.sql.pgid
        schema_editor.execute(
            drop_if_ours("trigger", pgid, f"DROP FUNCTION IF EXISTS {quoted(pgid)}() CASCADE"), params=None
        )
