"""The trigger that keeps the old and the new column in sync while both exist."""

from collections.abc import Iterable

import pgtrigger
from pgtrigger import compiler
from pgtrigger.migrations import AddTrigger

from epic10.checks import Check, violations
from epic10.operations import privileges, table_shape
from epic10.operations.columns.both_ways import are_open, follow_both
from epic10.operations.columns.convert import Beside, Convert, is_beside, only_if
from epic10.operations.columns.relabel import Derived, Rule, Shadow
from epic10.operations.columns.trigger_names import FIRST, PREFIX, pgid
from epic10.operations.ownership import block_if, claim, drop_if_ours
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import array, literal, quoted, table_oid


class SyncTriggerSql(compiler.UpsertTriggerSql):
    """
    django-pgtrigger's installation, reduced to what runs once a row.

    No ignore function (6 µs a row, and any role may set it), and two triggers,
    so that a WHEN keeps updates that change no source column away from
    PL/pgSQL. WHEN, not UPDATE OF: UPDATE OF misses what an earlier trigger
    changes. (https://www.postgresql.org/docs/current/sql-createtrigger.html)
    Triggers are replaced, not dropped, where that is enough: nobody who reads waits for it.
    """

    DROPPED = """
DROP TRIGGER IF EXISTS "{first}_insert" ON {table};
DROP TRIGGER IF EXISTS "{first}_update" ON {table};"""
    FIRST_ONES = ALWAYS = ""

    def get_defaults(self, pgid):
        return super().get_defaults(pgid) | {"first": pgid.replace(PREFIX, FIRST)}

    def get_template(self):
        return f"""
CREATE OR REPLACE FUNCTION {{pgid}}() RETURNS trigger AS $$
BEGIN
{{func}}
RETURN NEW;
END $$ LANGUAGE plpgsql;
REVOKE ALL ON FUNCTION {{pgid}}() FROM PUBLIC;{self.DROPPED}
CREATE OR REPLACE TRIGGER {{pgid}}_insert {{when}} INSERT ON {{table}} FOR EACH ROW EXECUTE FUNCTION {{pgid}}();
CREATE OR REPLACE TRIGGER {{pgid}}_update {{when}} UPDATE ON {{table}} FOR EACH ROW WHEN ({{condition}})
  EXECUTE FUNCTION {{pgid}}();{self.FIRST_ONES}{self.ALWAYS}
COMMENT ON FUNCTION {{pgid}}() IS 'Epic 10: keeps old and new columns in step. {{hash}}'
""".strip()


class FillsAlways(SyncTriggerSql):
    """The same; whatever a subscription or a session as a replica inserts is filled, too: it has no default."""

    ALWAYS = """
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {pgid}_insert;"""


class BeforeAndAfterTheirs(SyncTriggerSql):
    """The same, run before the customer's triggers too."""

    DROPPED = ""
    FIRST_ONES = """
CREATE OR REPLACE TRIGGER "{first}_insert" {when} INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {pgid}();
CREATE OR REPLACE TRIGGER "{first}_update" {when} UPDATE ON {table} FOR EACH ROW WHEN ({condition})
  EXECUTE FUNCTION {pgid}();"""


class BothWays(BeforeAndAfterTheirs):
    """The same before the switch."""

    ALWAYS = FillsAlways.ALWAYS


class AddSyncTrigger(ReleaseOperation, AddTrigger):
    """
    Let the new columns follow what the old application writes.

    Where ours is ``beside`` one of theirs it follows that, by a trigger of its
    own. The trigger belongs to the release, not to the model, so it stays out of
    the model's state: makemigrations never sees it.
    """

    def __init__(self, model_name: str, table: str, rules: list[Rule] = (), *, beside: Beside | None = None):
        self.table, self.rules, self.beside = table, [beside] if beside else rules, beside
        self.pgid = pgid(table, beside)
        sql = follow_the_old_application(table, self.rules, name=self.pgid)
        super().__init__(model_name, compiler.Trigger(name=self.pgid, sql=sql))

    def deconstruct(self):
        return type(self).__name__, [self.model_name, self.table, self.rules], {"beside": self.beside}

    def describe(self):
        if self.beside:
            return f"Let {self.beside.target} follow a column {self.beside.column} of theirs"
        return super().describe()

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        exists, wanted = f"{function_oid(self.table)} IS NOT NULL", f"NOT {are_open(self.table, self.beside)}"
        if self.beside:
            both = is_beside(self.table, self.beside)
            exists, wanted = f"NOT {both}", f"{both} AND {wanted}"
        schema_editor.execute(claim("trigger", self.pgid, exists=exists), params=None)
        # A release that is resumed: the new application may be at work.
        schema_editor.execute(block_if(wanted, self.trigger.install_sql), params=None)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        schema_editor.execute(
            drop_if_ours("trigger", self.pgid, f"DROP FUNCTION IF EXISTS {self.pgid}() CASCADE"), params=None
        )

    def needs(self, app_label, state):
        return [*privileges.table(self.table), privileges.Need("function", self.pgid)]

    def proofs(self, app_label, state):
        """Where the triggers go both ways already, they are not made anew."""
        goes_first = any(isinstance(rule, Shadow) for rule in self.rules)
        when = are_open(self.table, self.beside) if goes_first else "false"
        missing = missing_or_disabled(self.table, self.pgid, first_if=when)
        yield self._check(missing, how_to_enable(self.table, self.pgid, "enforce"))

    def checks(self, app_label, state):
        hint = f"{how_to_enable(self.table, self.pgid, 'switch')} {how_to_be_last(self.table)}"
        yield self._check(self._out_of_step(), hint)

    def _check(self, query, hint):
        of, kept = self.table, f"old and new columns of {self.table} are kept in step"
        if self.beside:
            of = f"{self.table}.{self.beside.column}"
            kept = f"{of} and what was there before it are kept in step"
        return Check(
            f"trigger.{of}",
            kept,
            violations(query, only_if=only_if(self.table, self.beside)),
            hint=hint,
            lasts=False,
        )

    def _out_of_step(self):
        if self.beside:  # What is true of the table is said once.
            return missing_or_disabled(self.table, self.pgid)
        others = [table_shape.fires_last(self.table), table_shape.inherits(self.table)]
        return "\nUNION ALL\n".join([missing_or_disabled(self.table, self.pgid), *others])


def missing_or_disabled(table: str, name: str, *, first_if: str = "") -> str:
    """A query for triggers of the release that are missing or disabled; the first ones are wanted on a condition."""
    names = [f"{when}_{event}" for when in (name, name.replace(PREFIX, FIRST)) for event in ("insert", "update")]
    return (
        f"SELECT pg_catalog.format('trigger %s is missing or disabled', name) "
        f"FROM pg_catalog.unnest({array(names)}) AS wanted (name)\n"
        f" WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = {table_oid(table)} AND tgname = name"
        f" AND tgenabled IN ('O', 'A'))"
        + (f"\n   AND ({first_if} OR NOT pg_catalog.starts_with(name, {literal(FIRST)}))" if first_if else "")
    )


def how_to_enable(table: str, name: str, phase: str) -> str:
    return (
        f"Where one is disabled: ALTER TABLE {quoted(table)} ENABLE TRIGGER {name}_insert, "
        f"ENABLE TRIGGER {name}_update; where one is missing: its CREATE TRIGGER is in migration.sql, phase {phase}."
    )


def how_to_be_last(table: str) -> str:
    return (
        f"Where one of others fires after them: ALTER TRIGGER it ON {quoted(table)} RENAME TO a name that sorts before "
        f'"{table_shape.OURS}". Where a table inherits: ALTER TABLE it NO INHERIT {quoted(table)}.'
    )


def function_oid(table: str) -> str:
    return f"to_regprocedure('{pgid(table)}()')"


def follow_the_old_application(table: str, rules: list[Rule], *, name: str | None = None) -> SyncTriggerSql:
    """Before the switch: every write of a source column sets its target."""
    statements = [rule.follow() for rule in rules]
    return _sync(_after_theirs(rules), name or pgid(table), table, statements, [changes(_sources(rules))])


def follow_both_applications(table: str, rules: list[Rule], *, name: str | None = None) -> SyncTriggerSql:
    """Before the switch, once the new application may write: every write of one label sets the other one."""
    computed = [rule for rule in rules if isinstance(rule, Derived)]
    written = [rule.target for rule in rules if rule not in computed]
    conditions = [changes([*_sources(rules), *written]), *(rule.lacks(is_switched=False) for rule in computed)]
    kind = BothWays if any(isinstance(rule, Shadow) for rule in rules) else _after_theirs(rules)
    return _sync(kind, name or pgid(table), table, [follow_both(rules)], conditions)


def follow_the_new_application(table: str, rules: list[Rule], *, name: str | None = None) -> SyncTriggerSql:
    """
    After the switch: every write of a relabelled column sets its legacy column, and vice versa.

    Computed columns still follow their source, because the old application may be working through its views.
    """
    relabelled = [rule for rule in rules if not isinstance(rule, Derived)]
    computed = [rule for rule in rules if isinstance(rule, Derived)]
    sources = [column for rule in relabelled for column in (rule.column, rule.legacy)] + _sources(computed)
    statements = [*(rule.follow_back() for rule in relabelled), *(rule.follow(is_switched=True) for rule in computed)]
    # Not before the backfill: most rows are without a value then, and wait for it.
    conditions = [changes(sources), *(rule.lacks(is_switched=True) for rule in computed)]
    return _sync(BeforeAndAfterTheirs, name or pgid(table), table, statements, conditions)


def _after_theirs(rules):
    # A column that is NOT NULL is filled by what works for every search_path.
    is_required = any(isinstance(rule, Shadow) or (isinstance(rule, Convert) and rule.default) for rule in rules)
    return FillsAlways if is_required else SyncTriggerSql


def _sources(rules):
    return [source for rule in rules for source in rule.sources]


def changes(columns: Iterable[str]) -> str:
    """
    A condition: the updated row differs in one of the columns.

    Not ``IS DISTINCT FROM``, which looks up the operator ``=`` and would call one that
    somebody has created for the exact type.
    """
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("OLD", "NEW"))
    return f"pg_catalog.record_image_ne(ROW({old}), ROW({new}))"


def _sync(kind, name, table, statements, conditions) -> SyncTriggerSql:
    return kind(
        pgid=name,
        table=table,
        when=pgtrigger.Before,
        operation="INSERT OR UPDATE",
        func="\n".join(statements),
        condition=" OR ".join(conditions),
    )
