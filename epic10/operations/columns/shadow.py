"""Shadow columns: the new labels beside the old ones, before they are visible."""

from django.db.migrations.operations import RunSQL

from epic10.checks import BEFORE, Check, violations
from epic10.operations import privileges
from epic10.operations.backfill.label_counts import by_label
from epic10.operations.columns.dependent_triggers import no_rule_follows
from epic10.operations.columns.relabel import Shadow
from epic10.operations.ownership import block, claim, drop_if_ours, is_ours, names_are_free
from epic10.operations.release_operation import ReleaseOperation
from epic10.postgres.catalog import array, column_exists, literal, quoted, table_oid

# Pages, some ten thousand rows. Whichever label is found there, what is written later differs in time alone.
LOOKED_AT = 1000
# NOT NULL NOT VALID, since PostgreSQL 18.
NOT_PROVED = (
    "EXISTS (SELECT FROM pg_constraint\n"
    "            WHERE conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) AND NOT convalidated)"
)


class CommonestLabel(ReleaseOperation, RunSQL):
    """
    Remember which new label most rows will have.

    It becomes the shadow column's default, so those rows read right at once and
    are never written. Looked for in some pages of the table, before the strong lock.
    """

    def __init__(self, table: str, shadow: Shadow):
        self.table, self.shadow = table, shadow
        super().__init__(
            sql=[f"SELECT pg_catalog.set_config({setting(table, shadow)}, (\n  {commonest(table, shadow)}), false)"],
            reverse_sql=RunSQL.noop,
        )


class AddShadow(ReleaseOperation, RunSQL):
    """
    Add the column that will carry the new labels of an enum column.

    NOT NULL with a constant default: no scan, no rewrite, no hole to close later. The rows
    that are there keep it; a row that is inserted has its label from the trigger. Without
    a default that sees, later, whether the new application has written one.
    """

    def __init__(self, table: str, shadow: Shadow):
        self.table, self.shadow = table, shadow
        name = f"{table}.{shadow.target}"
        add = (
            f"ALTER TABLE {quoted(table)} ADD COLUMN IF NOT EXISTS {quoted(shadow.target)} "
            f"{quoted(shadow.relabel.working_type)} DEFAULT %L NOT NULL"
        )
        default = (
            f"coalesce(nullif(pg_catalog.current_setting({setting(table, shadow)}, true), ''), "
            f"{literal(shadow.relabel.labels[0])})"
        )
        super().__init__(
            sql=[
                claim("column", name, exists=column_exists(table, shadow.target)),
                block(
                    f"EXECUTE pg_catalog.format({literal(add)}, {default});\n  {drop_default(table, shadow.target)};"
                ),
            ],
            reverse_sql=[
                drop_if_ours(
                    "column",
                    name,
                    f"ALTER TABLE {quoted(table)} DROP COLUMN IF EXISTS {quoted(shadow.target)}",
                )
            ],
        )

    def describe(self):
        return f"Add shadow column {self.table}.{self.shadow.target}"

    def needs(self, app_label, state):
        return privileges.table(self.table)

    def preconditions(self, app_label, state):
        yield holds_labels(self.table, self.shadow.column)
        yield default_is_known(self.table, self.shadow)
        yield labels_are_known(self.table, self.shadow)
        yield no_rule_follows(self.table, self.shadow.column)
        yield from names_are_free("column", self.shadow.target, self.shadow.legacy, table=self.table)

    def signs(self, app_label, state):
        yield column_exists(self.table, self.shadow.target)

    def known_labels(self, app_label, state):
        """Checked once more when the trigger is in place: from then on no unknown label can be written."""
        yield labels_are_known(self.table, self.shadow)

    def checks(self, app_label, state):
        table, shadow = self.table, self.shadow
        yield Check(
            f"shadow.{table}.{shadow.column}",
            f"{table}.{shadow.column} carries the old labels and the new ones",
            violations(
                f"SELECT {literal(f'{table} has neither {shadow.target} nor {shadow.legacy}')}\n"
                f" WHERE NOT {column_exists(table, shadow.target)} AND NOT {column_exists(table, shadow.legacy)}"
            ),
            hint="python manage.py migrate ndas",
            lasts=False,
        )


def drop_default(table: str, column: str) -> str:
    return f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(column)} DROP DEFAULT"


def commonest(table: str, shadow: Shadow) -> str:
    """A query for the new label that most rows of the table will have, or of a thousand pages; NULL if it is empty."""
    return (
        f"SELECT {shadow.relabel.upwards(shadow.column)}\n"
        f"    FROM (SELECT {quoted(shadow.column)}, count(*) AS rows FROM {quoted(table)}\n"
        f"      TABLESAMPLE pg_catalog.system ({share_of_pages(table)}) REPEATABLE (0) GROUP BY 1) AS labels\n"
        f"   GROUP BY 1 ORDER BY sum(rows) DESC, 1 LIMIT 1"
    )


def share_of_pages(table: str) -> str:
    """As many per cent of the table's pages as LOOKED_AT are; of a smaller table, all."""
    pages = f"(pg_catalog.pg_relation_size({table_oid(table)}) / pg_catalog.current_setting('block_size')::bigint)"
    # Each operator has operands of its own types: to any other combination somebody could have planted one.
    return f"least(100::float8, {100 * LOOKED_AT}::float8 / greatest({pages}, 1::bigint)::float8)::real"


def setting(table: str, shadow: Shadow) -> str:
    return literal(f"epic10.{table}_{shadow.column}")


def holds_labels(table: str, column: str, *, required: bool = True) -> Check:
    """The column is an enum or text; another check is about its labels."""
    attribute = "LEFT JOIN pg_attribute" if required else "JOIN pg_attribute"
    return Check(
        f"column.{table}.{column}.type",
        f"{table}.{column} is a column of labels, an enum or text",
        violations(
            f"SELECT pg_catalog.format('%s is %s%s', {literal(f'{table}.{column}')},\n"
            f"              CASE WHEN attgenerated <> '' THEN 'generated ' END,\n"
            f"              coalesce(pg_catalog.format_type(atttypid, atttypmod), 'missing'))\n"
            f"  FROM (VALUES ({table_oid(table)}, {literal(column)})) AS wanted (relation, name)\n"
            f"  {attribute} ON attrelid = relation AND attname = name AND NOT attisdropped\n"
            f"  LEFT JOIN pg_type ON pg_type.oid = atttypid\n"
            f" WHERE typcategory IS NULL OR typcategory NOT IN ('E', 'S') OR attgenerated <> ''"
        ),
        when=BEFORE,
        hint=f"Make it one: ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(column)} TYPE text;",
    )


def default_is_known(table: str, shadow: Shadow) -> Check:
    """The old default has to map to the new one, by which writes through old views are recognized later."""
    default = "substring(pg_get_expr(adbin, adrelid) FROM '^''(.*)''::')"
    return Check(
        f"column.{table}.{shadow.column}.default",
        f"the default of {table}.{shadow.column} becomes {shadow.default or 'none'} or is missing",
        violations(
            f"SELECT pg_catalog.format('the default is %s', pg_get_expr(adbin, adrelid))\n"
            f"  FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum\n"
            f" WHERE attrelid = {table_oid(table)} AND attname = {literal(shadow.column)}\n"
            f"   AND {shadow.relabel.upwards(default)} IS DISTINCT FROM {literal(shadow.default)}\n"
            f"   AND NOT {is_ours('column', f'{table}.{shadow.column}')}"
        ),
        when=BEFORE,
        hint=f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(shadow.column)} "
        + (f"SET DEFAULT {literal(shadow.default)};" if shadow.default else "DROP DEFAULT;"),
    )


def labels_are_known(table: str, shadow: Shadow) -> Check:
    column, relabel = quoted(shadow.column), shadow.relabel
    known = {*relabel.legacy, *relabel.labels, *(label for label in relabel.up if label)}
    unknown = f"{column}::text <> ALL ({array(sorted(known))})" if relabel.others is None else "false"
    if None not in relabel.up:
        unknown += f" OR {column} IS NULL"
    return Check(
        f"column.{table}.{shadow.column}.labels",
        f"every label in {table}.{shadow.column} has a place in Epic 10",
        violations(
            f"SELECT pg_catalog.format('%s rows have %s', rows, coalesce('the label ' || {column}::text, 'no label'))\n"
            f"  FROM ({by_label(table, shadow.column)}) AS labels WHERE {unknown}\n ORDER BY {column}",
            only_if=_can_be_unknown(table, shadow, known),
        ),
        when=BEFORE,
        hint="Map the label in ndas/migrations/0002_epic_10_customer_feedback.py, or change these rows.",
    )


def _can_be_unknown(table, shadow, known):
    """A condition on the catalog: the column's type has no other labels, and no row may be without one."""
    strange = f"enumlabel::text <> ALL ({array(sorted(known))})" if shadow.relabel.others is None else "false"
    missing = "NOT attnotnull OR " + NOT_PROVED if None not in shadow.relabel.up else "false"
    return (
        f"EXISTS (SELECT FROM pg_attribute\n"
        f"      WHERE attrelid = {table_oid(table)} AND attname = {literal(shadow.column)} AND NOT attisdropped\n"
        f"        AND (NOT EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid)\n"
        f"          OR EXISTS (SELECT FROM pg_enum WHERE enumtypid = atttypid AND {strange})\n"
        f"          OR {missing}))"
    )
