"""Backfill: give existing rows the value that the new code expects, a batch at a time."""

from django.db.migrations.operations import RunPython

from epic10.checks import BEFORE, Check, violations
from epic10.operations import table_shape
from epic10.operations.archive.conditions import THIS_ROLLBACK, is_restored
from epic10.operations.backfill import foreign_triggers, other_columns
from epic10.operations.backfill.batches import WAITING_PASSES
from epic10.operations.backfill.direct import DirectUpdate
from epic10.operations.backfill.label_counts import combinations
from epic10.operations.backfill.passes import fill
from epic10.operations.backfill.psql_loop import FOR_PSQL, loop
from epic10.operations.backfill.routes import Keys, Route
from epic10.operations.columns.both_ways import are_open
from epic10.operations.columns.convert import Beside, only_if
from epic10.operations.columns.derived import can_be_computed_from
from epic10.operations.columns.relabel import Derived, Rule, Shadow, any_wrong
from epic10.operations.ownership import is_ours
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres import psql_script
from epic10.postgres.catalog import column_exists, holds, literal, quoted

# Rows are locked, then found again by their place. A row that moved in between
# is left for the next pass; its trigger has seen it.
BATCH = """\
WITH {wanted}batch AS (
  SELECT ctid AS place, {as_it_was} AS was FROM {table}
   WHERE {rows}
   FOR NO KEY UPDATE{skip_locked}
), changed AS (
  UPDATE {table} SET
    {assignments}
    FROM batch WHERE {table}.ctid = batch.place
  RETURNING {rewritten} AS columns
), told AS (
  SELECT (SELECT count(*) FROM changed) AS rows, {last} AS last_id,
         (SELECT pg_catalog.string_agg(DISTINCT columns, '; ') FROM changed) AS columns
)
SELECT rows, last_id,
{complaint}{into} FROM told"""


class Backfill(ReleaseOperation, RunPython):
    """
    Set columns on every row that reads wrong, one short transaction per batch.

    A rule's ``wrong()`` is its whole ``where``; once both applications write, a pair of
    labels may belong together in either direction. It picks the rows; it stops
    being true once a row is done, so a second run finds nothing to do; and a
    row for which it is still true afterwards is a failed check. Where ours is
    ``beside`` one of theirs it is filled from that.
    """

    def __init__(self, table: str, rules: list[Rule] = (), *, beside: Beside | None = None, unit: str):
        self.table, self.rules, self.beside, self.unit = table, [beside] if beside else rules, beside, unit
        self.only_if, self.both_ways = only_if(table, beside), are_open(table, beside)
        super().__init__(code=self._fill, reverse_code=RunPython.noop, elidable=False)

    def describe(self):
        targets = ", ".join(rule.target for rule in self.rules)
        said = f"Set {targets} of every row of {self.table} that reads wrong"
        return f"{said}, where theirs was there before" if self.beside else said

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.collect_sql:
            schema_editor.collected_sql += self._written_down(schema_editor)
        elif holds(schema_editor.connection, self.only_if):
            # Models are not asked for: to make those of a state takes as long as a dozen batches.
            self._fill(None, schema_editor)

    def preconditions(self, app_label, state):
        """A computed column must be new: otherwise our values could not be told from existing ones."""
        if not self.beside:  # It is the table's once.
            yield table_shape.is_one_table(self.table)
            yield table_shape.no_rows_are_stored(self.table)
            yield from table_shape.every_row_is_seen(self.table)
        for rule in self.rules:
            if isinstance(rule, Derived) and rule.types:
                yield can_be_computed_from(self.table, rule)
            if isinstance(rule, Derived) and not rule.beside:
                name = f"{self.table}.{rule.target}"
                yield Check(
                    f"backfill.{name}.new",
                    f"the column {name} is new",
                    violations(
                        f"SELECT {literal(f'{name} is there already')}\n"
                        f" WHERE {column_exists(self.table, rule.target)} AND NOT {is_ours('column', name)}"
                    ),
                    when=BEFORE,
                    hint=f"ALTER TABLE {quoted(self.table)} RENAME COLUMN {quoted(rule.target)} TO "
                    f'"{rule.target}_before_epic10";',
                )

    def proofs(self, app_label, state):
        """Before the switch, no row may be wrong, and no write may bypass the triggers."""
        if not self.beside:
            yield from table_shape.every_row_is_seen(self.table)
        for rule in self.rules:
            yield self._check(
                rule,
                f"{self._can_be_wrong(rule)}{self.unless_restored(rule.wrong(self.both_ways))}",
                suspects=foreign_triggers.suspects(self.table),
                hint=f"Where a trigger undoes what is written: ALTER TABLE {quoted(self.table)} DISABLE TRIGGER it; "
                "then python manage.py migrate ndas.",
            )

    def checks(self, app_label, state):
        for rule in self.rules:
            hint = rule.remedy(self.table) if isinstance(rule, Derived) else "python manage.py migrate ndas"
            yield self._check(rule, rule.wrong_after(), hint=hint)

    def _can_be_wrong(self, rule):
        """A quick check before the scan: if no combination of labels is wrong, no row has to be read."""
        if not isinstance(rule, Shadow):
            return ""
        labels, is_wrong = combinations(self.table, [rule], self.both_ways), rule.wrong(self.both_ways)
        return f"EXISTS (SELECT FROM ({labels}) AS labels WHERE {is_wrong})\n   AND "

    def batch(self, route: Route, *, skip_locked: bool, **how) -> str:
        """A batch that skips locked rows, or waits for them, which requires a route in key order."""
        wrong = self.unless_restored(any_wrong(self.rules, self.both_ways))
        where = {"table": self.table, "here": route.HERE.format(**how), "wrong": wrong, **how}
        return BATCH.format(
            table=self.table,
            wanted=route.WANTED.format(**where),
            rows=route.ROWS.format(**where),
            last=route.LAST,
            assignments=",\n    ".join(rule.assignment() for rule in self.rules),
            skip_locked=" SKIP LOCKED" if skip_locked else "",
            as_it_was=foreign_triggers.as_it_was(self.table),
            rewritten=foreign_triggers.rewritten(self.table, self.rules, self.both_ways),
            complaint=foreign_triggers.complaint(self.table),
            **how,
        )

    def direct(self, connection) -> DirectUpdate:
        """The batch by place of a table on which nobody else has triggers."""
        wrong = self.unless_restored(any_wrong(self.rules, self.both_ways))
        return DirectUpdate(connection, self.table, self.rules, wrong)

    def loop(self) -> str:
        """The same batches for psql, which wait for locked rows like those of the last pass."""
        batch = self.batch(Keys(), skip_locked=False, **FOR_PSQL)
        return loop(batch, self.table, self.unit, verb="Migrated", passes=1 + WAITING_PASSES)

    def _written_down(self, schema_editor):
        loop = [f"{other_columns.tell_in_psql(self.table)};", self.loop()]
        if not self.beside or not psql_script.is_script(schema_editor):
            return loop
        return psql_script.only_if(self.only_if, *loop)

    def _check(self, rule, wrong, *, suspects="''", hint):
        return Check(
            f"backfill.{self.table}.{rule.name}",
            f"no row of {self.table} still waits for {rule.name}",
            violations(
                f"SELECT pg_catalog.format('%s rows, the first of them %s', count(*), min(id)) || {suspects}\n"
                f"  FROM {quoted(self.table)} WHERE {wrong}\nHAVING count(*) > 0",
                only_if=self.only_if,
            ),
            hint=hint,
            lasts=isinstance(rule, Derived),
        )

    def unless_restored(self, wrong):
        """A restored row has a label that its old label does not map to, and is right nevertheless."""
        if self.beside:  # What is theirs was never parked.
            return wrong
        # Without a rollback nothing was put back: the server asks that once, not for every row.
        restored = is_restored(self.table, f"{self.table}.id")
        return f"({wrong})\n   AND ({THIS_ROLLBACK} IS NULL OR {restored} IS NOT true)"

    def _fill(self, apps, schema_editor):
        other_columns.tell(schema_editor.connection, self.table)
        fill(schema_editor.connection, self)
