"""Schema drift: whether the schema is the one that the release was written for.

The models before the release and the catalog are both described in the same words,
one entry for each object, and compared as dictionaries.
"""

from collections.abc import Callable, Iterable, Iterator

from django.db import DEFAULT_DB_ALIAS, connections, models

from epic10.postgres.catalog import array, table_oids

from . import Find, Skip

Words = dict[str, str]

NOTHING = "nothing"
ON_DELETE = {models.RESTRICT: "restrict", models.SET_NULL: "set null", models.CASCADE: "cascade"}
# PostgreSQL rewrites the text of an expression, so only its presence is compared.
ANY_DEFAULT = "default (computed)"

TABLES = (
    "SELECT 'table ' || name, 'there' FROM pg_catalog.unnest({tables}) AS name "
    "WHERE to_regclass(pg_catalog.quote_ident(name)) IS NOT NULL"
)

COLUMNS = """
    SELECT pg_catalog.format('column %s.%s', relname, attname),
           pg_catalog.format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END
           || CASE WHEN adbin IS NULL THEN ''
                   WHEN pg_get_expr(adbin, adrelid) LIKE 'nextval(%' THEN ' default (computed)'
                   ELSE ' default ' || pg_get_expr(adbin, adrelid) END
      FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
      LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
     WHERE c.oid = ANY ({oids})"""

INDEXES = """
    SELECT pg_catalog.format('%s on %s (%s)', CASE WHEN indisunique THEN 'unique index' ELSE 'index' END, tab.relname,
                  pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.pg_get_indexdef(indexrelid, n, true)
                                          FROM pg_catalog.generate_series(1, indnkeyatts) AS n), ', ')),
           min(CASE WHEN indisunique AND indpred IS NULL THEN 'there' ELSE ind.relname::text
                    || CASE WHEN indpred IS NULL THEN '' ELSE ' in part' END END)
      FROM pg_index JOIN pg_class tab ON tab.oid = indrelid JOIN pg_class ind ON ind.oid = indexrelid
     WHERE indrelid = ANY ({oids})
     GROUP BY 1"""

CONSTRAINTS = """
    SELECT CASE contype
             WHEN 'f' THEN pg_catalog.format('foreign key %s (%s)', relname, columns)
             ELSE pg_catalog.format('constraint %s on %s', conname, relname) END,
           CASE contype
             WHEN 'f' THEN pg_catalog.format('references %s, on delete %s%s', confrelid::regclass,
                    CASE confdeltype WHEN 'r' THEN 'restrict' WHEN 'n' THEN 'set null' WHEN 'c' THEN 'cascade'
                                     WHEN 'd' THEN 'set default' ELSE 'no action' END,
                    CASE WHEN convalidated THEN '' ELSE ', not valid' END)
             ELSE pg_catalog.pg_get_constraintdef(con.oid) END
      FROM pg_constraint con JOIN pg_class tab ON tab.oid = conrelid
      CROSS JOIN LATERAL (SELECT pg_catalog.string_agg(attname, ', ' ORDER BY position) AS columns
                            FROM pg_catalog.unnest(conkey) WITH ORDINALITY AS key (number, position)
                            JOIN pg_attribute ON attrelid = conrelid AND attnum = number) AS key
     WHERE conrelid = ANY ({oids}) AND contype NOT IN ('p', 'u', 'n', 't')"""

ENUMS = """
    SELECT DISTINCT 'enum ' || typname::text,
           (SELECT pg_catalog.string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
      FROM pg_attribute JOIN pg_type t ON t.oid = atttypid
     WHERE attrelid = ANY ({oids}) AND typtype = 'e' AND NOT attisdropped"""


def nothing_missing(expected: Callable[[], Iterable[type]]) -> Find:
    """Every table and column of the models exists, whatever its definition."""

    def find(db):
        wanted = in_words(expected())
        found = in_the_catalog(db, wanted)
        lost = [key for key in wanted if key.startswith("table ") and key not in found]
        yield from (_line(key, wanted, found) for key in lost)
        for key in wanted:
            if key.startswith("column ") and key not in found and _table_of(key) not in lost:
                yield _line(key, wanted, found)

    return find


def as_expected(expected: Callable[[], Iterable[type]], *, begun: bool) -> Find:
    """The database has the objects of the models with the same definitions, and no others."""

    def find(db):
        if begun:
            raise Skip("The release has begun here; what it has added is no drift.")
        wanted = in_words(expected())
        found = in_the_catalog(db, wanted)
        for key in dict.fromkeys([*wanted, *sorted(found)]):
            is_missing = key.startswith(("table ", "column ")) and key not in found
            if not is_missing and wanted.get(key) != found.get(key):
                yield _line(key, wanted, found)

    return find


def in_words(models: Iterable[type]) -> Words:
    """The tables as the models define them."""
    words = {}
    for model in models:
        words |= dict(_table_in_words(model))
    return words


def in_the_catalog(db, wanted: Words) -> Words:
    tables = [key.removeprefix("table ") for key in wanted if key.startswith("table ")]
    found = {}
    for statement in (TABLES, COLUMNS, INDEXES, CONSTRAINTS, ENUMS):
        found |= dict(db.rows(statement.format(tables=array(tables), oids=table_oids(tables))))
    return found


def _table_in_words(model) -> Iterator[tuple[str, str]]:
    table = model._meta.db_table
    yield f"table {table}", "there"
    for field in model._meta.fields:
        yield f"column {table}.{field.column}", _column_in_words(field)
        if field.unique:
            yield f"unique index on {table} ({field.column})", "there"
        if field.is_relation:
            parent, action = field.related_model._meta.db_table, ON_DELETE[field.remote_field.on_delete]
            yield f"foreign key {table} ({field.column})", f"references {parent}, on delete {action}"
        if field.choices:
            yield f"enum {_type(field).strip(chr(34))}", ", ".join(label for label, _ in field.choices)
    for index in model._meta.indexes:
        yield f"index on {table} ({_columns(model, index.fields)})", index.name
    for constraint in model._meta.constraints:
        yield f"unique index on {table} ({_columns(model, constraint.fields)})", "there"


def _column_in_words(field):
    return f"{_type(field)}{'' if field.null else ' not null'}{_default(field)}"


def _type(field):
    # Only for the vendor's spelling; nothing is sent on this connection.
    name = field.db_type(connections[DEFAULT_DB_ALIAS]).replace("varchar", "character varying")
    return f"{name} without time zone" if name.startswith("timestamp(") else name


def _default(field):
    if getattr(field, "auto_now_add", False):
        return " default CURRENT_TIMESTAMP"
    if not field.has_db_default():
        return ""
    if hasattr(field.db_default, "resolve_expression"):
        return f" {ANY_DEFAULT}"
    if isinstance(field.db_default, str):
        return f" default '{field.db_default}'::{_type(field)}"
    return f" default {str(field.db_default).lower()}"


def _columns(model, names):
    return ", ".join(model._meta.get_field(name).column for name in names)


def _table_of(key):
    return f"table {key.removeprefix('column ').split('.')[0]}"


def _line(key, wanted, found):
    return f"{key}: expected {wanted.get(key, NOTHING)}; found {found.get(key, NOTHING)}"
