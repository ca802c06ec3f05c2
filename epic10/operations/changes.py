"""The changes that a release can make: each one decision, which knows what it contributes to each phase."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from django.db import models
from django.db.migrations.operations import AlterField
from django.db.migrations.operations.base import Operation

from epic10.operations.columns.add import AddColumn
from epic10.operations.columns.convert import Beside, Convert
from epic10.operations.columns.enums import CreateEnum, CreateEnumBeside
from epic10.operations.columns.relabel import Derived, Relabel, Rule, Shadow
from epic10.operations.columns.shadow import AddShadow

from .foreign_keys import AddForeignKey, ValidateForeignKey, is_in_place
from .indexes import AddIndex, AddShadowIndex
from .orphans import KeepOrphans

ON_DELETE = {models.SET_NULL: "SET NULL", models.CASCADE: "CASCADE"}


@dataclass(frozen=True)
class Table:
    """A table that changes: its model as Django calls it, its own name, and what people call its rows."""

    model: str
    name: str
    unit: str


@dataclass(frozen=True)
class Indexed:
    """An index on the column, and what it is for."""

    name: str
    purpose: str


@dataclass(frozen=True)
class EnumType:
    """An enum type after the release, as Django's ``field`` of it; the mapping is a Relabel's."""

    name: str
    field: Callable[..., models.Field]
    choices: list[tuple[str, str]]
    legacy: tuple[str, ...]
    up: dict[str | None, str] = field(default_factory=dict)
    down: dict[str, str] = field(default_factory=dict)
    others: str | None = None

    @property
    def relabel(self) -> Relabel:
        labels = tuple(label for label, _ in self.choices)
        return Relabel(self.name, self.legacy, labels, self.up, self.down, self.others)


@dataclass(frozen=True)
class EnumColumn:
    """A column of such a type. ``index`` is one that it has before the release, too."""

    table: Table
    name: str
    default: str | None = None
    index: Indexed | None = None

    def shadow(self, type: EnumType) -> Shadow:
        return Shadow(self.name, type.relabel, default=self.default, index=self.index and self.index.name)

    def field(self, type: EnumType) -> models.Field:
        defaults = {"default": self.default, "db_default": self.default} if self.default else {}
        return type.field(enum_type=type.name, choices=type.choices, **defaults)


class Change:
    """
    One decision of a release; it contributes nothing where it does not say so.

    ``expand``, ``indexes`` and ``enforce`` yield operations of its own. What
    else it yields is put together with what other changes have for the same
    table, which has one trigger, one backfill, one switch and one parking.
    """

    def expand(self) -> Iterable[Operation]:
        return ()

    def indexes(self) -> Iterable[tuple[str, Operation]]:
        """What each is for, and the operation."""
        return ()

    def enforce(self) -> Iterable[Operation]:
        return ()

    def types(self) -> Iterable[Relabel]:
        """The enum types whose new labels take the name at the switch."""
        return ()

    def rules(self) -> Iterable[tuple[Table, Rule]]:
        """What follows old columns: kept right by the trigger, filled, proved, switched, parked."""
        return ()

    def beside(self) -> Iterable[tuple[Table, Beside]]:
        """What becomes of a new column where somebody has added it before."""
        return ()

    def parked(self) -> Iterable[tuple[Table, str]]:
        """Fields whose values the old schema has no place for."""
        return ()

    def state_operations(self) -> Iterable[tuple[Table, AlterField]]:
        """What Django takes the columns for after the switch."""
        return ()

    def parents(self) -> Iterable[str]:
        """Other tables that a new column points at."""
        return ()


@dataclass(frozen=True)
class ReplaceEnum(Change):
    """Other labels for an enum type, in every column that has it: in a column beside the old one until the switch."""

    type: EnumType
    columns: list[EnumColumn]

    def expand(self):
        relabel = self.type.relabel
        yield CreateEnum(relabel.working_type, relabel.labels, becomes=relabel.type)
        for column in self.columns:
            yield AddShadow(column.table.name, column.shadow(self.type))

    def indexes(self):
        for column in self.columns:
            if column.index:
                yield column.index.purpose, AddShadowIndex(column.table.name, column.shadow(self.type))

    def types(self):
        yield self.type.relabel

    def rules(self):
        for column in self.columns:
            yield column.table, column.shadow(self.type)

    def state_operations(self):
        for column in self.columns:
            yield column.table, AlterField(column.table.model, column.name, column.field(self.type))


@dataclass(frozen=True)
class NewEnumColumn(Change):
    """A column of a new enum type. What is there by the name of either, of other labels, is mapped."""

    type: EnumType
    column: EnumColumn

    def expand(self):
        table, shadow = self.column.table, self.column.shadow(self.type)
        yield CreateEnumBeside(table.name, shadow)
        yield AddColumn(table.model, self.column.name, self.column.field(self.type), beside=shadow)

    def types(self):
        yield self.type.relabel

    def beside(self):
        yield self.column.table, self.column.shadow(self.type)

    def parked(self):
        yield self.column.table, self.column.name


@dataclass(frozen=True)
class NewColumn(Change):
    """
    A column of any other type.

    ``computed`` is how it follows another one, where it does; ``theirs`` what
    becomes of one that somebody has added before, where that is not an error.
    """

    table: Table
    name: str
    field: models.Field
    computed: Derived | None = None
    theirs: Convert | None = None
    index: Indexed | None = None

    def expand(self):
        yield AddColumn(self.table.model, self.name, self.field, beside=self._theirs())

    def indexes(self):
        if self.index:
            index = models.Index(fields=[self.name], name=self.index.name)
            yield self.index.purpose, AddIndex(self.table.model, index, beside=self._theirs())

    def rules(self):
        if self.computed:
            beside = self.theirs and (self.table.name, self.theirs.target)
            yield self.table, replace(self.computed, beside=beside)

    def beside(self):
        if self.theirs:
            yield self.table, self._theirs()

    def parked(self):
        if not self.computed:
            yield self.table, self.name

    def _theirs(self):
        return self.theirs and replace(self.theirs, index=self.index and self.index.name)


@dataclass(frozen=True, kw_only=True)
class NewReference(NewColumn):
    """A column with a foreign key; theirs is accepted where it has the very key."""

    references: str

    def expand(self):
        yield from super().expand()
        yield AddForeignKey(self.table.name, self._column, **self._key(), beside=self._theirs())

    def enforce(self):
        yield ValidateForeignKey(self.table.name, self._key()["name"], beside=self._theirs())
        if self.theirs:
            yield KeepOrphans(self.table.name, self._theirs())

    def parents(self):
        yield self.references

    @property
    def _column(self):
        return f"{self.name}_id"

    def _key(self):
        return {
            "references": self.references,
            "name": f"{self.table.name}_{self._column}_fkey",
            "on_delete": ON_DELETE[self.field.remote_field.on_delete],
        }

    def _theirs(self):
        key = self._key()
        is_there = is_in_place(self.table.name, self._column, **key)
        return self.theirs and replace(super()._theirs(), accepted=is_there, foreign_key=key["name"])
