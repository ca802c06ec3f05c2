"""A release of one story, and the stories by which tests and CONTRIBUTING add to it; the table is the pony's."""

from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from epic10.operations import CountRows, EnumColumn, EnumType, Indexed, ReplaceEnum, Story, Table, phases
from epic10.operations.phase import walk
from epic10.release.plan import Plan

APP = "meadow"
PONY = Table("pony", "pony", unit="ponies")


class LabelField(models.TextField):
    def __init__(self, *args, enum_type, **kwargs):
        self.enum_type = enum_type
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "enum_type": self.enum_type}

    def db_type(self, connection):
        return f'"{self.enum_type}"'


MOODS = Story(
    "10.10",
    "Ponies have feelings.",
    ReplaceEnum(
        EnumType(
            "Mood",
            LabelField,
            [("HAPPY", "Happy"), ("SAD", "Sad"), ("ASLEEP", "Asleep")],
            legacy=("HAPPY", "SULKY", "CROSS"),
            up={"SULKY": "SAD", "CROSS": "SAD", None: "HAPPY"},
            down={"SAD": "SULKY", "ASLEEP": "HAPPY"},
        ),
        [EnumColumn(PONY, "mood", default="HAPPY", index=Indexed("pony_mood_idx", "Who is sad is looked for first."))],
    ),
)

START = ProjectState(
    {
        (APP, "pony"): ModelState(
            APP,
            "Pony",
            [
                ("id", models.TextField(primary_key=True)),
                ("mood", LabelField(enum_type="Mood", null=True)),
                ("coat", LabelField(enum_type="Coat", db_default="BAY")),
                ("born", models.DateTimeField(null=True)),
            ],
            {"db_table": "pony"},
        )
    }
)


def release(*more: Story) -> Plan:
    """The story of the moods, and more."""
    migration = migrations.Migration("0002_feelings", APP)
    migration.dependencies = [(APP, "0001_initial")]
    migration.operations = phases([MOODS, *more], tables=[PONY], server=15, counted=[CountRows("pony")])
    return Plan(APP, migration.name, migration, START)


def forwards(database, plan, *names):
    """The phases of these names, or all."""
    for phase, before, after in walk(plan.phases, APP, plan.before):
        if not names or phase.name in names:
            with database.connection.schema_editor(atomic=False) as editor:
                phase.database_forwards(APP, editor, before, after)


def backwards(database, plan):
    for phase, before, after in reversed([*walk(plan.phases, APP, plan.before)]):
        with database.connection.schema_editor(atomic=False) as editor:
            phase.database_backwards(APP, editor, after, before)
