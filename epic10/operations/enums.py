"""Enum types that 0002 creates."""

from django.db.migrations.operations import RunSQL

from epic10.catalog import array, enum_labels, literal, quoted, type_exists
from epic10.checks import BEFORE, Check, violations

from . import privileges
from .ownership import block, claim, drop_if_ours, is_ours


class CreateEnum(RunSQL):
    """
    Create an enum type, or accept one that has exactly these labels.

    ``becomes`` is the name the type has after the switch, when it is created
    under a working name.
    """

    def __init__(self, name: str, labels: list[str], *, becomes: str | None = None):
        self.name, self.labels, self.becomes = name, labels, becomes or name
        create = f"CREATE TYPE {quoted(name)} AS ENUM ({', '.join(literal(label) for label in labels)})"
        super().__init__(
            sql=[
                claim("type", name, exists=type_exists(name)),
                block(f"IF NOT ({type_exists(name)}) THEN\n    {create};\n  END IF;"),
            ],
            reverse_sql=[drop_if_ours("type", name, f"DROP TYPE IF EXISTS {quoted(name)}")],
        )

    def describe(self):
        return f"Create enum {self.name}"

    def needs(self, app_label, state):
        return [privileges.Need("type", self.name)]

    def preconditions(self, app_label, state):
        yield Check(
            f"enum.{self.name}.free",
            f"the name {self.name} is free, or names the enum the release wants",
            violations(
                f"SELECT format('type %s is there already with the labels %s, expected %s', {literal(self.name)}, "
                f"array_to_string({enum_labels(self.name)}, ', '), {literal(', '.join(self.labels))})\n"
                f" WHERE {type_exists(self.name)} AND NOT {is_ours('type', self.name)}\n"
                f"   AND {enum_labels(self.name)} IS DISTINCT FROM {array(self.labels)}"
            ),
            when=BEFORE,
            hint=f'Rename it out of the way: ALTER TYPE {quoted(self.name)} RENAME TO "{self.name}_before_epic10".',
        )

    def checks(self, app_label, state):
        yield Check(
            f"enum.{self.becomes}",
            f"enum {self.becomes} has exactly {', '.join(self.labels)}, in this order",
            violations(
                f"SELECT 'it has ' || coalesce(array_to_string({enum_labels(self.becomes)}, ', '), 'no label')\n"
                f" WHERE {enum_labels(self.becomes)} IS DISTINCT FROM {array(self.labels)}"
            ),
            hint="python manage.py migrate ndas",
        )
