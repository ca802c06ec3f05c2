"""The changes that a release can make: each one decision, which knows what it contributes to each phase."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from django.db import models
from django.db.migrations.operations import AlterField
from django.db.migrations.operations.base import Operation

from epic10.operations.columns.add import AddColumn
from epic10.operations.columns.convert import Beside, Convert
from epic10.operations.columns.enums import CreateEnum
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


@dataclass
class Change:
    """
    One decision of a release, and what it contributes: nothing, unless it says so.

    Operations of its own are in ``expand``, ``indexes``, with what each is for,
    and ``enforce``. What else there is, is put together with what other changes
    have for the same table, which has one trigger, one backfill, one switch and
    one parking.
    """

    expand: list[Operation] = field(default_factory=list)
    indexes: list[tuple[str, Operation]] = field(default_factory=list)
    enforce: list[Operation] = field(default_factory=list)
    # Enum types whose new labels take the name at the switch.
    types: list[Relabel] = field(default_factory=list)
    # What follows old columns: kept right by the trigger, filled, proved, switched, parked.
    rules: list[tuple[Table, Rule]] = field(default_factory=list)
    # What becomes of a new column where somebody has added it before.
    beside: list[tuple[Table, Beside]] = field(default_factory=list)
    # Columns that the new application has, and the old one has not.
    added: list[tuple[Table, str]] = field(default_factory=list)
    # Fields whose values the old schema has no place for.
    parked: list[tuple[Table, str]] = field(default_factory=list)
    # What Django takes the columns for after the switch.
    state_operations: list[tuple[Table, AlterField]] = field(default_factory=list)
    # Other tables that a new column points at.
    parents: list[str] = field(default_factory=list)


class ReplaceEnum(Change):
    """Other labels for an enum type, in every column that has it: in a column beside the old one until the switch."""

    def __init__(self, type: EnumType, columns: list[EnumColumn]):
        relabel = type.relabel
        shadows = [(column, column.shadow(type)) for column in columns]
        super().__init__(
            expand=[
                CreateEnum(
                    relabel.working_type,
                    relabel.labels,
                    becomes=relabel.type,
                    columns=[(column.table.name, column.name) for column in columns],
                ),
                *(AddShadow(column.table.name, shadow) for column, shadow in shadows),
            ],
            indexes=[
                (column.index.purpose, AddShadowIndex(column.table.name, shadow))
                for column, shadow in shadows
                if column.index
            ],
            types=[relabel],
            rules=[(column.table, shadow) for column, shadow in shadows],
            state_operations=[
                (column.table, AlterField(column.table.model, column.name, column.field(type))) for column in columns
            ],
        )


class NewEnumColumn(Change):
    """A column of a new enum type. What is there by the name of either, of other labels, is mapped."""

    def __init__(self, type: EnumType, column: EnumColumn):
        table, relabel, shadow = column.table, type.relabel, column.shadow(type)
        super().__init__(
            expand=[
                CreateEnum(
                    relabel.working_type,
                    relabel.labels,
                    becomes=relabel.type,
                    beside=(table.name, shadow),
                    columns=[(table.name, column.name)],
                ),
                AddColumn(table.model, column.name, column.field(type), beside=shadow),
            ],
            types=[relabel],
            beside=[(table, shadow)],
            added=[(table, column.name)],
            parked=[(table, column.name)],
        )


class NewColumn(Change):
    """
    A column of any other type.

    ``computed`` is how it follows another one, where it does; ``theirs`` what
    becomes of one that somebody has added before, where that is not an error.
    """

    def __init__(
        self,
        table: Table,
        name: str,
        field: models.Field,
        *,
        computed: Derived | None = None,
        theirs: Convert | None = None,
        index: Indexed | None = None,
    ):
        theirs = theirs and replace(theirs, index=index and index.name)
        super().__init__(
            expand=[AddColumn(table.model, name, field, beside=theirs)],
            beside=[(table, theirs)] if theirs else [],
            added=[(table, name)],
            parked=[] if computed else [(table, name)],
        )
        if index:
            on_it = models.Index(fields=[name], name=index.name)
            self.indexes = [(index.purpose, AddIndex(table.model, on_it, beside=theirs))]
        if computed:
            self.rules = [(table, replace(computed, beside=theirs and (table.name, theirs.target)))]


class NewReference(NewColumn):
    """A column with a foreign key; theirs is accepted where it has the very key."""

    def __init__(
        self, table: Table, name: str, field: models.ForeignKey, *, references: str, theirs: Convert | None = None
    ):
        column = f"{name}_id"
        key = {
            "references": references,
            "name": f"{table.name}_{column}_fkey",
            "on_delete": ON_DELETE[field.remote_field.on_delete],
        }
        if theirs:
            theirs = replace(theirs, accepted=is_in_place(table.name, column, **key), foreign_key=key["name"])
        super().__init__(table, name, field, theirs=theirs)
        self.expand.append(AddForeignKey(table.name, column, **key, beside=theirs))
        self.enforce.append(ValidateForeignKey(table.name, key["name"], beside=theirs))
        if theirs:
            self.enforce.append(KeepOrphans(table.name, theirs))
        self.added = [(table, column)]
        self.parents = [references]
