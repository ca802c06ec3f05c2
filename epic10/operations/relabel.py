"""What an Epic 10 value is, given the Epic 9 one, and the other way about."""

from dataclasses import dataclass, field

from epic10.catalog import literal


@dataclass(frozen=True)
class Relabel:
    """
    An enum type's old and new labels, and the mapping between them.

    ``up`` and ``down`` name only the labels that change; a key of None is what
    NULL becomes. Several labels may merge upwards: a row keeps its old label
    as long as that still maps to the new one, so nothing is lost.
    """

    type: str
    legacy: tuple[str, ...]
    labels: tuple[str, ...]
    up: dict[str | None, str] = field(default_factory=dict)
    down: dict[str, str] = field(default_factory=dict)

    @property
    def working_type(self):
        return f"{self.type}_epic10"

    @property
    def legacy_type(self):
        return f"{self.type}_legacy"

    def upwards(self, source: str) -> str:
        return mapped(source, self.up)

    def downwards(self, source: str) -> str:
        return mapped(source, self.down)


def mapped(source: str, labels: dict[str | None, str]) -> str:
    """
    An SQL expression of type text.

    It compares text, not enum values: a label that this type does not have
    would be an error even in a branch that is never taken.
    """
    cases = "".join(f" WHEN {literal(old)} THEN {literal(new)}" for old, new in labels.items() if old is not None)
    case = f"CASE {source}::text{cases} ELSE {source}::text END" if cases else f"{source}::text"
    return f"coalesce({case}, {literal(labels[None])})" if None in labels else case


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
    def target(self):
        return f"{self.column}_epic10"

    @property
    def legacy(self):
        return f"{self.column}_legacy"

    @property
    def sources(self):
        return (self.column,)

    @property
    def target_index(self):
        return self.index and f"{self.index.removesuffix('_idx')}_epic10_idx"

    @property
    def legacy_index(self):
        return self.index and f"{self.index.removesuffix('_idx')}_legacy_idx"

    def assignment(self) -> str:
        return f'{self.target} = {self.relabel.upwards(self.column)}::"{self.relabel.working_type}"'

    def wrong(self) -> str:
        """True of a row that still reads wrong, before the switch."""
        return f"{self.target}::text IS DISTINCT FROM {self.relabel.upwards(self.column)}"

    def wrong_after(self) -> str:
        """True of a row whose two labels cannot belong together, after the switch."""
        return (
            f"({self.column}::text IS DISTINCT FROM {self.relabel.upwards(self.legacy)}\n"
            f"    AND {self.legacy}::text IS DISTINCT FROM {self.relabel.downwards(self.column)})"
        )

    def follow(self) -> str:
        """Trigger body: the new column follows what the old application writes."""
        # Assigned as text: a type name in here would depend on the writer's search_path.
        return f"NEW.{self.target} := {self.relabel.upwards(f'NEW.{self.column}')};"

    def follow_back(self) -> str:
        """Trigger body: the old column follows what the new application writes."""
        still_true = f"{self.relabel.upwards(f'NEW.{self.legacy}')} IS NOT DISTINCT FROM NEW.{self.column}::text"
        return (
            f"IF TG_OP = 'INSERT' OR NOT ({still_true}) THEN\n"
            f"  NEW.{self.legacy} := {self.relabel.downwards(f'NEW.{self.column}')};\n"
            f"END IF;"
        )


@dataclass(frozen=True)
class Derived:
    """
    A column computed from another one wherever nobody has set it.

    ``value`` is an SQL expression with ``{}`` for the source; NULL means that
    there is nothing to set.
    """

    target: str
    source: str
    value: str

    @property
    def sources(self):
        return (self.source,)

    def assignment(self) -> str:
        return f"{self.target} = coalesce({self.target}, {self.value.format(self.source)})"

    def wrong(self) -> str:
        return f"({self.target} IS NULL AND {self.value.format(self.source)} IS NOT NULL)"

    wrong_after = wrong

    def follow(self) -> str:
        """It follows its source until somebody sets it to something else."""
        old, new = self.value.format(f"OLD.{self.source}"), self.value.format(f"NEW.{self.source}")
        return (
            f"IF NEW.{self.target} IS NULL OR (TG_OP = 'UPDATE' AND NEW.{self.target} = {old}) THEN\n"
            f"  NEW.{self.target} := {new};\n"
            f"END IF;"
        )


Rule = Shadow | Derived


def any_wrong(rules: list[Rule]) -> str:
    return "\n    OR ".join(rule.wrong() for rule in rules)


def shadows(rules: list[Rule]) -> list[Shadow]:
    return [rule for rule in rules if isinstance(rule, Shadow)]
