"""
How statements are written: one function quotes names, and a text that was made from names carries no parameters.

psycopg takes every ``%`` of a statement for a place as soon as it is given
parameters; a column called ``100 % sure`` would stop whatever names it.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.db import connection

from epic10.postgres.catalog import bound, literal, quoted

ROOT = Path(__file__).resolve().parents[1]
PRODUCT = sorted(path for package in ("config", "epic10", "ndas") for path in (ROOT / package).rglob("*.py"))
SENDS = {"execute", "executemany", "rows"}


@cache
def parts(tree) -> tuple:
    """Whatever is in it, itself included; each is asked for several times, and walking takes seconds."""
    return tuple(ast.walk(tree))


@cache
def parsed() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in PRODUCT}


def named(function) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def parameters_of(function) -> list[str]:
    return [argument.arg for argument in function.args.args]


def passed(call, place):
    """The argument at a place, or by its name; None where there is none, or None itself."""
    position, name = place
    [*found] = [keyword.value for keyword in call.keywords if keyword.arg == name]
    found = found or call.args[position : position + 1]
    return None if not found or ast.unparse(found[0]) == "None" else found[0]


def senders(trees) -> dict[str, tuple]:
    """Functions that hand a statement and its parameters on, and where among their arguments these are."""
    found = {name: ((0, "sql"), (1, "params")) for name in SENDS}
    for tree in trees.values():
        for function in (node for node in parts(tree) if isinstance(node, ast.FunctionDef)):
            names = [name for name in parameters_of(function) if name != "self"]
            for call in (node for node in parts(function) if isinstance(node, ast.Call)):
                is_fetch = named(call.func) == "fetch" and isinstance(call.func, ast.Name)
                if is_fetch or (named(call.func) in SENDS and isinstance(call.func, ast.Attribute)):
                    # fetch() of epic10.postgres.session wants the connection first.
                    handed = [ast.unparse(argument) for argument in call.args[is_fetch : is_fetch + 2]]
                    if len(handed) == 2 and handed[0] in names:
                        # With parameters of its own it always has some.
                        handed[1] = handed[1] if handed[1] in names else handed[0]
                        found[function.name] = tuple((names.index(name), name) for name in handed)
    return found


def constants(tree) -> set[str]:
    """Names of the module's constants; as a module is loaded nobody knows the names in a database."""
    found = {
        alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return {name for name in found if name.isupper()}


def is_constant(statement, known) -> bool:
    if isinstance(statement, ast.Tuple):
        return all(is_constant(part, known) for part in statement.elts)
    if isinstance(statement, ast.Attribute):
        return statement.attr.isupper()
    return isinstance(statement, ast.Constant) or (isinstance(statement, ast.Name) and statement.id in known)


def mixed(path, tree, known_senders) -> Iterator[str]:
    known = constants(tree)
    for loop in (node for node in parts(tree) if isinstance(node, ast.For)):
        if is_constant(loop.iter, known) and isinstance(loop.target, ast.Name):
            known.add(loop.target.id)
    handed_on = {
        id(call)
        for function in parts(tree)
        if isinstance(function, ast.FunctionDef) and function.name in known_senders
        for call in parts(function)
    }
    for call in (node for node in parts(tree) if isinstance(node, ast.Call)):
        places = known_senders.get(named(call.func))
        # session.execute(connection, statement) has no parameters to give.
        is_ours = named(call.func) not in SENDS or isinstance(call.func, ast.Attribute)
        if places and is_ours and id(call) not in handed_on and passed(call, places[1]) is not None:
            statement = passed(call, places[0])
            if not is_constant(statement, known):
                yield f"{path.relative_to(ROOT)}:{call.lineno}: {ast.unparse(statement)[:60]}"


def test_what_was_made_from_names_is_sent_without_parameters():
    trees = parsed()
    known = senders(trees)
    assert {"fetch", "sessions", "rows", "on_the_server"} <= known.keys()
    found = [line for path, tree in trees.items() for line in mixed(path, tree, known)]
    assert not found, "Write the values into it, by literal() or bound(), and send it without parameters."


@pytest.mark.parametrize(
    "statement",
    [
        'f"SELECT {name} WHERE id = %s"',
        '"SELECT {}".format(name)',
        '"SELECT " + name',
        "made(name)",
        "TEXT.format(name)",
    ],
)
def test_and_one_that_is_sent_with_them_is_found(statement):
    tree = ast.parse(
        f"TEXT = 'SELECT {{}} WHERE id = %s'\ndef ask(cursor, name):\n    cursor.execute({statement}, [name])"
    )
    assert list(mixed(ROOT / "x.py", tree, senders({"x": tree})))


def test_one_function_quotes_names():
    """Django's quote_name does not double a quote, and leaves alone what begins and ends with one."""
    tools = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert not [path for path in [*PRODUCT, *tools] if "quote_name" in path.read_text()]
    elsewhere = [path for path in PRODUCT if path.name != "catalog.py"]
    assert not [path for path in elsewhere if "Identifier(" in path.read_text()]


@pytest.mark.parametrize("name", ['we"ird; drop', "100 % sure", "%s", "%(a)s", "a'b", "two\nlines", "ü", 'a""b', "\\"])
@pytest.mark.django_db
def test_a_name_is_quoted_as_the_server_quotes_it(name, db_rows):
    assert db_rows(f"SELECT {literal(name)} AS {quoted(name)}") == ([name], [(name,)])
    with_places = f"SELECT %(value)s AS {quoted(name)}"
    assert db_rows(bound(with_places, {"value": name})) == ([name], [(name,)])


@pytest.fixture
def db_rows():
    def ask(statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [column.name for column in cursor.description], cursor.fetchall()

    return ask


# Functions of the server that take a value of any type, and of no certain one.
OF_ANY_TYPE = """
  SELECT proname FROM pg_proc p WHERE pronamespace = 'pg_catalog'::regnamespace
     AND pronargs > 0 GROUP BY proname HAVING bool_and(EXISTS (
     SELECT FROM unnest(proargtypes::oid[]) AS type
      WHERE type::regtype::text IN ('"any"', 'anyelement', 'anyarray', 'anynonarray', 'anyenum', 'anycompatible',
                                    'anycompatiblearray', 'anycompatiblenonarray', 'anyrange', 'anymultirange')))"""


CALL = re.compile(r'(?<![\w."%])(\w+)\((?!\*\))[^,)]*')


def calls_of(names, text) -> list[str]:
    """Calls of the functions that name no schema; there is no other count(*)."""
    return [call[0] for call in CALL.finditer(text) if call[1] in names]


@pytest.mark.django_db
def test_a_function_for_any_type_is_called_by_its_schema(db_rows):
    """
    One for the very type that is given, in a schema that others may create in, is preferred to it.

    The attack itself is in adversity/test_hijack.py, and takes a minute.
    """
    _, rows = db_rows(OF_ANY_TYPE)
    # This has other variants as well, for those of a text search.
    names = {"unnest"} | {name for [name] in rows}
    assert {"array_agg", "cardinality", "concat_ws", "count", "jsonb_build_object", "to_jsonb"} <= names
    assert calls_of(names, "count(DISTINCT owner), count(*), pg_catalog.count(a)") == ["count(DISTINCT owner"]
    texts = [
        (path, node)
        for path, tree in parsed().items()
        for node in parts(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found = [(path.name, node.lineno, call) for path, node in texts for call in calls_of(names, node.value)]
    assert not found
