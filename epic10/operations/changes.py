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
    """A table that changes: the name of its model, its own name, and what its rows are called in messages."""

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
    """A column of such a type. ``index`` is an index that it already has before the release."""

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
    One decision of a release, and what it contributes to each phase.

    Its own operations are in ``expand``, ``indexes`` (with their purpose) and
    ``enforce``. Everything else is combined with the other changes to the same table,
    which has one trigger, one backfill, one switch and one parking.
    """

    expand: list[Operation] = field(default_factory=list)
    indexes: list[tuple[str, Operation]] = field(default_factory=list)
    enforce: list[Operation] = field(default_factory=list)
    # Enum types whose new labels take the name at the switch.
    types: list[tuple[Table, Relabel]] = field(default_factory=list)
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
    """New labels for an enum type and all its columns; until the switch they are in columns beside the old ones."""

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
            types=[(columns[0].table, relabel)],
            rules=[(column.table, shadow) for column, shadow in shadows],
            state_operations=[
                (column.table, AlterField(column.table.model, column.name, column.field(type))) for column in columns
            ],
        )


class NewEnumColumn(Change):
    """A column of a new enum type. If a column or type of that name exists with other labels, it is mapped."""

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
            types=[(table, relabel)],
            beside=[(table, shadow)],
            added=[(table, column.name)],
            parked=[(table, column.name)],
        )


class NewColumn(Change):
    """
    A column of any other type.

    ``computed`` is how it is derived from another column, if it is; ``theirs`` is what
    happens to a column of that name that somebody has added before, unless that is an error.
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
    """A column with a foreign key; an existing column is accepted if it has the same key."""

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
