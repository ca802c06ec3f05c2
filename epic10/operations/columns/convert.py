"""Conversion of a column that somebody has added before the release adds its own."""

from dataclasses import dataclass

from epic10.checks import BEFORE, Check, violations
from epic10.operations.columns.relabel import Shadow, written_to_the_old_one
from epic10.operations.ownership import is_ours
from epic10.postgres.catalog import (
    DEFINITION,
    array,
    column_definition,
    column_exists,
    enum_labels,
    literal,
    quoted,
    table_oid,
    type_exists,
)


@dataclass(frozen=True)
class Convert:
    """
    A column that may be there already: in another form, or with values that must come back.

    Theirs is never changed. Ours is added beside it as ``<column>_epic10`` and
    follows it; at the switch theirs becomes ``<column>_legacy`` and follows ours,
    as with every relabelled column. Where it is as wanted and ``accepted``, a
    condition, holds, nothing of the kind is needed.

    ``types`` are those it can be converted from; ``up`` is an SQL expression with
    ``{theirs}`` for the column and ``{row}`` before any other column in ``reads``.
    """

    column: str
    types: tuple[str, ...]
    up: str
    reads: tuple[str, ...] = ()
    accepted: str = "true"
    default: str | None = None
    index: str | None = None
    foreign_key: str | None = None

    name = Shadow.name
    target = Shadow.target
    legacy = Shadow.legacy
    target_index = Shadow.target_index
    legacy_index = Shadow.legacy_index

    @property
    def legacy_default(self):
        """As for a Shadow: an expression for the value of their column if nobody has written it."""
        return self.default and literal(self.default)

    @property
    def target_key(self):
        return self.foreign_key and f"{self.foreign_key.removesuffix('_fkey')}_epic10_fkey"

    @property
    def legacy_key(self):
        return self.foreign_key and f"{self.foreign_key.removesuffix('_fkey')}_legacy_fkey"

    @property
    def sources(self):
        return (self.column, *self.reads)

    def assignment(self) -> str:
        return f"{self.target} = {self.upwards(self.column)}"

    def wrong(self, both_ways: str = "false") -> str:
        """Once the new application may write, theirs may be NULL as ours is, or a date of the moment that ours is."""
        differs = f"{self.target} IS DISTINCT FROM {self.upwards(self.column)}"
        if both_ways == "false":
            return differs
        as_much = f"pg_catalog.starts_with(coalesce({self.target}::text, ''), {self.column}::text)"
        return f"({differs}\n    AND NOT ({both_ways} AND ({self.column} IS NULL OR {as_much})))"

    def wrong_after(self) -> str:
        """A condition: their value, if there is one, does not correspond to ours."""
        return f"({self.legacy} IS NOT NULL AND {self.column} IS DISTINCT FROM {self.upwards(self.legacy)})"

    def follow(self) -> str:
        return f"NEW.{self.target} := {self.upwards(f'NEW.{self.column}', 'NEW.')};"

    def follow_back(self) -> str:
        """The trigger body: changed values are copied to their column, values computed by the release are not."""
        new, old = f"NEW.{self.column}", f"NEW.{self.legacy}"
        up = self.upwards(old, "NEW.")
        differs = f"({up} IS DISTINCT FROM {new})"
        return (
            f"IF {written_to_the_old_one(self, differs)} THEN\n"
            f"  {new} := {up};\n"
            f"ELSIF (CASE TG_OP WHEN 'INSERT' THEN {self.at_first(old, differs)}\n"
            f"  ELSE {new} IS DISTINCT FROM OLD.{self.column} AND {differs} END) THEN\n"
            f"  {old} := {new};\n"
            f"END IF;"
        )

    def at_first(self, theirs: str, differs: str) -> str:
        """A condition on a row that the new application inserts: theirs has to follow."""
        # Theirs had no default to tell by: then a NULL is nobody's.
        return differs if self.legacy_default else f"{theirs} IS NULL OR {differs}"

    def upwards(self, theirs: str, row="") -> str:
        return self.up.format(theirs=theirs, row=row)


Beside = Shadow | Convert


def is_beside(table: str, rule: Beside) -> str:
    """A condition: in this database our column was added beside theirs."""
    return is_ours("column", f"{table}.{rule.target}")


def only_if(table: str, beside: Beside | None) -> str:
    """A condition: the operation applies to this database, as every operation that is not ``beside`` does."""
    return is_beside(table, beside) if beside else "true"


def needs_both(table: str, rule: Beside, wanted: str) -> str:
    """A condition, before ours is added: their column is not as ``wanted``, so ours has to be added beside it."""
    name = f"{table}.{rule.column}"
    accepted = (
        f"NOT {is_ours('type', rule.relabel.working_type)}"
        if isinstance(rule, Shadow)
        else f"{column_definition(table, rule.column)} = {literal(wanted)} AND {rule.accepted}"
    )
    return f"{column_exists(table, rule.column)} AND NOT {is_ours('column', name)} AND NOT ({accepted})"


def differs(table: str, shadow: Shadow) -> str:
    """A condition: a type or column of that name exists and is not as the release wants it."""
    name, wanted = f"{table}.{shadow.column}", shadow_definition(shadow)
    labels = f"({enum_labels(shadow.relabel.type)} OPERATOR(pg_catalog.=) {array(shadow.relabel.labels)}) IS NOT TRUE"
    type_differs = f"{type_exists(shadow.relabel.type)} AND {labels} AND NOT {is_ours('type', shadow.relabel.type)}"
    column_differs = f"{column_definition(table, shadow.column)} <> {literal(wanted)} AND NOT {is_ours('column', name)}"
    return f"(({type_differs}) OR ({column_differs}))"


def shadow_definition(shadow: Shadow) -> str:
    """The definition of a replaced column after the switch, as PostgreSQL writes it."""
    wanted = f"{quoted(shadow.relabel.type)} not null"
    return f"{wanted} default {literal(shadow.default)}::{quoted(shadow.relabel.type)}" if shadow.default else wanted


def is_convertible(table: str, rule: Convert) -> Check:
    name, types = f"{table}.{rule.column}", ", ".join(map(literal, rule.types))
    return Check(
        f"column.{name}.convertible",
        f"{name} is absent, or is {' or '.join(rule.types)} with {_default_in_words(rule.default)}",
        violations(
            f"SELECT pg_catalog.format('%s is %s%s', {literal(name)}, CASE WHEN attgenerated <> '' "
            f"THEN 'generated ' END,\n"
            f"              {DEFINITION})\n"
            f"  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum\n"
            f" WHERE attrelid = {table_oid(table)} AND attname = {literal(rule.column)}\n"
            f"   AND NOT attisdropped AND NOT {is_ours('column', name)}\n"
            f"   AND (attgenerated <> '' OR pg_catalog.format_type(atttypid, NULL) NOT IN ({types})\n"
            f"        OR pg_get_expr(adbin, adrelid) <> {literal(rule.default or '')})"
        ),
        when=BEFORE,
        hint=f"Convert or rename it: ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(rule.column)} TO "
        f'"{rule.column}_before_epic10".',
    )


def _default_in_words(default):
    return f"default {default} or none" if default else "no default"
