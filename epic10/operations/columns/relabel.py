"""Rules: the Epic 10 value for an Epic 9 value, and vice versa."""

from dataclasses import dataclass, field

from epic10.postgres import view_schemas
from epic10.postgres.catalog import InSchema, has_column, literal, quoted, table_oid


@dataclass(frozen=True)
class Relabel:
    """
    An enum type's old and new labels, and the mapping between them.

    ``up`` and ``down`` name only the labels that change; a key of None is what
    NULL becomes. Several labels may merge upwards: a row keeps its old label
    as long as that still maps to the new one, so nothing is lost. ``others`` is
    what every label becomes that is neither in ``up`` nor one of ``labels``.
    """

    type: str
    legacy: tuple[str, ...]
    labels: tuple[str, ...]
    up: dict[str | None, str] = field(default_factory=dict)
    down: dict[str, str] = field(default_factory=dict)
    others: str | None = None

    @property
    def working_type(self) -> InSchema:
        """Where the new type waits for the switch: in the schema of the new application, which finds it first."""
        return InSchema(view_schemas.new(), self.type)

    @property
    def legacy_type(self):
        return f"{self.type}_legacy"

    def becomes(self, label: str | None) -> str | None:
        """What a label becomes; ``upwards`` is the same as SQL."""
        if label is None or label in self.up:
            return self.up.get(label)
        return label if self.others is None or label in self.labels else self.others

    def goes_back_to(self, label: str) -> str:
        return self.down.get(label, label)

    def upwards(self, source: str) -> str:
        if self.others is None:
            return _mapped(source, self.up)
        # NULL is not one of the others.
        kept = ", ".join(literal(label) for label in self.labels)
        others = f"CASE WHEN {source}::text NOT IN ({kept}) THEN {literal(self.others)} ELSE {source}::text END"
        return _mapped(source, self.up, otherwise=others)

    def downwards(self, source: str) -> str:
        return _mapped(source, self.down)

    def downwards_into(self, column: str, source: str) -> str:
        """
        The same, as a label that the type of ``column`` really has.

        The old type may have been converted, wholly or in part, or be another one. Then
        it is any label that maps to this one, preferably the planned one.
        """
        planned = self.downwards(source)
        return (
            f"coalesce((SELECT enumlabel::text FROM pg_catalog.pg_enum\n"
            f"    WHERE enumtypid = pg_catalog.pg_typeof({column})::oid "
            f"AND {self.upwards('enumlabel')} = {source}::text\n"
            f"    ORDER BY enumlabel <> {planned}, enumlabel <> {source}::text, enumsortorder LIMIT 1), {planned})"
        )


@dataclass(frozen=True)
class Shadow:
    """
    An enum column and the column beside it that carries the new labels.

    Before the switch the new labels live in ``<column>_epic10``; after it the
    new column has the plain name and the old labels live in ``<column>_legacy``.
    """

    column: str
    relabel: Relabel
    default: str | None = None
    index: str | None = None

    @property
    def name(self):  # After the switch.
        return self.column

    @property
    def target(self):
        return working_name(self.column)

    @property
    def legacy(self):
        return f"{self.column}_legacy"

    @property
    def sources(self):
        return (self.column,)

    @property
    def legacy_default(self):
        """
        An SQL expression for the value of the old column if nobody has written it, so that NULL means somebody did.

        None if NULL has no meaning of its own.
        """
        if self.default is None or None not in self.relabel.up:
            return None
        planned = self.relabel.downwards(literal(self.default))
        return (
            f"(SELECT CASE WHEN typtype <> 'e' THEN {planned} ELSE (\n"
            f"      SELECT enumlabel::text FROM pg_enum WHERE enumtypid = t.oid\n"
            f"         AND {self.relabel.upwards('enumlabel')} = {literal(self.default)}\n"
            f"       ORDER BY enumlabel <> {planned}, enumsortorder LIMIT 1) END FROM pg_type t WHERE t.oid = atttypid)"
        )

    @property
    def target_index(self):
        return self.index and f"{self.index.removesuffix('_idx')}_epic10_idx"

    @property
    def legacy_index(self):
        return self.index and f"{self.index.removesuffix('_idx')}_legacy_idx"

    def assignment(self) -> str:
        return f"{self.target} = {self.relabel.upwards(self.column)}::{quoted(self.relabel.working_type)}"

    def wrong(self, both_ways: str = "false") -> str:
        """
        A condition before the switch: the row is still wrong.

        Once the new application may write, a pair may belong together in either direction.
        """
        differs = f"{self.target}::text IS DISTINCT FROM {self.relabel.upwards(self.column)}"
        if both_ways == "false":
            return differs
        is_down = f"{self.column}::text IS NOT DISTINCT FROM {self.relabel.downwards(self.target)}"
        return f"({differs}\n    AND NOT ({both_ways} AND {is_down}))"

    def wrong_after(self) -> str:
        """A condition after the switch: the two labels of the row do not correspond."""
        return (
            f"({self.column}::text IS DISTINCT FROM {self.relabel.upwards(self.legacy)}\n"
            f"    AND {self.legacy}::text IS DISTINCT FROM {self.relabel.downwards(self.column)})"
        )

    def follow(self) -> str:
        """Trigger body: the new column follows what the old application writes."""
        # Assigned as text: a type name in here would depend on the writer's search_path.
        return f"NEW.{self.target} := {self.relabel.upwards(f'NEW.{self.column}')};"

    def follow_back(self) -> str:
        """
        Trigger body: the old column follows what the new application writes.

        Views and rules of the old schema still write to the old column; then the new
        column follows. It runs twice for each row, so a pair that corresponds is left alone.
        """
        new, old = f"NEW.{self.column}", f"NEW.{self.legacy}"
        up = self.relabel.upwards(old)
        differs = f"({up} IS DISTINCT FROM {new}::text)"
        return (
            f"IF {written_to_the_old_one(self, differs)} THEN\n"
            f"  {new} := {up};\n"
            f"ELSIF {differs} THEN\n"
            f"  {old} := {self.relabel.downwards_into(old, new)};\n"
            f"END IF;"
        )


@dataclass(frozen=True)
class Derived:
    """
    A column computed from another one wherever nobody has set it.

    ``value`` is an SQL expression with ``{}`` for the source; NULL means that
    there is nothing to set. Where the column was there before, ours is
    ``beside`` it, a table and a column, and this one is left alone. It may be
    cleared, but not while ``required`` holds: a relabelled column and its new label.
    ``types`` are those that ``value`` can be computed from; any, if none is named.
    """

    target: str
    source: str
    value: str
    beside: tuple[str, str] | None = None
    required: tuple[str, str] | None = None
    types: tuple[str, ...] = ()

    @property
    def name(self):
        return self.target

    @property
    def sources(self):
        return (self.source,)

    def assignment(self) -> str:
        value = self.value.format(self.source)
        if self.beside:
            value = f"CASE WHEN {self._is_ours()} THEN {value} END"
        return f"{self.target} = coalesce({self.target}, {value})"

    def wrong(self, both_ways: str = "false") -> str:
        """Once the new application may write, it may have cleared the column."""
        conditions = [self._is_missing()]
        if both_ways != "false":
            conditions.append(f"({both_ways} IS NOT true OR {self._is_required(is_switched=False)})")
        if self.beside:
            conditions.append(self._is_ours())
        return f"({' AND '.join(conditions)})"

    def wrong_after(self) -> str:
        return f"({self._is_missing()} AND {self._is_required(is_switched=True)})"

    def remedy(self, table: str) -> str:
        """The statement that corrects rows for which ``wrong_after()`` holds."""
        value = self.value.format(quoted(self.source))
        return f"UPDATE {quoted(table)} SET {quoted(self.target)} = {value} WHERE {self.wrong_after()};"

    def lacks(self, *, is_switched: bool) -> str:
        """A condition on a row being written: it must have a value and has none."""
        return f"({self._is_missing('NEW.')} AND {self._is_required('NEW.', is_switched=is_switched)})"

    def follow(self, *, is_switched: bool = False) -> str:
        """
        The trigger body: the column follows its source, before and after the switch, for both applications.

        A write that changes the source but not the value gets a new value, even if the
        previous one was set by hand, because that belonged to the previous source.
        """
        target, source = (f"(OLD.{name} IS DISTINCT FROM NEW.{name})" for name in (self.target, self.source))
        condition = (
            f"(CASE TG_OP WHEN 'INSERT' THEN NEW.{self.target} IS NULL\n"
            f"  ELSE {source} AND (NEW.{self.target} IS NULL OR NOT {target})\n"
            f"    OR {self.lacks(is_switched=is_switched)} END)"
        )
        if self.beside:
            condition += f"\n  AND {self._is_ours('TG_RELID')}"
        return f"IF {condition} THEN\n  NEW.{self.target} := {self.value.format(f'NEW.{self.source}')};\nEND IF;"

    def _is_missing(self, row="") -> str:
        return f"{row}{self.target} IS NULL AND {self.value.format(row + self.source)} IS NOT NULL"

    def _is_required(self, row="", *, is_switched) -> str:
        if not self.required:
            return "true"
        column, label = self.required
        return f"{row}{column if is_switched else working_name(column)}::text = {literal(label)}"

    def _is_ours(self, relation: str | None = None) -> str:
        table, column = self.beside
        return f"NOT {has_column(relation or table_oid(table), column)}"


Rule = Shadow | Derived


def any_wrong(rules: list[Rule], both_ways: str = "false") -> str:
    return "\n    OR ".join(rule.wrong(both_ways) for rule in rules)


def working_name(column: str) -> str:
    """The name of the column with the new labels before the switch."""
    return f"{column}_epic10"


def shadows(rules: list[Rule]) -> list[Shadow]:
    return [rule for rule in rules if isinstance(rule, Shadow)]


def written_to_the_old_one(rule, differs: str) -> str:
    """
    A condition after the switch: the old column was set, and the new one was not.

    ``differs`` is true if the new value is not what the old one maps to. Columns that
    are not set have their defaults, which map to each other.
    """
    new, old = f"NEW.{rule.column}", f"NEW.{rule.legacy}"
    is_default = f"{new}::text IS NOT DISTINCT FROM {literal(rule.default)}"
    return (
        f"(CASE TG_OP WHEN 'INSERT' THEN {is_default} AND {old} IS NOT NULL AND {differs}\n"
        f"  ELSE {new}::text IS NOT DISTINCT FROM OLD.{rule.column}::text\n"
        f"   AND {old}::text IS DISTINCT FROM OLD.{rule.legacy}::text END)"
    )


def _mapped(source: str, labels: dict[str | None, str], *, otherwise: str | None = None) -> str:
    """
    An SQL expression of type text.

    It compares text, not enum values: a label that this type does not have
    would be an error even in a branch that is never taken.
    """
    cases = "".join(f" WHEN {literal(old)} THEN {literal(new)}" for old, new in labels.items() if old is not None)
    otherwise = otherwise or f"{source}::text"
    case = f"CASE {source}::text{cases} ELSE {otherwise} END" if cases else otherwise
    return f"coalesce({case}, {literal(labels[None])})" if None in labels else case
