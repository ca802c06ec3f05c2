"""Phase: the unit that the release commits, retries, times and reports."""

from django.db import router
from django.db.migrations.operations import RunPython, RunSQL
from django.db.migrations.operations.base import Operation, OperationCategory

from epic10.ledger.phase_record import BACKWARDS, FORWARDS, finished, recorded, started
from epic10.postgres import locks, psql_script
from epic10.postgres.catalog import holds
from epic10.postgres.migration_lock import still_alone
from epic10.postgres.session import execute, unhurried, warnings_told
from epic10.terminal.progress import logger

from .ownership import is_before_the_locks, is_claim
from .release_operation import ReleaseOperation


class Note(ReleaseOperation):
    """A comment that travels: into ``sqlmigrate``, ``migration.sql`` and the docs."""

    category = OperationCategory.SQL

    def __init__(self, story: str, text: str):
        self.story, self.text = story, text

    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.collect_sql:
            schema_editor.collected_sql.append(f"-- {self.story}: {self.text}")

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass

    def describe(self):
        return f"{self.story}: {self.text}"


class Phase(Operation):
    """
    A named group of operations that share one transaction.

    ``first`` runs before that transaction, without strong locks: what counts or
    scans belongs there. ``lock`` lists (table, mode) to take, in this order;
    ``lock_back`` is for the way back, where that takes more. Each mode is the
    strongest that the transaction takes on the table: whoever holds one that
    readers or writers wait for, and then asks for a stronger one, makes them a
    deadlock's victims at once. The order is the same in every phase, parents
    before children. ``transaction=False`` is for operations that manage their own: concurrent
    index builds and batched updates. ``done`` is a condition on the catalog;
    where it holds there is nothing left to do forwards. Where ``in_place`` holds, only what
    is ``first`` is done once more: a second run takes no lock for what is there already.

    In a transaction the operations only write their SQL down; it is sent as one
    message, so that strong locks are not held for a round trip a statement, and
    what ``sqlmigrate`` prints is what runs.

    Where the project's routers keep the app out of a database nothing is done,
    as with RunSQL and RunPython.
    """

    atomic = False  # The phase opens its own transaction, once per attempt.
    category = OperationCategory.MIXED

    def __init__(
        self,
        name,
        purpose,
        operations,
        *,
        first=(),
        lock=(),
        lock_back=None,
        transaction=True,
        done="false",
        in_place="false",
    ):
        self.name, self.purpose, self.done, self.in_place = name, purpose, done, in_place
        self.operations, self.first = list(operations), list(first)
        self.lock = {FORWARDS: lock, BACKWARDS: lock if lock_back is None else lock_back}
        self.transaction = transaction

    def describe(self):
        return f"{self.name}: {self.purpose}"

    def state_forwards(self, app_label, state):
        forget_models(state)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        if not router.allow_migrate(schema_editor.connection.alias, app_label):
            return
        first, steps = (
            [(operation.database_forwards, *states) for operation, *states in walk(operations, app_label, from_state)]
            for operations in (self.first, self.operations)
        )
        if not schema_editor.collect_sql and holds(schema_editor.connection, self.done):
            logger.info("%s: nothing left to do.", self.name)
            return
        self._run(FORWARDS, app_label, schema_editor, first, steps)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if not router.allow_migrate(schema_editor.connection.alias, app_label):
            return
        steps = [
            (operation.database_backwards, after, before)
            for operation, before, after in walk(self.operations, app_label, to_state)
        ]
        self._run(BACKWARDS, app_label, schema_editor, [], steps[::-1])

    def _run(self, direction, app_label, schema_editor, first, steps):
        if schema_editor.collect_sql:
            schema_editor.collected_sql += self._written_down(direction, app_label, schema_editor, first, steps)
            return
        connection = schema_editor.connection
        still_alone(connection)
        logger.info("%s: %s", self.name, self.purpose if direction == FORWARDS else "undoing it.")
        lock = self.lock[direction]
        with unhurried(connection), warnings_told(connection), recorded(connection, self.name, direction):
            self._patiently(connection, lock, lambda: carry_out(first, app_label, schema_editor))
            if direction == FORWARDS and holds(connection, self.in_place):
                logger.info("%s is in place.", self.name)
            elif self.transaction:
                self._in_one_transaction(lock, app_label, schema_editor, steps)
            else:
                carry_out(steps, app_label, schema_editor)

    def _in_one_transaction(self, lock, app_label, schema_editor, steps):
        connection = schema_editor.connection
        text = "\n".join(self._with_locks(lock, schema_editor, written(steps, app_label, schema_editor)))

        def attempt():
            with locks.short_transaction(connection):
                execute(connection, text)

        self._patiently(connection, lock, attempt)

    def _patiently(self, connection, lock, attempt):
        locks.patiently(attempt, connection=connection, what=self.name, tables=[table for table, _ in lock])

    def _written_down(self, direction, app_label, schema_editor, first, steps):
        statements = written(steps, app_label, schema_editor)
        if self.transaction:
            statements = ["BEGIN;", *self._with_locks(self.lock[direction], schema_editor, statements), "COMMIT;"]
        if direction == FORWARDS and self.in_place != "false" and psql_script.is_script(schema_editor):
            statements = psql_script.only_if(f"NOT ({self.in_place})", *statements)
        lines = [
            *(f"{statement};" for statement in started(self.name, direction)),
            *written(first, app_label, schema_editor),
            *statements,
            f"{finished(self.name, direction)};",
        ]
        if not psql_script.is_script(schema_editor):
            return lines
        begin, end = (
            psql_script.notice(f"{self.name} {direction} began"),
            psql_script.notice(f"{self.name} {direction} done"),
        )
        return psql_script.only_if(self._left_to_do(direction), begin, *lines, end)

    def _left_to_do(self, direction):
        return f"NOT ({self.done})" if direction == FORWARDS else "true"

    def _with_locks(self, lock, schema_editor, statements):
        """The statements, with the locks just before the first one that needs them, which claims do not."""
        claims = [statement for statement in statements if is_claim(statement)]
        views = [statement.removesuffix(";") for statement in statements if is_before_the_locks(statement)]
        others = [it for it in statements if not is_claim(it) and not is_before_the_locks(it)]
        gently = self._take(lock, schema_editor, locks.gently(lock))
        firmly = self._take(lock, schema_editor, locks.firmly(lock, before=views))
        return [*gently, *claims, *firmly, *others]

    def _take(self, lock, schema_editor, statements):
        if psql_script.is_script(schema_editor):
            return [psql_script.patient_locks(self.name, statements, [table for table, _ in lock])]
        return [f"{statement};" for statement in statements]


def walk(operations, app_label, state):
    """Each operation with the model state before it and after it."""
    for operation in operations:
        before = state
        if _changes_models(operation):
            state = state.clone()
            forget_models(state)
            operation.state_forwards(app_label, state)
        yield operation, before, state


def forget_models(state):
    """Let the models of a state be made when they are asked for, not again after every operation that changes it."""
    state.__dict__.pop("apps", None)


def _changes_models(operation) -> bool:
    """Most operations do not, and copying a state with its models takes a millisecond."""
    if isinstance(operation, RunSQL):
        return bool(operation.state_operations)
    return not isinstance(operation, RunPython | Note)


def carry_out(steps, app_label, schema_editor):
    for migrate, before, after in steps:
        migrate(app_label, schema_editor, before, after)


def written(steps, app_label, schema_editor) -> list[str]:
    """The SQL of the steps, in the dialect of the given editor."""
    editor = type(schema_editor)(schema_editor.connection, collect_sql=True, atomic=False)
    with editor:
        carry_out(steps, app_label, editor)
    return editor.collected_sql
