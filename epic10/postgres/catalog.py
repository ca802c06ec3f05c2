"""Names, values and conditions on the catalog, as SQL text."""

import re

from psycopg import sql

from epic10.postgres.remembered import once

# For a row of pg_attribute joined with its pg_attrdef.
DEFINITION = (
    "pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END "
    "|| coalesce(' default ' || pg_get_expr(adbin, adrelid), '')"
)


class InSchema(str):
    """The name of an object in one schema, whatever the search_path; as a text it is ``schema.name``."""

    def __new__(cls, schema: str, name: str):
        text = super().__new__(cls, f"{schema}.{name}")
        text.schema, text.name = schema, name
        return text


def quoted(name: str) -> str:
    parts = [name.schema, name.name] if isinstance(name, InSchema) else [name]
    return sql.Identifier(*parts).as_string(None)


# NAMEDATALEN - 1: PostgreSQL truncates what is longer, with only a notice.
MOST_BYTES = 63


def shortened(name: str, suffix: str) -> str:
    """The name with the suffix, truncated before the suffix if the whole is too long."""
    room = MOST_BYTES - len(suffix.encode())
    return name.encode()[:room].decode(errors="ignore") + suffix


def literal(value: str | int | list | None) -> str:
    return sql.Literal(value).as_string(None).strip()


def inside_format(text: str) -> str:
    """The text as a part of the template of format(), in a string."""
    return text.replace("'", "''").replace("%", "%%")


def bound(statement: str, values: dict) -> str:
    """
    A statement whose places, ``%(so)s``, have their values; to be sent without parameters.

    A statement that names anything is sent like that, because psycopg would take
    every other ``%`` in it for a place: one in the name of a column, or in a label.
    """
    places = "|".join(map(re.escape, values))
    return re.sub(rf"%\(({places})\)s", lambda place: literal(values[place[1]]), statement) if values else statement


# Unlike to_regclass and to_regtype it does not ask for USAGE on the schema.
IN_ITS_SCHEMA = "(SELECT o.oid FROM {catalog} AS o JOIN pg_namespace AS n ON n.oid = {its} WHERE {named})"


def table_oid(table: str) -> str:
    if isinstance(table, InSchema):
        named = f"nspname = {literal(table.schema)} AND relname = {literal(table.name)}"
        return IN_ITS_SCHEMA.format(catalog="pg_class", its="relnamespace", named=named)
    return f"to_regclass({literal(quoted(table))})::oid"


def table_oids(tables) -> str:
    """The OIDs of the tables as an array, with NULL for a table that does not exist."""
    oids = f"SELECT to_regclass(pg_catalog.quote_ident(name))::oid FROM pg_catalog.unnest({array(tables)}) AS name"
    return f"ARRAY({oids})"


def type_oid(name: str) -> str:
    if isinstance(name, InSchema):
        named = f"nspname = {literal(name.schema)} AND typname = {literal(name.name)}"
        return IN_ITS_SCHEMA.format(catalog="pg_type", its="typnamespace", named=named)
    return f"to_regtype({literal(quoted(name))})::oid"


def column_exists(table: str, column: str) -> str:
    return has_column(table_oid(table), column)


def has_column(relation: str, column: str) -> str:
    """``relation`` is an expression for the table's OID."""
    return (
        f"EXISTS (SELECT FROM pg_attribute WHERE attrelid = {relation} "
        f"AND attname = {literal(column)} AND NOT attisdropped)"
    )


def column_definition(table: str, column: str) -> str:
    """Type, nullability and default as PostgreSQL writes them; NULL if there is no such column."""
    return (
        f"(SELECT {DEFINITION}\n"
        f"  FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum\n"
        f" WHERE attrelid = {table_oid(table)} AND attname = {literal(column)} AND NOT attisdropped)"
    )


def column_type(table: str, column: str) -> str:
    """The OID of the column's type."""
    return (
        f"(SELECT atttypid FROM pg_attribute\n"
        f"  WHERE attrelid = {table_oid(table)} AND attname = {literal(column)} AND NOT attisdropped)"
    )


def type_exists(name: str) -> str:
    return f"{type_oid(name)} IS NOT NULL"


def schema_exists(name: str) -> str:
    return f"to_regnamespace({literal(quoted(name))}) IS NOT NULL"


def relation_exists(name: str) -> str:
    return f"{table_oid(name)} IS NOT NULL"


def constraint_exists(table: str, name: str) -> str:
    return f"EXISTS (SELECT FROM pg_constraint WHERE conrelid = {table_oid(table)} AND conname = {literal(name)})"


def enum_labels(name: str) -> str:
    """The labels of an enum type as text[], in their declared order; NULL when it has none."""
    of_the_type = f"FROM pg_enum WHERE enumtypid = {type_oid(name)}"
    return f"(SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) {of_the_type})"


def array(values) -> str:
    return f"ARRAY[{', '.join(literal(value) for value in values)}]::text[]"


def holds(connection, condition: str) -> bool:
    """Whether a condition is true in the database now."""
    statement = f"SELECT {condition}"

    def ask():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    return once(connection, statement, None, ask)


# The table that epic10_finalize creates when it drops the old labels; from then on there is no way back.
FINALIZED = relation_exists("epic10_finalization")
