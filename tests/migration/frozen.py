"""``python -m tests.migration.frozen [changed]``: the migrations' state and SQL, read in a process of its own."""

import os
import re
import sys

import django
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader


def change_what_is_alive():
    """A later release: labels more, fewer, in another order, read otherwise; another workflow, other guards."""
    from ndas import choices, workflow

    def changed(name):
        labels = [("A_NEW_LABEL", "A new label"), *reversed(getattr(choices, name).choices)]
        members = {label: (label, f"{words}, once") for label, words in labels}
        return models.TextChoices(name, members)

    for name in ("NdaStatus", "NdaType", "UsMaxPosition", "DocumentType"):
        setattr(choices, name, changed(name))
    workflow.EDGES = workflow.EDGES[:1]


def migrations_in_words():
    loader = MigrationLoader(connection)
    for app, name in sorted(loader.disk_migrations):
        if app in ("ndas", "epic10"):
            yield f"== {app}.{name}"
            for model, state in sorted(loader.project_state((app, name)).models.items()):
                fields = {name: field.deconstruct() for name, field in state.fields.items()}
                yield re.sub(" at 0x[0-9a-f]+", "", f"{model} {fields} {state.options}")


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if "changed" in sys.argv:
        change_what_is_alive()
    django.setup()
    print(*migrations_in_words(), sep="\n")
    for number in ("0001", "0002", "0003", "0004"):
        # The register itself is never undone.
        for backwards in (False, True) if number != "0001" else (False,):
            call_command("sqlmigrate", "ndas", number, backwards=backwards)


if __name__ == "__main__":
    main()
