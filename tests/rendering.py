"""The models of a migration's state, rendered only once a process.

Django creates the classes of all related models again for every change of a state, which
is two thirds of the time of a ``migrate`` that has 300 rows to change. They depend on
the state alone, and the suite goes through the same states hundreds of times.
"""

from django.db.migrations.state import ProjectState, StateApps

made: dict[tuple, tuple[StateApps, dict]] = {}


def only_once():
    """
    States of the same content share their classes from now on.

    Nothing is kept in the state itself, so Django finds no classes there to
    make anew when the state changes.
    """
    ProjectState.apps = property(_apps, fdel=lambda state: None)


def _apps(state: ProjectState) -> StateApps:
    content = tuple(map(_content, state.models.values())), frozenset(state.real_apps)
    if content not in made:
        # Beside the models, so that what they hold keeps its identity.
        models = {key: model.clone() for key, model in state.models.items()}
        made[content] = StateApps(state.real_apps, models), models
    return made[content][0]


def _content(model):
    fields = tuple((name, id(field)) for name, field in model.fields.items())
    return model.app_label, model.name, fields, model.bases, repr(model.options), tuple(map(repr, model.managers))
