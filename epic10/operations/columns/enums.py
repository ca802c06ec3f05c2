"""Enum types that 0002 creates."""

from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.operations import privileges
from epic10.operations.columns.convert import differs
from epic10.operations.columns.relabel import Shadow
from epic10.operations.ownership import block, claim, drop_if_ours, is_ours
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import array, enum_labels, literal, quoted, type_exists, type_oid


class CreateEnum(ReleaseOperation, RunSQL):
    """
    Create an enum type, or accept one that has exactly these labels.

    ``becomes`` is the name the type has after the switch, when it is created
    under a working name.
    """

    def __init__(self, name: str, labels: list[str], *, becomes: str | None = None):
        self.name, self.labels, self.becomes = name, labels, becomes or name
        super().__init__(
            sql=[
                claim("type", name, exists=type_exists(name)),
                block(f"IF NOT ({type_exists(name)}) THEN\n    {_create(name, labels)};\n  END IF;"),
            ],
            reverse_sql=[_drop(name)],
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
                f"SELECT pg_catalog.format('type %s is there already with the labels %s, expected %s', "
                f"{literal(self.name)}, "
                f"pg_catalog.array_to_string({enum_labels(self.name)}, ', '), {literal(', '.join(self.labels))})\n"
                f" WHERE {type_exists(self.name)} AND NOT {is_ours('type', self.name)}\n"
                f"   AND ({enum_labels(self.name)} OPERATOR(pg_catalog.=) {array(self.labels)}) IS NOT TRUE"
            ),
            when=BEFORE,
            hint=f'Rename it out of the way: ALTER TYPE {quoted(self.name)} RENAME TO "{self.name}_before_epic10".',
        )
        if self.becomes != self.name:
            yield name_is_free(f"{self.becomes}_legacy", unless=self.name)

    def checks(self, app_label, state):
        yield has_labels(self.becomes, self.labels)


class CreateEnumBeside(ReleaseOperation, RunSQL):
    """
    Create the enum type of a column that comes with the release, or accept both.

    Where either is there in another form, the type is created under its working
    name, for the switch to put in the place of theirs.
    """

    def __init__(self, table: str, shadow: Shadow):
        self.table, self.shadow, self.relabel = table, shadow, shadow.relabel
        name, working, labels = self.relabel.type, self.relabel.working_type, self.relabel.labels
        is_working = is_ours("type", working)
        super().__init__(
            sql=[
                claim("type", working, exists=f"NOT {differs(table, shadow)}"),
                claim("type", name, exists=f"{type_exists(name)} OR {is_working}"),
                block(
                    f"IF {is_working} AND NOT ({type_exists(working)}) THEN\n    {_create(working, labels)};\n"
                    f"  ELSIF NOT ({is_working} OR {type_exists(name)}) THEN\n    {_create(name, labels)};\n  END IF;"
                ),
            ],
            reverse_sql=[_drop(working), _drop(name)],
        )

    def needs(self, app_label, state):
        return [privileges.Need("type", name) for name in (self.relabel.type, self.relabel.working_type)]

    def describe(self):
        return f"Create enum {self.relabel.type}"

    def preconditions(self, app_label, state):
        name, working = self.relabel.type, self.relabel.working_type
        yield Check(
            f"enum.{name}.free",
            f"the name {name} is free, or names an enum",
            violations(
                f"SELECT pg_catalog.format('%s is no enum', typname) FROM pg_type\n"
                f" WHERE pg_type.oid = {type_oid(name)} AND typtype <> 'e'"
            ),
            when=BEFORE,
            hint=f'Rename it out of the way: ALTER TYPE {quoted(name)} RENAME TO "{name}_before_epic10".',
        )
        yield name_is_free(working, unless=working)
        yield name_is_free(self.relabel.legacy_type, unless=working)

    def checks(self, app_label, state):
        yield has_labels(self.relabel.type, self.relabel.labels)


def has_labels(name: str, labels) -> Check:
    return Check(
        f"enum.{name}",
        f"enum {name} has exactly {', '.join(labels)}, in this order",
        violations(
            f"SELECT 'it has ' || coalesce(pg_catalog.array_to_string({enum_labels(name)}, ', '), 'no label')\n"
            f" WHERE ({enum_labels(name)} OPERATOR(pg_catalog.=) {array(labels)}) IS NOT TRUE"
        ),
        hint="python manage.py migrate ndas",
    )


def name_is_free(name: str, *, unless: str) -> Check:
    """``unless`` is the type that the name belongs to once the release has created it."""
    return Check(
        f"enum.{name}.free",
        f"the type name {name} is free",
        violations(
            f"SELECT {literal(f'{name} is there already')} WHERE {type_exists(name)} AND NOT {is_ours('type', unless)}"
        ),
        when=BEFORE,
        hint=f"ALTER TYPE {quoted(name)} RENAME TO ...",
    )


def _create(name, labels):
    return f"CREATE TYPE {quoted(name)} AS ENUM ({', '.join(literal(label) for label in labels)})"


def _drop(name):
    return drop_if_ours("type", name, f"DROP TYPE IF EXISTS {quoted(name)}")
