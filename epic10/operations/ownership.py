"""Ownership of objects: what 0002 created is recorded, and only that is dropped.

A name proves nothing, as the column may have existed before. So every object is
claimed in the ledger while it does not exist yet, and a rollback looks there. Claim
and object share a transaction; for a concurrent index, where that is impossible, the
claim comes first: a claim without its object does no harm.
"""

from collections.abc import Iterator

from epic10.checks import BEFORE, Check, violations
from epic10.postgres.catalog import (
    column_exists,
    constraint_exists,
    literal,
    quoted,
    relation_exists,
    schema_exists,
    type_exists,
)

CLAIM = "INSERT INTO epic10_created_object"
BEFORE_THE_LOCKS = "DO $epic10_views$"

# By kind: what a check of it is called, when there is one by that name, how it gets another one.
NAMED = {
    "column": ("column", column_exists, "ALTER TABLE {table} RENAME COLUMN {name} TO ..."),
    "constraint": ("foreign_key", constraint_exists, "ALTER TABLE {table} RENAME CONSTRAINT {name} TO ..."),
    "index": ("index", lambda _, name: relation_exists(name), "ALTER INDEX {name} RENAME TO ..."),
    "schema": ("schema", lambda _, name: schema_exists(name), "ALTER SCHEMA {name} RENAME TO ..."),
    "type": ("enum", lambda _, name: type_exists(name), "ALTER TYPE {name} RENAME TO ..."),
}


def claim(kind: str, name: str, *, exists: str) -> str:
    return f"{CLAIM} (kind, name) SELECT {literal(kind)}, {literal(name)}\n WHERE NOT ({exists}) ON CONFLICT DO NOTHING"


def is_claim(statement: str) -> bool:
    return statement.startswith(CLAIM)


def before_the_locks(block: str) -> str:
    """
    The anonymous block, marked as one that comes before the tables are locked, since it needs no lock on them.

    Views and what belongs to them: whoever works through a view has locked it before its table,
    and would wait for ours while ours waits for the view.
    """
    return block.replace("$epic10$", "$epic10_views$")


def is_before_the_locks(statement: str) -> bool:
    return statement.startswith(BEFORE_THE_LOCKS)


def is_ours(kind: str, name: str) -> str:
    return f"EXISTS (SELECT FROM epic10_created_object WHERE kind = {literal(kind)} AND name = {literal(name)})"


def release(kind: str, name: str) -> str:
    return f"DELETE FROM epic10_created_object WHERE kind = {literal(kind)} AND name = {literal(name)}"


def drop_if_ours(kind: str, name: str, drop: str) -> str:
    return block(f"IF {is_ours(kind, name)} THEN\n    {drop};\n    {release(kind, name)};\n  END IF;")


def names_are_free(kind: str, *names: str, table: str = "", unless: str = "") -> Iterator[Check]:
    """Each name is free, or belongs to the release: it has created ``unless``, by default the first of the names."""
    check, exists, rename = NAMED[kind]
    ours = unless or names[0]
    for name in names:
        shown = f"{table}.{name}" if kind == "column" else name
        yield Check(
            f"{check}.{shown}.free",
            f"the {kind} name {shown} is free",
            violations(
                f"SELECT {literal(f'{shown} is there already')}\n"
                f" WHERE {exists(table, name)}\n"
                f"   AND NOT {is_ours(kind, f'{table}.{ours}' if table else ours)}"
            ),
            when=BEFORE,
            hint=rename.format(table=quoted(table), name=quoted(name)),
        )


def block_if(condition: str, *statements: str) -> str:
    return block(f"IF {condition} THEN\n  " + ";\n  ".join(statements) + ";\n  END IF;")


def block(body: str) -> str:
    """An anonymous PL/pgSQL block; its tag leaves $$ free for function bodies inside."""
    return f"DO $epic10$\nBEGIN\n  {body}\nEND\n$epic10$"
