"""Where ours is beside a column of theirs: they follow each other, and change places."""

from django.db.migrations.operations import RunPython, RunSQL

from epic10.checks import Check, violations
from epic10.operations import privileges
from epic10.operations.backfill.backfill import Backfill
from epic10.operations.columns.attributes import same_grants
from epic10.operations.columns.convert import Beside, Convert, is_beside
from epic10.operations.columns.switch import switch_column, switch_column_back, switched
from epic10.operations.columns.sync_trigger import (
    follow_the_new_application,
    follow_the_old_application,
    how_to_enable,
    off_duty,
    pgid,
)
from epic10.operations.ownership import block, claim, drop_if_ours
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import column_exists, constraint_exists, quoted


class FollowBeside(ReleaseOperation, RunSQL):
    """Let our column follow theirs, where it is beside it."""

    def __init__(self, table: str, rule: Beside):
        self.table, self.rule, self.name = table, rule, trigger(table, rule)
        install = follow_the_old_application(table, [rule], name=self.name)
        super().__init__(
            sql=[
                claim("trigger", self.name, exists=f"NOT {is_beside(table, rule)}"),
                _if(is_beside(table, rule), [str(install)]),
            ],
            reverse_sql=[drop_if_ours("trigger", self.name, f"DROP FUNCTION IF EXISTS {self.name}() CASCADE")],
        )

    def needs(self, app_label, state):
        return [*privileges.table(self.table), privileges.Need("function", self.name)]

    def describe(self):
        return f"Let {self.rule.target} follow a column {self.rule.column} of theirs"

    def checks(self, app_label, state):
        yield Check(
            f"trigger.{self.table}.{self.rule.column}",
            f"{self.table}.{self.rule.column} and what was there before it are kept in step",
            violations(off_duty(self.table, self.name), only_if=is_beside(self.table, self.rule)),
            hint=how_to_enable(self.table, self.name),
            lasts=False,
        )


class BackfillBeside(ReleaseOperation, RunPython):
    """Fill our column from theirs, where it is beside it."""

    def __init__(self, table: str, rule: Beside, *, unit: str):
        # Not a Backfill: elsewhere its columns are not there to be asked for.
        self.backfill = _OfTheirs(table, [rule], unit=unit, only_if=is_beside(table, rule))
        super().__init__(code=RunPython.noop, reverse_code=RunPython.noop)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.backfill.database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"{self.backfill.describe()}, where theirs was there before"

    def proofs(self, app_label, state):
        return self.backfill.proofs(app_label, state)

    def checks(self, app_label, state):
        return self.backfill.checks(app_label, state)


class _OfTheirs(Backfill):
    """What is theirs was never parked."""

    def unless_restored(self, wrong):
        return wrong


class SwitchBeside(ReleaseOperation, RunSQL):
    """Our column takes the place of theirs, where it is beside it."""

    def __init__(self, table: str, rule: Beside):
        self.table, self.rule, name = table, rule, trigger(table, rule)
        there = [
            *switch_column(table, rule),
            *_keys(table, rule, back=False),
            str(follow_the_new_application(table, [rule], name=name)),
        ]
        back = [
            *switch_column_back(table, rule),
            *_keys(table, rule, back=True),
            str(follow_the_old_application(table, [rule], name=name)),
        ]
        super().__init__(
            sql=[_if(column_exists(table, rule.target), there)],
            reverse_sql=[_if(switched(table, rule), back)],
        )

    @property
    def relabelled(self):
        return [self.rule]

    def needs(self, app_label, state):
        return privileges.table(self.table)

    def checks(self, app_label, state):
        yield same_grants(self.table, self.rule.column, self.rule.legacy)

    def describe(self):
        return f"Switch {self.rule.column} of {self.table} where theirs was there before"


def trigger(table: str, rule: Beside) -> str:
    return f"{pgid(table)}_{rule.column}"


def _keys(table: str, rule: Beside, *, back: bool) -> list[str]:
    """The foreign keys change names as the columns do."""
    if not (isinstance(rule, Convert) and rule.foreign_key):
        return []
    names = [(rule.foreign_key, rule.legacy_key), (rule.target_key, rule.foreign_key)]
    renames = [(new, name) for name, new in reversed(names)] if back else names
    return [
        f"IF {constraint_exists(table, name)} THEN\n"
        f"    ALTER TABLE {quoted(table)} RENAME CONSTRAINT {quoted(name)} TO {quoted(new)};\n  END IF"
        for name, new in renames
    ]


def _if(condition: str, statements: list[str]) -> str:
    return block(f"IF {condition} THEN\n  " + ";\n  ".join(statements) + ";\n  END IF;")
