"""Schemas of views: the register as the old application knows it, and as the new one does, at the same time."""

from collections.abc import Iterable

from django.db.migrations.operations.base import Operation

from epic10.operations.columns.relabel import Shadow
from epic10.operations.table_changes import TableChanges
from epic10.postgres import view_schemas

from .types import AddTypes, MoveTypes, Typed
from .views import AddViews


def operations(parts: Iterable[TableChanges], register: list[str], *, is_new: bool) -> list[Operation]:
    """What makes the schema for the old application, or the one for the new application."""
    schema = view_schemas.new() if is_new else view_schemas.old()
    moved = [(part.name, rule) for part in parts for rule in part.moved]
    # A type that comes with the release is of the new application alone.
    types = _types((part.name, rule) for part in parts for rule in (part.moved if is_new else part.shadows))
    return [AddViews(schema, register, moved, is_new=is_new), AddTypes(schema, types, is_new=is_new)]


def switched(parts: Iterable[TableChanges]) -> Operation:
    return MoveTypes(view_schemas.old(), _types((part.name, shadow) for part in parts for shadow in part.shadows))


def _types(rules) -> list[Typed]:
    """Each type once, with the first of its columns."""
    typed = {}
    for table, rule in rules:
        if isinstance(rule, Shadow):
            typed.setdefault(rule.relabel.type, Typed(rule.relabel, table, rule))
    return list(typed.values())
