"""Checks that fit any migrated database: labels, orphans, indexes, readable models.

Each function takes tables, columns or labels and returns the find function of a
check. They read PostgreSQL's catalog rather than the migration, so that a mistake
in the migration is not repeated here.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from epic10.postgres.catalog import array, column_exists, literal, quoted, table_oids
from epic10.postgres.session import execute

from . import Find, Query, violations

# One line for each pair of values, whatever the number of rows.
STRANGE_PAIRS = """
    SELECT coalesce({column}::text, 'NULL'), coalesce({origin}::text, 'NULL'), count(*), min(id)
      FROM {table}
     WHERE (coalesce({column}::text, 'NULL'), coalesce({origin}::text, 'NULL')) NOT IN (VALUES {pairs})
     GROUP BY 1, 2 ORDER BY 1, 2"""

LABELS = """
    SELECT pg_catalog.format('%s.%s is %s (%s)', wanted.tab, wanted.col, coalesce(found.type, 'missing'),
                  coalesce(pg_catalog.array_to_string(found.labels, ', '), 'no enum'))
      FROM (VALUES {wanted}) AS wanted (tab, col, type, labels)
      LEFT JOIN LATERAL (
           SELECT t.typname::text AS type,
                  (SELECT pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder)
                     FROM pg_enum WHERE enumtypid = t.oid) AS labels
             FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = to_regclass(wanted.tab)::oid AND a.attname = wanted.col AND NOT a.attisdropped
           ) AS found ON true
     WHERE found.type IS DISTINCT FROM wanted.type OR (found.labels OPERATOR(pg_catalog.=) wanted.labels) IS NOT TRUE"""

FOREIGN_KEYS = """
    SELECT conname, conrelid::regclass::text, confrelid::regclass::text,
           ARRAY(SELECT attname::text FROM pg_catalog.unnest(conkey) WITH ORDINALITY AS key (number, position)
                   JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY position),
           ARRAY(SELECT attname::text FROM pg_catalog.unnest(confkey) WITH ORDINALITY AS key (number, position)
                   JOIN pg_attribute ON attrelid = confrelid AND attnum = number ORDER BY position)
      FROM pg_constraint
     WHERE contype = 'f' AND (conrelid = ANY ({tables}) OR confrelid = ANY ({tables}))
     ORDER BY 2, 1"""

ORPHANS = """
    SELECT count(*), min({keys}::text)
      FROM {child} AS child
     WHERE ({keys}) IS NOT NULL
       AND NOT EXISTS (SELECT FROM {parent} AS parent WHERE {match})"""

UNUSABLE_INDEXES = """
    SELECT indexrelid::regclass, indrelid::regclass
      FROM pg_index
     WHERE NOT (indisvalid AND indisready AND indislive) AND indrelid = ANY ({tables})
     ORDER BY 1"""


class ForeignKey(NamedTuple):
    name: str
    child: str
    parent: str
    columns: list[str]
    references: list[str]


def pairs(table: str, column: str, origin: str, *, allowed: Iterable[tuple[str, str]]) -> Find:
    """The value and the original value of each row are a pair in ``allowed``; the text "NULL" stands for NULL."""
    statement = STRANGE_PAIRS.format(
        table=table, column=column, origin=origin, pairs=", ".join(_row(pair) for pair in allowed)
    )
    return Query(
        statement,
        "{} from {}, rows: {:,}, such as {}",
        only_if=column_exists(table, origin),
        otherwise=f"There is no {table}.{origin}; it is dropped when the release is finalized.",
    )


def labels_in_order(wanted: Mapping[tuple[str, str], tuple[str, Iterable[str]]]) -> Find:
    """Each (table, column) has the enum type named, with exactly these labels in this order."""
    rows = (
        f"({literal(table)}, {literal(column)}, {literal(type)}, {array(labels)})"
        for (table, column), (type, labels) in wanted.items()
    )
    return violations(LABELS.format(wanted=", ".join(rows)))


def no_orphans(tables: Iterable[str], models: Callable[[], Iterable[type]]) -> Find:
    """
    No foreign key has orphans: neither those of the tables, even if NOT VALID, nor those
    of the models, even if the database has no constraint for them.
    """

    def find(db):
        in_the_catalog = (ForeignKey(*row) for row in db.rows(FOREIGN_KEYS.format(tables=table_oids(tables))))
        keys = {(key.child, *key.columns): key for key in (*_declared(models()), *in_the_catalog)}
        for key in keys.values():
            [[count, example]] = db.rows(_orphans(key))
            if count:
                yield f"{key.name}: {key.child} points at no {key.parent}, rows: {count:,}, such as {example}"

    return find


def indexes_usable(tables: Iterable[str]) -> Find:
    return violations(UNUSABLE_INDEXES.format(tables=table_oids(tables)), "{} on {} is invalid")


def can_use_index(index: str, query: str) -> Find:
    """The planner can use the index for the query, whatever it would prefer on a small table."""

    def find(db):
        execute(db.connection, "SET LOCAL enable_seqscan = off")
        plan = [line for [line] in db.rows(f"EXPLAIN (COSTS OFF) {query}")]
        if not any(index in line.split() for line in plan):
            yield f"the plan begins with {plan[0].strip()} and does not use {index}"

    return find


def readable(models: Callable[[], Iterable[type]]) -> Find:
    """One object of each model can be read, so model and table agree on every column."""

    def find(db):
        for model in models():
            model.objects.using(db.alias).first()
        return ()

    return find


def _declared(models):
    for model in models:
        for field in model._meta.fields:
            if field.is_relation:
                table, parent = model._meta.db_table, field.related_model._meta.db_table
                name, references = f"{table}.{field.column}", field.target_field.column
                yield ForeignKey(name, table, parent, [field.column], [references])


def _orphans(key):
    match = " AND ".join(
        f"parent.{quoted(there)} = child.{quoted(here)}"
        for here, there in zip(key.columns, key.references, strict=True)
    )
    values = ", ".join(f"child.{quoted(column)}" for column in key.columns)
    return ORPHANS.format(child=key.child, parent=key.parent, match=match, keys=f"ROW({values})")


def _row(values):
    return f"({', '.join(literal(value) for value in values)})"
