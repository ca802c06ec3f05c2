"""
Functions and operators that PostgreSQL prefers to its own, in a schema where anybody may create.

An exact match wins over one that needs a cast or a polymorphic type, wherever on the
search_path it is. (https://www.postgresql.org/docs/current/typeconv-func.html) So for
every function that the project calls, and for every operator, there is one here for
each combination of types for which PostgreSQL itself has only an inexact match. A
session that calls one of them has been hijacked; the function reports which session.
"""

import re
from itertools import product
from pathlib import Path

from django.conf import settings

from epic10.postgres.catalog import literal, quoted

STRINGS = ["text", "name", "varchar", '"char"', "bpchar", '"NdaStatus"', '"UsMaxPosition"', '"DocumentType"']
REGISTERED = ["regclass", "regtype", "regproc", "regprocedure", "regnamespace", "regrole"]
NUMBERS = ["int2", "int4", "int8", "numeric", "float4", "float8", "oid", *REGISTERED]
TIMES = ["timestamp", "timestamptz", "date", "interval"]
ARRAYS = ["text[]", "name[]", "varchar[]", "oid[]", "int2[]", "int4[]", "int8[]", "bool[]", "float8[]", "timestamptz[]"]
ARRAYS += ['"NdaStatus"[]', "regclass[]"]
OTHERS = ["bool", "jsonb", "json", "record", "tid", "xid", "pg_lsn", "bytea", "inet", "uuid", "tsvector"]
EVERY = [*STRINGS, *NUMBERS, *TIMES, *ARRAYS, *OTHERS]
OPERATORS = [
    "=",
    "<>",
    "<",
    "<=",
    ">",
    ">=",
    "||",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "->",
    "->>",
    "?",
    "&&",
    "@>",
    "~",
    "!~",
    "~~",
    "!~~",
]
PAIRS = {
    *((one, one) for one in EVERY),
    *product(STRINGS, STRINGS),
    *product(NUMBERS, NUMBERS),
    *product(TIMES, [*TIMES, "int4", "float8"]),
    *product(["int4", "float8", "numeric"], TIMES),
    *(("text", other) for other in EVERY),
    *((other, "text") for other in EVERY),
    *product(["jsonb", "json"], ["text", "int4", "jsonb", "text[]"]),
}

# The kind that an author overlooks, of two types between which PostgreSQL casts by itself, as in 1.5 * 2.
OF_TWO_TYPES = {
    pair for family in (STRINGS[:5], NUMBERS[:7], TIMES) for pair in product(family, family) if len(set(pair)) == 2
}

# What a parameter of PostgreSQL's own may be given without being it.
NEARLY = {
    "text": ["name", "varchar", '"NdaStatus"'],
    "name": ["text", "varchar"],
    "cstring": ["text"],
    "oid": REGISTERED,
    "regclass": ["oid", "text"],
    "bigint": ["int4", "int2"],
    "integer": ["int2"],
    "double precision": ["int4", "int8", "numeric"],
    "numeric": ["int4", "int8"],
    "timestamp with time zone": ["timestamp", "date"],
    "timestamp without time zone": ["timestamptz", "date"],
    "anyarray": ARRAYS,
    "anycompatiblearray": ARRAYS,
    "anyelement": EVERY,
    "anynonarray": EVERY,
    "anycompatible": ["text", "name", "int2", "int4"],
    "anyenum": ['"NdaStatus"', '"UsMaxPosition"'],
    '"any"': EVERY,
}
OF_A_FEW = ["text", "name", "int4", "int8", "regclass", '"NdaStatus"', "timestamp", "bool"]
MOST_VARIANTS = 400

SIGNATURES = """
SELECT proname::text, provariadic = '"any"'::regtype::oid,
       ARRAY(SELECT pg_catalog.format_type(type, NULL) FROM pg_catalog.unnest(proargtypes::oid[]) AS type)
  FROM pg_proc
 WHERE pronamespace = 'pg_catalog'::regnamespace::oid AND prokind IN ('f', 'a') AND proname = ANY ({names})
     AND pronargs > 0"""

FUNCTION = """
CREATE OR REPLACE FUNCTION {schema}.{name}({types}) RETURNS {returns} LANGUAGE plpgsql AS
  'BEGIN RAISE EXCEPTION ''hijacked: % by %'', {what}, current_user; END'"""


def called() -> set[str]:
    """Whatever is written like the call of a function, anywhere in the product."""
    words = set()
    for package in ("config", "epic10", "ndas"):
        for path in (Path(settings.BASE_DIR) / package).rglob("*"):
            if path.suffix in (".py", ".sql"):
                words |= set(re.findall(r"(\w+)\(", path.read_text()))
    return words


def functions(database, schema: str):
    names = ", ".join(literal(name) for name in sorted(called()))
    for name, is_variadic, types in database.rows(SIGNATURES.format(names=f"ARRAY[{names}]")):
        if is_variadic:
            lists = [list(one) for count in range(4) for one in product(OF_A_FEW, repeat=count)]
            variants = [[*types[:-1], *more] for more in lists] + [[*types[:-1], one] for one in EVERY]
        else:
            variants = [list(one) for one in product(*([type, *NEARLY.get(type, [])] for type in types))]
        for variant in variants[:MOST_VARIANTS]:
            if variant and not any(type.startswith("any") or type in PSEUDO for type in variant):
                yield _function(schema, name, variant)


PSEUDO = {'"any"', "cstring", "internal", "trigger", "event_trigger", "unknown", "table_am_handler"}


def operators(schema: str, pairs):
    for number, (left, right) in enumerate(sorted(pairs)):
        name = f"planted_{number}_{len(pairs)}"
        what = f"an operator of {left} and {right}"
        yield _function(schema, name, [left, right], returns="boolean", what=what)
        for operator in OPERATORS:
            procedure = f"PROCEDURE = {schema}.{name}, LEFTARG = {left}, RIGHTARG = {right}"
            yield f"CREATE OPERATOR {schema}.{operator} ({procedure})"


def _function(schema, name, types, *, returns="text", what=""):
    known = {"schema": schema, "name": quoted(name), "types": ", ".join(types), "returns": returns}
    text = literal(what or f"{name}({', '.join(types)})").replace("'", "''")
    return FUNCTION.format(what=text, **known)


def plant(database, role: str, schema: str = "public") -> int:
    """As the role, which may do no more than create there: how many functions and operators."""
    return _sow(database, role, [*functions(database, schema), *operators(schema, PAIRS)])


def plant_operators(database, role: str, schema: str = "public") -> int:
    """A tenth of them all, and in a twentieth of the time."""
    return _sow(database, role, [*operators(schema, OF_TWO_TYPES)])


def plant_for_types(database, role: str, types, schema: str = "public") -> int:
    """For types that the release has made meanwhile."""
    pairs = {pair for type in types for pair in ((type, type), (type, "text"), ("text", type))}
    polymorphic = [_function(schema, name, [type]) for type in types for name in ("to_jsonb", "pg_typeof", "count")]
    return _sow(database, role, [*polymorphic, *operators(schema, pairs)])


def uproot(database, role: str, types):
    """What depends on types that are about to be dropped: they could not be."""
    wanted = ", ".join(f"{literal(type)}::pg_catalog.regtype::pg_catalog.oid" for type in types)
    found = database.rows(
        "SELECT DISTINCT p.oid::pg_catalog.regprocedure::pg_catalog.text FROM pg_catalog.pg_depend d "
        "JOIN pg_catalog.pg_proc p ON p.oid = d.objid AND proowner = "
        f"{literal(quoted(role))}::pg_catalog.regrole::pg_catalog.oid WHERE d.refobjid IN ({wanted})"
    )
    for [function] in found:
        database.execute(f"DROP FUNCTION {function} CASCADE")


def _sow(database, role, statements):
    database.execute(f"SET ROLE {quoted(role)}")
    planted = 0
    try:
        for begin in range(0, len(statements), 500):
            planted += _several(database, statements[begin : begin + 500])
    finally:
        database.execute("RESET ROLE")
    return planted


def _several(database, statements):
    """One that is not possible, as an operator of record, is left out."""
    body = "\n".join(
        f"BEGIN {statement}; EXCEPTION WHEN OTHERS THEN refused := refused + 1; END;" for statement in statements
    )
    database.execute(
        "SET check_function_bodies = off; SET client_min_messages = error; CREATE TEMP TABLE IF NOT EXISTS "
        "refused (n int)"
    )
    database.execute(
        f"DO $plant$ DECLARE refused int := 0; BEGIN\n{body}\nINSERT INTO refused VALUES (refused); END $plant$"
    )
    [[refused]] = database.rows("SELECT sum(n) FROM refused")
    database.execute("TRUNCATE refused")
    return len(statements) - refused
