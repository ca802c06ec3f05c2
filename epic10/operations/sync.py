"""The trigger that keeps old and new column in step while both exist."""

import pgtrigger
from pgtrigger import compiler
from pgtrigger.migrations import AddTrigger

from epic10.catalog import literal, quoted, table_oid
from epic10.checks import Check, violations

from . import privileges
from .ownership import claim, drop_if_ours
from .relabel import Rule, shadows

# BEFORE triggers fire in the order of their names. Ours has to see what the
# customer's triggers made of the row, hence the zz.
PREFIX = "zz_epic10_sync"


class SyncTriggerSql(compiler.UpsertTriggerSql):
    """
    django-pgtrigger's installation, reduced to what runs once a row.

    No ignore function (6 µs a row, and any role may set it), and two triggers,
    so that a WHEN keeps updates that change no source column away from
    PL/pgSQL. WHEN, not UPDATE OF: UPDATE OF misses what an earlier trigger
    changes. (https://www.postgresql.org/docs/current/sql-createtrigger.html)
    """

    def get_template(self):
        return """
CREATE OR REPLACE FUNCTION {pgid}() RETURNS trigger AS $$
BEGIN
{func}
RETURN NEW;
END $$ LANGUAGE plpgsql;
DROP TRIGGER IF EXISTS {pgid}_insert ON {table};
DROP TRIGGER IF EXISTS {pgid}_update ON {table};
CREATE TRIGGER {pgid}_insert {when} INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {pgid}();
CREATE TRIGGER {pgid}_update {when} UPDATE ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {pgid}();
COMMENT ON FUNCTION {pgid}() IS 'Epic 10: keeps old and new columns in step. {hash}'
""".strip()


class AddSyncTrigger(AddTrigger):
    """
    Let the new columns follow what the old application writes.

    The trigger belongs to the release, not to the model, so it stays out of
    the model's state: makemigrations never sees it.
    """

    def __init__(self, model_name: str, table: str, rules: list[Rule]):
        self.table, self.rules = table, rules
        super().__init__(model_name, compiler.Trigger(name=pgid(table), sql=follow_the_old_application(table, rules)))

    def deconstruct(self):
        return type(self).__name__, [self.model_name, self.table, self.rules], {}

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(
            claim("trigger", pgid(self.table), exists=f"{function_oid(self.table)} IS NOT NULL"), params=None
        )
        schema_editor.execute(self.trigger.install_sql, params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(
            drop_if_ours("trigger", pgid(self.table), f"DROP FUNCTION IF EXISTS {pgid(self.table)}() CASCADE"),
            params=None,
        )

    def needs(self, app_label, state):
        return [*privileges.table(self.table), privileges.Need("function", pgid(self.table))]

    def checks(self, app_label, state):
        names = [f"{pgid(self.table)}_{event}" for event in ("insert", "update")]
        yield Check(
            f"trigger.{self.table}",
            f"old and new columns of {self.table} are kept in step",
            violations(
                "\nUNION ALL\n".join(
                    f"SELECT {literal(f'trigger {name} is missing or disabled')} WHERE NOT EXISTS (\n"
                    f"  SELECT FROM pg_trigger WHERE tgrelid = {table_oid(self.table)} AND tgname = {literal(name)}"
                    f" AND tgenabled IN ('O', 'A'))"
                    for name in names
                )
            ),
            hint=f"Where one is disabled: ALTER TABLE {quoted(self.table)} ENABLE TRIGGER {names[0]}, "
            f"ENABLE TRIGGER {names[1]}; where one is missing: its CREATE TRIGGER is in migration.sql, phase switch.",
        )


def pgid(table: str) -> str:
    return f"{PREFIX}_{table}"


def function_oid(table: str) -> str:
    return f"to_regprocedure('{pgid(table)}()')"


def follow_the_old_application(table: str, rules: list[Rule]) -> SyncTriggerSql:
    """Before the switch: every write of a source column sets its target."""
    return _sync(table, [rule.follow() for rule in rules], [source for rule in rules for source in rule.sources])


def follow_the_new_application(table: str, rules: list[Rule]) -> SyncTriggerSql:
    """After the switch: every write of a relabelled column sets its legacy column."""
    return _sync(
        table,
        [shadow.follow_back() for shadow in shadows(rules)],
        [shadow.column for shadow in shadows(rules)],
    )


def _sync(table: str, statements: list[str], sources: list[str]) -> SyncTriggerSql:
    changed = " OR ".join(f"OLD.{source} IS DISTINCT FROM NEW.{source}" for source in sources)
    return SyncTriggerSql(
        pgid=pgid(table),
        table=table,
        when=pgtrigger.Before,
        operation="INSERT OR UPDATE",
        func="\n".join(statements),
        condition=changed,
    )
