"""The switch: one short transaction of renames, and the same on the way back."""

from django.db.migrations.operations import RunSQL, SeparateDatabaseAndState

from epic10.checks import Check, violations
from epic10.operations import privileges
from epic10.operations.columns import sync_trigger
from epic10.operations.columns.attributes import carry_column, carry_type, give_owner, same_grants
from epic10.operations.columns.both_ways import opened
from epic10.operations.columns.casts import carry_casts, drop_carried
from epic10.operations.columns.convert import Beside, Convert, shadow_definition
from epic10.operations.columns.enums import home
from epic10.operations.columns.relabel import Relabel, Rule, Shadow, shadows
from epic10.operations.columns.shadow import drop_default
from epic10.operations.ownership import block_if, claim, is_ours, release
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import (
    FINALIZED,
    column_definition,
    column_exists,
    constraint_exists,
    literal,
    quoted,
    table_oid,
    type_exists,
)


class SwitchType(ReleaseOperation, RunSQL):
    """
    The old type becomes ``<name>_legacy``; the new one comes into its schema, by the name that it has.

    Where columns of text are replaced there is no old type: then that of the ``table``'s other types.
    """

    def __init__(self, relabel: Relabel, table: str):
        self.relabel = relabel
        name, working, legacy = relabel.type, relabel.working_type, relabel.legacy_type
        come = f"{_move(working).replace('%', '%%')} %I"
        # A column of text has no legacy type to tell by.
        is_switched = f"{is_ours('type', working)} AND NOT ({type_exists(working)})"
        super().__init__(
            sql=[
                block_if(
                    type_exists(working),
                    *_rename_if_there(name, legacy),
                    f"EXECUTE pg_catalog.format({literal(come)}, {home(legacy, table)})",
                    give_owner(legacy, name),
                    carry_type(legacy, name),
                    carry_casts(legacy, name),
                )
            ],
            reverse_sql=[
                block_if(
                    is_switched,
                    f"{_move(name)} {quoted(working.schema)}",
                    *_rename_if_there(legacy, name),
                    carry_type(working, name),
                    drop_carried(name, working),
                )
            ],
        )

    def needs(self, app_label, state):
        names = (self.relabel.type, self.relabel.working_type, self.relabel.legacy_type)
        return [privileges.Need("type", name) for name in names]

    def describe(self):
        return f"Switch type {self.relabel.type}"


class Switch(ReleaseOperation, SeparateDatabaseAndState):
    """
    Every shadowed column of a table takes its place, and the trigger turns round.

    Nothing but catalog rows changes, so it takes the same few milliseconds at
    any size. Where ours is ``beside`` one of theirs, that takes its place alone.
    ``state_operations`` tells Django what the models look like now.
    """

    def __init__(self, table: str, rules: list[Rule] = (), *, beside: Beside | None = None, state_operations=()):
        self.table, self.rules, self.beside = table, [beside] if beside else rules, beside
        self.moved = [beside] if beside else shadows(rules)
        there = [statement for column in self.moved for statement in switch_column(table, column)]
        back = [statement for column in self.moved for statement in switch_column_back(table, column)]
        # The foreign keys change names as the columns do.
        there += [statement for column in self.moved for statement in _rename_keys(table, column, back=False)]
        back += [statement for column in self.moved for statement in _rename_keys(table, column, back=True)]
        name = sync_trigger.pgid(table, beside)
        there.append(str(sync_trigger.follow_the_new_application(table, self.rules, name=name)))
        # As enforce left it: the new application may go on as it did before the switch.
        back += [str(sync_trigger.follow_both_applications(table, self.rules, name=name)), opened(table, beside)]
        forwards = block_if(column_exists(table, self.moved[0].target), *there)
        backwards = block_if(switched(table, self.moved[0]), *back)
        super().__init__([RunSQL([forwards], reverse_sql=[backwards])], list(state_operations))

    def describe(self):
        if self.beside:
            return f"Switch {self.beside.column} of {self.table} where theirs was there before"
        return f"Switch {', '.join(column.column for column in self.moved)} of {self.table}"

    def needs(self, app_label, state):
        return privileges.table(self.table)

    def signs(self, app_label, state):
        # Elsewhere what is beside theirs has nothing to show.
        return [] if self.beside else [switched(self.table, shadow) for shadow in self.moved]

    def checks(self, app_label, state):
        for column in self.moved:
            if not self.beside:
                yield _is_switched(self.table, column)
            yield same_grants(self.table, column.column, column.legacy)


def _is_switched(table: str, shadow: Shadow) -> Check:
    return Check(
        f"switch.{table}.{shadow.column}",
        f"{table}.{shadow.column} is of the new {shadow.relabel.type}, not null, default {shadow.default or 'none'}",
        violations(_not_switched(table, shadow)),
        hint="python manage.py migrate ndas",
    )


def switched(table: str, shadow: Shadow) -> str:
    """
    A condition: the switch has happened, or the old column was dropped for good.

    Our trigger has to exist, too, because a column of that name may be somebody else's.
    It reads the catalog, because not every role may read the ledger.
    """
    stepped_aside = f"{column_exists(table, shadow.legacy)} AND {sync_trigger.function_oid(table)} IS NOT NULL"
    return f"({FINALIZED} OR ({stepped_aside}))"


def _move(name: str) -> str:
    return f"ALTER TYPE {quoted(name)} SET SCHEMA"


def _rename_if_there(name: str, new_name: str) -> list[str]:
    rename = f"ALTER TYPE {quoted(name)} RENAME TO {quoted(new_name)}"
    return [f"IF {type_exists(name)} THEN\n    {rename};\n  END IF"]


def switch_column(table: str, shadow: Shadow) -> list[str]:
    default = f"SET DEFAULT {literal(shadow.default)}" if shadow.default else "DROP DEFAULT"
    return [
        *_rename(table, shadow.column, shadow.legacy),
        *_rename(table, shadow.target, shadow.column),
        f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(shadow.column)} {default}",
        carry_column(table, shadow.legacy, shadow.column),
        *_default_of_the_old_one(table, shadow),
        *_rename_index(shadow.index, shadow.legacy_index),
        *_rename_index(shadow.target_index, shadow.index),
    ]


def switch_column_back(table: str, shadow: Shadow) -> list[str]:
    return [
        *_rename_index(shadow.index, shadow.target_index),
        *_rename_index(shadow.legacy_index, shadow.index),
        *_rename(table, shadow.column, shadow.target),
        *_rename(table, shadow.legacy, shadow.column),
        carry_column(table, shadow.target, shadow.column),
        drop_default(table, shadow.target),
        *_no_default_again(table, shadow),
    ]


def _default_of_the_old_one(table: str, shadow: Shadow) -> list[str]:
    """
    Give the legacy column a default if it had none, so that a NULL written through an older view is recognized.

    Like everything here it changes only the catalog.
    """
    if not shadow.legacy_default:
        return []
    names = f"{quoted(table)} ALTER COLUMN {quoted(shadow.legacy)}".replace("%", "%%")
    alter = f"ALTER TABLE {names} SET DEFAULT %L"
    return [
        f"IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = {table_oid(table)} "
        f"AND attname = {literal(shadow.legacy)} AND NOT atthasdef) THEN\n"
        f"    {claim('default', f'{table}.{shadow.column}', exists='false')};\n"
        f"    EXECUTE pg_catalog.format({literal(alter)}, (SELECT {shadow.legacy_default} FROM pg_attribute\n"
        f"      WHERE attrelid = {table_oid(table)} AND attname = {literal(shadow.legacy)}));\n  END IF"
    ]


def _no_default_again(table: str, shadow: Shadow) -> list[str]:
    name = f"{table}.{shadow.column}"
    drop = drop_default(table, shadow.column)
    if not shadow.legacy_default:
        return []
    return [f"IF {is_ours('default', name)} THEN\n    {drop};\n    {release('default', name)};\n  END IF"]


def _rename(table: str, column: str, new_name: str) -> list[str]:
    """The column, and the NOT NULL constraint that PostgreSQL 18 names after it."""
    constraint, new_constraint = f"{table}_{column}_not_null", f"{table}_{new_name}_not_null"
    return [
        f"ALTER TABLE {quoted(table)} RENAME COLUMN {quoted(column)} TO {quoted(new_name)}",
        f"IF EXISTS (SELECT FROM pg_constraint WHERE conrelid = {table_oid(table)} AND contype = 'n' "
        f"AND conname = {literal(constraint)}) THEN\n"
        f"    ALTER TABLE {quoted(table)} RENAME CONSTRAINT {quoted(constraint)} TO {quoted(new_constraint)};\n"
        f"  END IF",
    ]


def _rename_keys(table: str, column: Beside, *, back: bool) -> list[str]:
    if not (isinstance(column, Convert) and column.foreign_key):
        return []
    names = [(column.foreign_key, column.legacy_key), (column.target_key, column.foreign_key)]
    renames = [(new, name) for name, new in reversed(names)] if back else names
    return [
        f"IF {constraint_exists(table, name)} THEN\n"
        f"    ALTER TABLE {quoted(table)} RENAME CONSTRAINT {quoted(name)} TO {quoted(new)};\n  END IF"
        for name, new in renames
    ]


def _rename_index(index: str | None, new_name: str | None) -> list[str]:
    return [f"ALTER INDEX IF EXISTS {quoted(index)} RENAME TO {quoted(new_name)}"] if index and new_name else []


def _not_switched(table: str, shadow: Shadow) -> str:
    name, wanted = f"{table}.{shadow.column}", literal(shadow_definition(shadow))
    return (
        f"SELECT pg_catalog.format('%s is %s, expected %s', {literal(name)}, now_is, {wanted})\n"
        f"  FROM (SELECT {column_definition(table, shadow.column)} AS now_is) AS column_now\n"
        f" WHERE now_is <> {wanted}\n"
        f"UNION ALL\n"
        f"SELECT {literal(f'{name} has not been switched')} WHERE NOT {switched(table, shadow)}"
    )
