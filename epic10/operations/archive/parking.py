"""Parking: which values only Epic 10 can hold, and how a row shows them.

Going back loses nothing. What the old schema has no place for is parked in
``epic10_archive``, with a fingerprint of the columns that the old application
knows; migrating again restores it if the fingerprint is still the same.
"""

from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connections

from epic10.operations.columns.relabel import Derived, Rule, shadows
from epic10.operations.ownership import is_ours
from epic10.postgres.catalog import literal, quoted


@dataclass(frozen=True)
class Held:
    """
    A column whose value may have to be parked.

    ``plain`` is what the column reads in a row that only the old application has
    written, an SQL expression with ``{}`` for the row. Anything else is held.
    ``otherwise`` is what an unparked row gets where nothing was held. A column
    that was there before Epic 10 stays, so it holds nothing: hence ``ours``.
    Where the release computes a value, that there is none is somebody's decision:
    then ``cleared`` is held as well.
    """

    key: str
    column: str
    plain: str
    otherwise: str
    cast: str = ""
    ours: str = "true"
    references: str | None = None
    cleared: bool = False

    @property
    def follows(self) -> bool:
        """Is it a column beside an old one, which the backfill sets right?"""
        return self.key != self.column

    def is_held(self, row: str) -> str:
        value = f"{row}.{self.column}{self.cast}"
        differs = f"{value} IS DISTINCT FROM {self.plain.format(row)}"
        return differs if self.cleared else f"{value} IS NOT NULL AND {differs}"

    def in_content(self, row: str) -> str:
        value = f"pg_catalog.jsonb_build_object({literal(self.key)}, {row}.{self.column})"
        return f"CASE WHEN {self.is_held(row)} AND {self.ours} THEN {value} ELSE '{{}}' END"

    def made_plain(self, row: str) -> str:
        """An assignment: what the column reads in a row that only the old application has written."""
        return f"{self.column} = CASE WHEN {self.ours} THEN {self.plain.format(row)} ELSE {row}.{self.column} END"

    def lost(self, row: str, content: str) -> str:
        """As jsonb: it is NULL in a restored row, because what it referred to is not there any more."""
        value = f"pg_catalog.jsonb_build_object({literal(self.key)}, NULL)"
        is_held = f"{content} ? {literal(self.key)}::text"
        return f"CASE WHEN {is_held} AND {row}.{self.column} IS NULL THEN {value} ELSE '{{}}' END"

    def assignment(self, row: str, parked: str) -> str:
        """``parked`` has the jsonb in ``content``, and in ``held`` the same as a row of the table."""
        value = f"({parked}.held).{self.column}"
        if self.references:
            # Deleted in the meantime, it leaves NULL, as the foreign key would have.
            value = f"(SELECT id FROM {self.references} WHERE id = {value})"
        return (
            f"{self.column} = CASE WHEN {parked}.content ? {literal(self.key)}::text THEN {value} "
            f"ELSE {self.otherwise.format(row)} END"
        )


@dataclass(frozen=True)
class Parking:
    """
    The values of a table that the old schema cannot hold.

    ``rules`` are those of the table's backfill; ``fields`` are the other fields
    of the model that came with the release.
    """

    model: str
    table: str
    rules: list[Rule]
    unit: str
    fields: tuple[str, ...] = ()

    def held(self, app_label, state) -> list[Held]:
        model = state.apps.get_model(app_label, self.model)
        return [
            *map(_relabelled, shadows(self.rules)),
            *(_computed(model, rule) for rule in self.rules if isinstance(rule, Derived)),
            *(_added(model, model._meta.get_field(name)) for name in self.fields),
        ]

    def known(self, app_label, state) -> list[str]:
        """The columns that the old application knows."""
        model = state.apps.get_model(app_label, self.model)
        new = {held.column for held in self.held(app_label, state)}
        return [field.column for field in model._meta.local_fields if field.column not in new]

    def fingerprint(self, row: str, app_label, state) -> str:
        """A bigint over what the old application knows; an enum by its label, because its type may be made anew."""
        model = state.apps.get_model(app_label, self.model)
        values = [
            f"{row}.{name}::text" if _type(model, name).startswith('"') else f"{row}.{name}"
            for name in self.known(app_label, state)
        ]
        return f"pg_catalog.hash_record_extended(ROW({', '.join(values)}), 0)"


def any_held(held: list[Held], row: str) -> str:
    return "\n    OR ".join(column.is_held(row) for column in held)


def content(held: list[Held], row: str) -> str:
    """What the row holds that the old schema cannot, as jsonb by column; {} for most rows."""
    return "(" + "\n    || ".join(column.in_content(row) for column in held) + ")"


def as_a_row(table: str, held: list[Held], content: str) -> str:
    """What is parked, as a row of the table: a column may be somebody else's here, of another type."""
    renamed = [column for column in held if column.follows]
    if renamed:
        keys = f"ARRAY[{', '.join(literal(column.key) for column in renamed)}]"
        values = ", ".join(f"{literal(column.column)}, {content} -> {literal(column.key)}::text" for column in renamed)
        renaming = f"{content} - {keys} || pg_catalog.jsonb_build_object({values})"
        # To build an object anew takes as long as all the rest.
        content = f"CASE WHEN {content} ?| {keys} THEN {renaming} ELSE {content} END"
    return f"pg_catalog.jsonb_populate_record(NULL::{table}, {content})"


def lost(held: list[Held], row: str, content: str) -> str:
    """Values that could not be restored to the row, as jsonb by column; NULL for most rows."""
    columns = [column.lost(row, content) for column in held if column.references]
    return f"nullif({' || '.join(columns)}, '{{}}')" if columns else "NULL::jsonb"


def found(row: str, parked: str) -> str:
    """The current values of the row in the columns of ``parked``, as jsonb."""
    values = f"pg_catalog.jsonb_object_agg(key, pg_catalog.to_jsonb({row}) -> key)"
    return f"(SELECT {values} FROM jsonb_object_keys({parked}) AS key)"


def _relabelled(shadow):
    plain = shadow.relabel.upwards(f"{{0}}.{shadow.column}")
    working_type = quoted(shadow.relabel.working_type)
    return Held(shadow.column, shadow.target, plain, f"({plain})::{working_type}", cast="::text")


def _computed(model, rule):
    plain = f"({rule.value.format(f'{{0}}.{rule.source}')})"
    otherwise = f"coalesce({{0}}.{rule.target}, {plain})"
    return Held(rule.target, rule.target, plain, otherwise, ours=_ours(model, rule.target), cleared=True)


def _added(model, field):
    default = "NULL" if field.null else literal(str(field.db_default))
    return Held(
        field.column,
        field.column,
        default,
        f"{{0}}.{field.column}",
        cast="::text" if isinstance(field.db_default, str) else "",
        ours=_ours(model, field.column),
        references=field.related_model._meta.db_table if field.is_relation else None,
    )


def _ours(model, column):
    return is_ours("column", f"{model._meta.db_table}.{column}")


def _type(model, column):
    [field] = [field for field in model._meta.local_fields if field.column == column]
    # The vendor's spelling only: nothing is asked of this connection.
    return field.db_type(connections[DEFAULT_DB_ALIAS])
