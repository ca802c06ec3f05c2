"""The check that a column is of a type from which another one can be computed."""

from epic10.checks import BEFORE, Check, violations
from epic10.operations.columns.relabel import Derived
from epic10.postgres.catalog import literal, quoted, table_oid


def can_be_computed_from(table: str, rule: Derived) -> Check:
    name = f"{table}.{rule.source}"
    return Check(
        f"column.{name}.type",
        f"{name} is {', '.join(rule.types[:-1])} or {rule.types[-1]}",
        violations(
            f"SELECT pg_catalog.format('it is %s', pg_catalog.format_type(atttypid, atttypmod)) FROM pg_attribute\n"
            f" WHERE attrelid = {table_oid(table)} AND attname = {literal(rule.source)} AND NOT attisdropped\n"
            f"   AND pg_catalog.format_type(atttypid, NULL) <> ALL (ARRAY[{', '.join(map(literal, rule.types))}])"
        ),
        when=BEFORE,
        hint=f"ALTER TABLE {quoted(table)} ALTER COLUMN {quoted(rule.source)} TYPE timestamp(3) "
        f"USING {quoted(rule.source)}::timestamp;",
    )
