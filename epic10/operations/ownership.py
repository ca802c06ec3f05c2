"""Ownership of objects: what 0002 created is recorded, and only that is dropped.

A name proves nothing, as the column may have existed before. So every object is
claimed in the ledger while it does not exist yet, and a rollback looks there. Claim
and object share a transaction; for a concurrent index, where that is impossible, the
claim comes first: a claim without its object does no harm.
"""

from epic10.postgres.catalog import literal

CLAIM = "INSERT INTO epic10_created_object"


def claim(kind: str, name: str, *, exists: str) -> str:
    return f"{CLAIM} (kind, name) SELECT {literal(kind)}, {literal(name)}\n WHERE NOT ({exists}) ON CONFLICT DO NOTHING"


def is_claim(statement: str) -> bool:
    return statement.startswith(CLAIM)


def is_ours(kind: str, name: str) -> str:
    return f"EXISTS (SELECT FROM epic10_created_object WHERE kind = {literal(kind)} AND name = {literal(name)})"


def release(kind: str, name: str) -> str:
    return f"DELETE FROM epic10_created_object WHERE kind = {literal(kind)} AND name = {literal(name)}"


def drop_if_ours(kind: str, name: str, drop: str) -> str:
    return block(f"IF {is_ours(kind, name)} THEN\n    {drop};\n    {release(kind, name)};\n  END IF;")


def block_if(condition: str, *statements: str) -> str:
    return block(f"IF {condition} THEN\n  " + ";\n  ".join(statements) + ";\n  END IF;")


def block(body: str) -> str:
    """An anonymous PL/pgSQL block; its tag leaves $$ free for function bodies inside."""
    return f"DO $epic10$\nBEGIN\n  {body}\nEND\n$epic10$"
