"""What all changes of a release together make of one table: one trigger, one backfill, one switch, one parking."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.migrations.operations import AlterField

from epic10.operations.archive.parking import Parking
from epic10.operations.columns.convert import Beside
from epic10.operations.columns.relabel import Derived, Rule, Shadow, shadows

from .changes import Change, Table
from .written import Written


@dataclass(frozen=True)
class TableChanges:
    """
    Each list is in the order of the changes.

    Only the rules are sorted, by name, so that no trigger and no batch changes when a story moves.
    """

    table: Table
    rules: list[Rule]
    beside: list[Beside]
    added: tuple[str, ...]
    fields: tuple[str, ...]
    state_operations: list[AlterField]

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def shadows(self) -> list[Shadow]:
        return shadows(self.rules)

    @property
    def moved(self) -> list[Beside]:
        """The columns that change places at the switch, or may."""
        return [*self.shadows, *self.beside]

    @property
    def parking(self) -> Parking:
        return Parking(self.table.model, self.name, self.rules, unit=self.table.unit, fields=self.fields)

    @property
    def written(self) -> Written:
        return Written(self.name, tuple(self.shadows), self.added, tuple(self.moved))


def table_changes(table: Table, changes: list[Change]) -> TableChanges:
    def those(contributions):
        return [it for change in changes for it in of_the_table(table, contributions)(change)]

    return TableChanges(
        table,
        rules=sorted(those(lambda change: change.rules), key=lambda rule: (isinstance(rule, Derived), rule.target)),
        beside=those(lambda change: change.beside),
        added=tuple(those(lambda change: change.added)),
        fields=tuple(those(lambda change: change.parked)),
        state_operations=those(lambda change: change.state_operations),
    )


def of_the_table(table: Table, contributions: Callable[[Change], Iterable[tuple]]) -> Callable[[Change], list]:
    """Those contributions of a change that are to one table."""
    return lambda change: [it for of, it in contributions(change) if of == table]
