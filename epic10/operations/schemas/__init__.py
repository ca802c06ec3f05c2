"""Schemas of views: the register as the old application knows it, and as the new one does, at the same time."""

from collections.abc import Iterable

from django.db.migrations.operations.base import Operation

from epic10.operations.columns.relabel import Shadow
from epic10.operations.table_changes import TableChanges
from epic10.postgres import view_schemas

from .schema import AddSchema
from .types import AddTypes, MoveTypes, Typed
from .views import AddViews


def for_the_old_one(parts: Iterable[TableChanges], register: list[str]) -> list[Operation]:
    """Before the release adds anything: what the register was."""
    schema, parts = view_schemas.old(), list(parts)
    types = _types((part.name, shadow) for part in parts for shadow in part.shadows)
    return [
        AddSchema(schema, whose="old"),
        AddViews(schema, register, _moved(parts), is_new=False),
        *_for_qualified_names(schema, types, parts, register, is_new=False),
    ]


def for_the_new_types() -> Operation:
    return AddSchema(view_schemas.new(), whose="new")


def for_the_new_one(parts: Iterable[TableChanges], register: list[str]) -> list[Operation]:
    """When all columns are there and filled; the schema has the new types since they are there."""
    schema, parts = view_schemas.new(), list(parts)
    types = _types(_moved(parts))
    return [
        AddViews(schema, register, _moved(parts), is_new=True),
        *_for_qualified_names(schema, types, parts, register, is_new=True),
    ]


def switched(parts: Iterable[TableChanges]) -> Operation:
    return MoveTypes(view_schemas.old(), _types((part.name, shadow) for part in parts for shadow in part.shadows))


def _for_qualified_names(schema, types, parts, register, *, is_new):
    """
    The same views once more, and types, for a client that writes the schema in front of every name.

    It wants to find its types there at any time, while whoever works by search_path has to find the columns' own.
    """
    qualified = view_schemas.qualified(schema)
    return [
        AddSchema(qualified, whose="new" if is_new else "old"),
        AddViews(qualified, register, _moved(parts), is_new=is_new),
        AddTypes(qualified, types, is_new=is_new),
    ]


def _moved(parts):
    return [(part.name, rule) for part in parts for rule in part.moved]


def _types(rules) -> list[Typed]:
    """Each type once, with the first of its columns."""
    typed = {}
    for table, rule in rules:
        if isinstance(rule, Shadow):
            typed.setdefault(rule.relabel.type, Typed(rule.relabel, table, rule))
    return list(typed.values())
