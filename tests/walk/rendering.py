"""
Rendered models that forks share between two operations.

Rendering them for every state is four fifths of the processor time of ``migrate``. The
same operations lead to the same states in every run, so models that are rendered once,
before the fork, serve all of them.
"""

import contextlib

from django.db.migrations.state import ProjectState, StateApps

_made = {}


@contextlib.contextmanager
def shared():
    """Within this block, a state that was rendered before has its models already."""
    original = ProjectState.apps
    # A property: a state that keeps no models of its own makes none of them anew when it changes.
    ProjectState.apps = property(_apps, fdel=lambda state: None)
    try:
        yield
    finally:
        ProjectState.apps = original


def _apps(state):
    key = tuple((name, _of_model(model)) for name, model in state.models.items())
    if key not in _made:
        # Kept with them, so that nothing else gets an id that the key names.
        named = [(*model.fields.values(), *model.options.values()) for model in state.models.values()]
        _made[key] = StateApps(state.real_apps, state.models), named
    return _made[key][0]


def _of_model(model):
    # The fields are those of the migrations' own operations, one object for all runs.
    fields = tuple((name, id(field)) for name, field in model.fields.items())
    options = tuple((name, _of_option(value)) for name, value in model.options.items())
    return fields, options, model.bases


def _of_option(value):
    return tuple(map(id, value)) if isinstance(value, list) else repr(value)
