"""The end of the release: the old labels are dropped for good; the original values stay in the archive."""

from contextlib import contextmanager
from functools import partial

from django.core.management import CommandError
from django.db import Error, connections
from django.db.migrations.operations import RunSQL

from epic10.checks.evaluation import Show
from epic10.deploy import gates, originals, rolling, validate
from epic10.deploy.run import Run, witnessed
from epic10.ledger import tables
from epic10.ledger.models import OriginalRow
from epic10.operations import (
    AddForeignKey,
    AddSyncTrigger,
    Convert,
    Phase,
    Switch,
    SwitchType,
)
from epic10.operations.add_successors import claimed
from epic10.operations.columns.casts import drop_casts
from epic10.operations.columns.relabel import Shadow
from epic10.operations.ownership import before_the_locks, block
from epic10.operations.schemas import views
from epic10.operations.schemas.schema import AddSchema
from epic10.operations.schemas.types import AddTypes, MoveTypes
from epic10.operations.schemas.views import AddViews
from epic10.postgres.catalog import column_exists, column_type, holds, quoted
from epic10.postgres.dependents import dependents
from epic10.postgres.errors import message_of
from epic10.postgres.locks import ACCESS_EXCLUSIVE
from epic10.postgres.session import fetch, unhurried
from epic10.postgres.type_uses import all_uses
from epic10.release import plan, state
from epic10.release.plan import Plan

# Made by the transaction that drops the labels; epic10.postgres.catalog.FINALIZED looks for it.
SIGN = "CREATE TABLE epic10_finalization AS SELECT clock_timestamp() AS at, current_user::text AS role"

# Nobody reads a label from these: they go with their column, if whoever ends the release says so.
GO_WITH_THEIR_COLUMN = ("index", "statistics")

NOTHING_DONE = "Nothing was changed: "
UNLESS_IT_HOLDS = (
    f"{NOTHING_DONE}{{}}.\nHINT: Set it right while there is a way back; "
    "python manage.py epic10_validate says what is wrong."
)
FINALIZED_ALL_THE_SAME = (
    "Epic 10 is finalized, and afterwards a check failed: {}.\nHINT: Its hint, above, says what to do; "
    "python manage.py epic10_validate asks it again."
)


def finalize(run: Run, *, show: Show, accept_copy: bool = False, accept_writers: bool = False):
    """
    Keep every old label in the ledger, then drop columns, indexes, triggers and types of the way back.

    Refuse if the release is not in place, if anything still uses the old labels, or if anybody
    works through the views of the old application. What others write in the meantime is kept
    as it is when the labels are dropped.
    """
    release, connection = plan.load(), connections[run.using]
    if not is_left_to_end(run.using):
        run.decide("Epic 10 is finalized already: there is nothing left to do.")
        return
    gates.insist_on_the_original(run, accepted=accept_copy)
    run.step("at work", lambda: rolling.insist_that_the_old_one_is_gone(run, accepted=accept_writers))
    run.step("validate", lambda: _insist_that_it_holds(run, show, UNLESS_IT_HOLDS))
    run.step("dependents", lambda: _insist_that_nobody_uses(release, connection))
    with unhurried(connection), witnessed(run, run.using):
        tables.create(connection)
        found = legacy(release, connection)
        for table, columns in found.items():
            run.step(f"archive {table}", partial(originals.archive, connection, table, columns))
        run.step("still at work", lambda: _insist_once_more(run, accept_writers))
        marked = run.step("compare", lambda: _make_good(connection, found))
        run.step("drop", lambda: _drop(release, connection, marked, accept_writers))
        run.facts["archived"] = OriginalRow.objects.using(run.using).count()
    run.step("validate again", lambda: _insist_that_it_holds(run, show, FINALIZED_ALL_THE_SAME))


def is_left_to_end(using: str) -> bool:
    """Is the release in place and not finalized yet? Raises CommandError if it is not in place."""
    state.insist_on_a_register(connections[using])
    validate.insist_that_it_is_applied(using)
    return not plan.load().is_finalized(connections[using])


def also_dropped(using: str) -> list[str]:
    """Indexes and statistics that others have created on the old columns and that have no successor."""
    release, connection = plan.load(), connections[using]
    return [
        f"{found.kind} {found.name} on {table} ({found.column})"
        for table, columns in legacy(release, connection).items()
        for found in dependents(
            connection, table, [column.legacy for column in columns], indexes=_succeeded(connection, table, columns)
        )
        if found.kind in GO_WITH_THEIR_COLUMN
    ]


def _succeeded(connection, table, columns):
    """The old indexes whose names now belong to indexes on the new columns."""
    own = [column.legacy_index for column in columns if column.legacy_index]
    taken_over = (
        f"SELECT legacy FROM ({claimed(table)}) AS claimed WHERE to_regclass(pg_catalog.quote_ident(name)) IS NOT NULL"
    )
    return own + [name for [name] in fetch(connection, taken_over)]


def legacy(release: Plan, connection) -> dict[str, list[Shadow | Convert]]:
    """The columns that still have a legacy column in this database, by table."""
    switched = [(switch.table, column) for switch in release.all_of(Switch) for column in switch.moved]
    found = {}
    for table, column in switched:
        if holds(connection, column_exists(table, column.legacy)):
            found.setdefault(table, []).append(column)
    return found


def _insist_that_it_holds(run, show, otherwise):
    found = run.report(validate.validate(run.using, show=show))
    if found.failed:
        raise CommandError(otherwise.format(found.summary))


def _insist_that_nobody_uses(release, connection):
    used = [
        f"{found.kind} {found.name} uses {table}.{found.column}"
        for table, columns in legacy(release, connection).items()
        for found in dependents(connection, table, [column.legacy for column in columns])
        if found.kind not in GO_WITH_THEIR_COLUMN
    ]
    used += [
        f"{use} is in the way of the schemas of views"
        for added in release.all_of(AddViews)[:1]
        for use in views.in_the_way(connection, added.tables)
    ]
    used += [f"{use} has the old type {type}" for type, use in _uses_of_types(release, connection)]
    if used:
        raise CommandError(
            f"{NOTHING_DONE}somebody still uses the old labels: {'; '.join(used)}.\n"
            "HINT: Make them anew on the new column, or drop them; a view in one transaction: BEGIN; DROP VIEW …; "
            "CREATE VIEW … AS …; GRANT … ON … TO …; COMMIT; then run the same command again."
        )


def _uses_of_types(release, connection):
    """Of the types of the old labels, wherever they are: a column knows its own."""
    columns = [(table, column) for table, of_table in legacy(release, connection).items() for column in of_table]
    moved = [(table, column.legacy) for table, column in columns]
    first = {column.relabel.type: (table, column) for table, column in columns[::-1] if isinstance(column, Shadow)}
    for name, (table, column) in first.items():
        for [use] in fetch(connection, all_uses(column_type(table, column.legacy), moved)):
            yield name, use


def _insist_once_more(run, accepted):
    rolling.insist_that_the_old_one_is_gone(run, accepted=accepted, nothing=rolling.NOTHING_DROPPED)


def _make_good(connection, found):
    with _saying_what_is_wrong():
        return originals.make_good(connection, found)


@contextmanager
def _saying_what_is_wrong():
    """What one of our own blocks refuses on the server, as a CommandError."""
    try:
        yield
    except Error as error:
        if not (said := message_of(error)).startswith(rolling.NOTHING_DROPPED):
            raise
        raise CommandError(said) from error


def _drop(release, connection, marked, accepted):
    """Run it as one phase: a single transaction, retried and recorded like the others."""
    last = [originals.made_good_since(table, columns, marked) for table, columns in legacy(release, connection).items()]
    columns = [
        f"ALTER TABLE {quoted(table)} DROP COLUMN {quoted(column.legacy)}"
        for table, of_table in legacy(release, connection).items()
        for column in of_table
    ]
    # Without CASCADE: what began to use them since we looked stops it.
    types = [
        statement
        for switch in release.all_of(SwitchType)
        for statement in (
            block(f"{drop_casts(switch.relabel.legacy_type)};"),
            f"DROP TYPE IF EXISTS {quoted(switch.relabel.legacy_type)}",
        )
    ]
    triggers = [_Backwards(follow) for follow in release.all_of(AddSyncTrigger)]
    kinds = (MoveTypes, AddTypes, AddViews, AddSchema)
    schemas = [_Backwards(added) for kind in kinds for added in release.all_of(kind)]
    waiting = [] if accepted else rolling.nobody_waits_for_the_old_one(connection)
    phase = Phase(
        "finalize",
        "Drop the old labels, for good.",
        [
            RunSQL([before_the_locks(block(originals.LOCK)), *last]),
            *schemas,
            *triggers,
            RunSQL([*columns, *types, *waiting, SIGN]),
        ],
        lock=[(table, ACCESS_EXCLUSIVE) for table in _touched(release, connection)],
    )
    with _saying_what_is_wrong(), connection.schema_editor(atomic=False) as editor:
        phase.database_forwards(release.app_label, editor, release.before, release.before)


def _touched(release, connection) -> list[str]:
    """The tables that lose a column, preceded by the tables that their foreign keys reference."""
    columns = [column for of_table in legacy(release, connection).values() for column in of_table]
    keys = [key for key in release.all_of(AddForeignKey) if key.beside in columns]
    return list(dict.fromkeys([*(key.references for key in keys), *legacy(release, connection)]))


class _Backwards(RunSQL):
    """Undoes an operation of the release, as a forward step."""

    def __init__(self, operation):
        self.operation = operation
        super().__init__([])

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        self.operation.database_backwards(app_label, schema_editor, from_state, to_state)
