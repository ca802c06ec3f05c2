"""The bench: a database with a pony, on which operations run one at a time."""

from itertools import chain

import pytest
from django.db import ProgrammingError

from epic10 import checks
from epic10.checks import Database
from epic10.ledger import tables
from epic10.operations import CommonestLabel
from epic10.operations.phase import written
from epic10.operations.release_operation import of_the_release
from epic10.postgres.catalog import holds
from epic10.postgres.psql_script import ScriptEditor
from tests.databases import database

from . import pony

# Faster than a database a test.
ANEW = f"""
DROP SCHEMA IF EXISTS public, epic9, epic9_qualified, epic10, epic10_qualified CASCADE;
CREATE SCHEMA public;
{"".join(tables.statements())}
{pony.TABLE}
"""


class Bench:
    """Runs operations of ``lives`` by Django and by psql, and looks at what they did."""

    def __init__(self, scratch, lives):
        self.scratch, self.steps = scratch, pony.steps(lives)
        self.has, self.known = 0, None

    def forwards(self, life):
        operation, before, after = self._step(life)
        with self.scratch.connection.schema_editor(atomic=False) as editor:
            operation.database_forwards(pony.APP, editor, before, after)

    def backwards(self, life):
        operation, before, after = self._step(life)
        with self.scratch.connection.schema_editor(atomic=False) as editor:
            operation.database_backwards(pony.APP, editor, after, before)

    def run_before(self, life):
        """Bring the release to where this operation is next."""
        # Where it goes on from is known only if the test that has it says so at its end.
        left, self.has = self.steps[self.has :], 0
        self.known = None if left[0][0] is not life else self.known
        for earlier, _, _ in left:
            if earlier is life:
                return
            self.forwards(earlier)

    def is_next(self, life):
        return 0 < self.has < len(self.steps) and self.steps[self.has][0] is life

    def has_run(self, life, schema):
        """It is the last one that has run, and this is what it leaves: whose turn is next can go on from here."""
        if self.holds("EXISTS (SELECT FROM epic10_rollback)"):
            return  # After a way back a release is not what it is at first.
        self.known = schema
        self.has = [other for other, _, _ in self.steps].index(life) + 1

    def undo_everything(self):
        """All of it, whatever of it has run."""
        for life, _, _ in reversed(self.steps):
            self.backwards(life)

    def script(self, life, *, backwards=False):
        operation, before, after = self._step(life)
        if backwards:
            return self._written(operation.database_backwards, after, before)
        return self._written(operation.database_forwards, before, after)

    def psql(self, script):
        # A session of its own: it has to look for itself which label is the commonest.
        look = self._written(CommonestLabel("pony", pony.MOOD).database_forwards, pony.START, pony.START)
        return self.scratch.psql(f"{look}\n{script}", "-At")

    def holds(self, condition):
        try:
            return bool(holds(self.scratch.connection, condition))
        except ProgrammingError:  # It speaks of something that is not there.
            return False

    def signs(self, life):
        """Whether each condition holds by which the operation is seen to have run."""
        operation, _, after = self._step(life)
        return [holds(self.scratch.connection, sign) for sign in of_the_release(operation).signs(pony.APP, after)]

    def schema(self):
        return self.scratch.dump_schema()

    def findings(self, kind, *lives):
        """What the checks of one kind find, by check; of every operation, unless told of which."""
        steps = [self._step(life) for life in lives] or [self._step(life) for life, _, _ in self.steps]
        said = [getattr(of_the_release(operation), kind)(pony.APP, after) for operation, _, after in steps]
        asked = [*chain.from_iterable(said)]
        return {result.check.id: result.findings for result in checks.run(asked, Database(self.scratch.connection))}

    def _step(self, life):
        return next((life.operation, before, after) for other, before, after in self.steps if other is life)

    def _written(self, migrate, before, after):
        editor = ScriptEditor(self.scratch.connection)
        return "\n".join(written([(migrate, before, after)], pony.APP, editor))


@pytest.fixture(scope="module")
def stable(django_db_blocker):
    with django_db_blocker.unblock(), database() as scratch:
        yield scratch


@pytest.fixture(scope="module")
def left():
    """The bench of the last test, and its release."""
    return []


@pytest.fixture
def make_bench(stable, left):
    """Makes a bench for a release: the pony as at first, nothing else; or as it was left, if this is next there."""

    def make(lives, next_is=None):
        if next_is and left and left[0] is lives and left[1].is_next(next_is):
            return left[1]
        stable.close()  # And with it what has been SET in this session.
        stable.execute(ANEW)
        left[:] = lives, Bench(stable, lives)
        return left[1]

    return make


@pytest.fixture(scope="module")
def schema_at_first(stable):
    stable.execute(ANEW)
    return stable.dump_schema()
