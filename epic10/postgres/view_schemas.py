"""The schemas of views, and sessions that look past them.

An application works through one of them by its search_path. The release, its checks
and its pages mean the tables, whatever search_path their role has been given.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.conf import settings
from django.db import Error, connections
from django.db.backends.signals import connection_created

from epic10.postgres.catalog import array, literal, shortened, table_oid
from epic10.postgres.session import execute, fetch
from epic10.terminal.refusal import Refusal

# An entry with a comma in its name is taken apart and put together again at the same place.
PAST = """\
SELECT pg_catalog.set_config('search_path', pg_catalog.string_agg(part, ',' ORDER BY number), {local})
  FROM pg_catalog.unnest(pg_catalog.string_to_array(pg_catalog.current_setting('search_path'), ','))
    WITH ORDINALITY AS path (part, number)
 WHERE pg_catalog.btrim(part, ' "') <> ALL ({schemas})
HAVING count(*) > 0"""
NOW = "SELECT pg_catalog.current_setting('search_path')"
# Questions about the catalog are long texts with quick answers: compiled, that of the way back took 15 s.
NOT_COMPILED = "SET jit = off"
HIDDEN = "search_path of this session names views, and not the tables of the register."
HINT = (
    "Put the schema of the tables behind it: ALTER ROLE ... SET search_path = ..., public; or leave it out of the "
    "address of the database."
)
UID = "epic10.view_schemas"
_is_active = ContextVar("epic10.view_schemas", default=False)


def old() -> str:
    """The schema of views for the old application."""
    return getattr(settings, "EPIC10_OLD_SCHEMA", "epic9")


def new() -> str:
    """The schema of views for the new application."""
    return getattr(settings, "EPIC10_NEW_SCHEMA", "epic10")


def qualified(schema: str) -> str:
    """The schema besides, for clients that write it in front of every name."""
    return shortened(schema, "_qualified")


def of(schema: str) -> list[str]:
    """The schemas of the application of ``schema``."""
    return [schema, qualified(schema)]


def all_of_them() -> list[str]:
    return [*of(old()), *of(new())]


def is_of_the_new_one(table: str) -> str:
    """A condition: by this name the session finds the view for the new application."""
    return (
        f"EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace\n"
        f"         WHERE c.oid = {table_oid(table)} AND nspname::text = ANY ({array(of(new()))}))"
    )


def named_type(name: str) -> str:
    """An SQL expression for the OID of the type whose name, as the ledger has it, is the SQL expression ``name``."""
    # Not by to_regtype: that asks for USAGE on the schema.
    return (
        f"coalesce((SELECT o.oid FROM pg_type AS o JOIN pg_namespace AS n ON n.oid = typnamespace\n"
        f"           WHERE nspname = {literal(new())} AND {literal(f'{new()}.')} || typname::text = {name}),\n"
        f"         to_regtype(pg_catalog.quote_ident({name}))::oid)"
    )


def name_of_the_type(name: str) -> str:
    """The same for its name without the schema."""
    is_new = f"pg_catalog.starts_with({name}, {literal(f'{new()}.')})"
    return f"CASE WHEN {is_new} THEN pg_catalog.substr({name}, {len(new()) + 2}) ELSE {name} END"


def past_them(*, local: bool = False) -> str:
    """A query after which the session, or its transaction, finds the tables; no row: then it would find nothing."""
    return PAST.format(local=str(local).lower(), schemas=array(all_of_them()))


def block() -> str:
    """The same for a script."""
    raised = f"RAISE EXCEPTION '%', {literal(HIDDEN)} USING HINT = {literal(HINT)}"
    perform = past_them().replace("SELECT", "PERFORM", 1)
    return f"DO $epic10$\nBEGIN\n  {perform};\n  IF NOT FOUND THEN\n    {raised};\n  END IF;\nEND\n$epic10$"


@contextmanager
def looked_past() -> Iterator[None]:
    """Every connection of this process finds the tables, and has no question compiled: the open ones, and new ones."""
    opened = [one for one in connections.all(initialized_only=True) if one.connection and one.vendor == "postgresql"]
    before = [(connection, _look_past(connection)) for connection in opened]
    # A command inside another one leaves the outer one's in place.
    is_outermost = not _is_active.get()
    active = _is_active.set(True)
    connection_created.connect(_when_created, dispatch_uid=UID)
    try:
        yield
    finally:
        _is_active.reset(active)
        if is_outermost:
            connection_created.disconnect(dispatch_uid=UID)
        for connection, path in before:
            # On a lost connection there is nothing to restore.
            with suppress(Error):
                execute(connection, f"SELECT pg_catalog.set_config('search_path', {literal(path)}, false)")


def _when_created(connection, **_):
    if connection.vendor == "postgresql":
        _look_past(connection)


def _look_past(connection) -> str:
    """The search_path that it had."""
    execute(connection, NOT_COMPILED)
    [[path]] = fetch(connection, NOW)
    if not fetch(connection, past_them()):
        raise Refusal(f"{HIDDEN}\nHINT: {HINT}")
    return path
