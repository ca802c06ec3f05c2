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
        for earlier, _, _ in self.steps:
            if earlier is life:
                return
            self.forwards(earlier)

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


@pytest.fixture
def make_bench(stable):
    """Makes a bench for a release: the pony as at first, nothing else."""

    def anew(lives):
        stable.close()  # And with it what has been SET in this session.
        stable.execute(ANEW)
        return Bench(stable, lives)

    return anew


@pytest.fixture(scope="module")
def schema_at_first(stable):
    stable.execute(ANEW)
    return stable.dump_schema()
