"""A read-only connection that does not disturb the database, and what the page says when it does not answer."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import Error, transaction
from psycopg.errors import InsufficientPrivilege

from epic10.operations import Switch
from epic10.operations.columns.relabel import shadows
from epic10.operations.ownership import is_ours
from epic10.postgres import view_schemas, view_users
from epic10.postgres.catalog import FINALIZED, array, column_exists, holds, relation_exists
from epic10.postgres.errors import message_of
from epic10.postgres.remembered import know, once, remembered
from epic10.postgres.session import ONE_SNAPSHOT, execute, fetch
from epic10.release import plan, state
from epic10.release.estimate import ONLY_READS

# A page that waits for a lock blocks the sessions queued behind it. Row security must
# raise an error, not hide rows. No query of a page may write.
SETTINGS = """
    SET LOCAL transaction_read_only = on;
    SET LOCAL lock_timeout = '500ms';
    SET LOCAL row_security = off;
    SET LOCAL jit = off;
    SET LOCAL statement_timeout = {milliseconds:d}"""

# All tables at once, since a grant on one would only lead to the same message for the next.
UNREADABLE = """
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(name), ', ' ORDER BY name), pg_catalog.quote_ident(current_user)
      FROM pg_catalog.unnest({tables}) AS name, to_regclass(pg_catalog.quote_ident(name)) AS oid
     WHERE oid IS NOT NULL AND NOT pg_catalog.has_table_privilege(oid, 'SELECT')"""


@dataclass(frozen=True)
class Answer:
    """What was ``found``, or else a ``complaint`` in a sentence."""

    found: Any = None
    complaint: str = ""


@contextmanager
def reading(connection, *, seconds: float):
    """
    A read-only transaction with a statement_timeout of ``seconds``.

    The settings are local to the transaction, so that none of them is left in a session
    that a pooler gives to somebody else.
    """
    settings = f"{SETTINGS.format(milliseconds=int(seconds * 1000))};{view_schemas.past_them(local=True)}"
    settings += f";{view_users.BY_THE_DASHBOARD}"
    is_all_of_it = not connection.in_atomic_block
    if is_all_of_it:
        settings = f"{ONE_SNAPSHOT};{settings}"
    with transaction.atomic(using=connection.alias):
        execute(connection, settings)
        yield
        # A COMMIT might be that of somebody who has written, to whoever looks whether anybody is still at work.
        if is_all_of_it:
            transaction.set_rollback(True, using=connection.alias)


def ask(connection, question: Callable, *arguments, seconds: float) -> Answer:
    """The result of ``question(connection, …)``, asked once more if a phase committed in between."""
    try:
        return Answer(_answered(connection, question, arguments, seconds))
    except Error:
        connection.close_if_unusable_or_obsolete()
    try:
        return Answer(_answered(connection, question, arguments, seconds))
    except Error as error:
        connection.close_if_unusable_or_obsolete()
        return Answer(complaint=_complaint(connection, error, seconds))


def ask_together(connection, questions: dict[str, Callable], *, seconds: float) -> dict[str, Answer]:
    """
    Each result by name, all from one snapshot and no statement twice.

    If one of them fails, each is asked on its own, so that the page has all but that one.
    """
    try:
        with reading(connection, seconds=seconds), remembered():
            _know(connection)
            return {name: Answer(question(connection)) for name, question in questions.items()}
    except Error:
        connection.close_if_unusable_or_obsolete()
    return {name: ask(connection, question, seconds=seconds) for name, question in questions.items()}


def _know(connection):
    """Ask at once what the sections ask of the catalog; then what they ask of tables that may not be there."""
    once(connection, ONLY_READS, None, lambda: None)  # SETTINGS has said so already.
    release, books = plan.load(), apps.get_app_config("epic10").get_models()
    tables = [plan.RECORD, *release.tables(), *(model._meta.db_table for model in books)]
    signs = [sign for phase in release.phases for sign in release.signs(phase)]
    moved = shadows([it for switch in release.all_of(Switch) for it in switch.moved])
    names = {name for it in moved for name in (it.column, it.legacy, it.target)}
    columns = [column_exists(table, name) for table in release.changed() for name in names]
    columns += [column_exists(it.table, rule.target) for it in release.backfills() for rule in it.rules]
    marks = [release.phases[0].done, FINALIZED, state.CLAIMS, state.MAY_READ]
    know(connection, [*map(relation_exists, tables), *marks, *signs, *columns])
    ours = [is_ours("column", f"{table}.{it.column}") for table in release.changed() for it in moved]
    claims = [state.HAS_CLAIMS, *ours] if holds(connection, state.CLAIMS) else []
    know(connection, [*claims, *([state.recorded()] if holds(connection, relation_exists(plan.RECORD)) else [])])


def grant(connection) -> str:
    """The statement that lets this role read all that the dashboard shows; "" if it may already."""
    books = [model._meta.db_table for model in apps.get_app_config("epic10").get_models()]
    wanted = array([plan.RECORD, *plan.load().tables(), *books])
    [[tables, role]] = fetch(connection, UNREADABLE.format(tables=wanted))
    return f"GRANT SELECT ON {tables} TO {role};" if tables else ""


def _complaint(connection, error, seconds) -> str:
    if isinstance(error.__cause__, InsufficientPrivilege):
        try:
            return f"{message_of(error)}. {_answered(connection, grant, (), seconds)}".strip()
        except Error:
            connection.close_if_unusable_or_obsolete()
    return message_of(error)


def _answered(connection, question, arguments, seconds):
    with reading(connection, seconds=seconds), remembered():
        return question(connection, *arguments)
