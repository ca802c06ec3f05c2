"""Phases of later migrations that may run before the switch: indexes on columns that it leaves alone."""

from collections.abc import Iterator
from functools import cache

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.db.models import F

from epic10.operations import AddIndex, Phase, Switch
from epic10.operations.phase import walk
from epic10.release import plan

Key = tuple[str, str]


@cache
def later_phases() -> tuple[tuple[Phase, ProjectState, ProjectState], ...]:
    """The phases of later migrations, with the models before and after each."""
    release, loader = plan.load(), MigrationLoader(None)
    return tuple(
        (phase, before, after)
        for key in later_than(loader.graph, (release.app_label, release.name))
        for phase, before, after in walk(
            loader.get_migration(*key).operations, release.app_label, loader.project_state(key, at_end=False)
        )
        if isinstance(phase, Phase)
    )


def early_phases() -> list[tuple[Phase, ProjectState, ProjectState]]:
    """Those of them that may run before the switch."""
    return [(phase, *states) for phase, *states in later_phases() if _is_early(plan.load(), phase)]


def later_than(graph, release: Key) -> list[Key]:
    """The app's migrations after the release, in their order."""
    known = graph.forwards_plan(release)
    newest = [key for leaf in graph.leaf_nodes(release[0]) for key in graph.forwards_plan(leaf)]
    return [key for key in newest if key[0] == release[0] and key not in known]


def _is_early(release, phase: Phase) -> bool:
    operations = [*phase.first, *phase.operations]
    return not phase.transaction and all(
        isinstance(operation, AddIndex) and not operation.beside and _is_on_old_columns(release, operation)
        for operation in operations
    )


def _is_on_old_columns(release, operation: AddIndex) -> bool:
    model = release.before.models[release.app_label, operation.model_name]
    moved = {rule.column for switch in release.all_of(Switch) for rule in switch.moved}
    return all(name in model.fields and name not in moved for name in _fields(operation.index))


def _fields(index) -> Iterator[str]:
    yield from index.fields
    for expression in index.expressions:
        yield from (leaf.name for leaf in expression.flatten() if isinstance(leaf, F))
