"""
A rehearsal of the schema: the release there and back on a copy of this database without its rows.

What is refused half-way for reasons that nobody has listed is refused here first:
a trigger, a rule, a policy, a function that knows the columns by their places.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError, call_command
from django.db import Error, connections, transaction

from epic10 import checks
from epic10.checks import BEFORE, SMOKE, SMOKE_PREVIOUS, Check, Database, Fact, Skip
from epic10.operations.phase import walk
from epic10.postgres import client_programs
from epic10.postgres.errors import NotAllowed, in_function
from epic10.postgres.migration_lock import only_migrator
from epic10.rehearsal import schema_copy
from epic10.rehearsal.load import registered
from epic10.rehearsal.schema_copy import Copy
from epic10.release import plan, schema_objects, scripts, state
from epic10.release.advice import why
from epic10.terminal.progress import logger

COMMAND = "epic10_precheck"
MOST_TOLD = 5
# Functions in SQL: PostgreSQL looks into the text when they are made, and not again before they are called.
FUNCTIONS = """
    SELECT p.oid::regprocedure::text, pg_catalog.pg_get_functiondef(p.oid)
      FROM pg_proc p JOIN pg_language l ON l.oid = prolang
     WHERE lanname = 'sql' AND prokind <> 'a'
       AND pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
       AND NOT EXISTS (SELECT FROM pg_depend
                        WHERE classid = 'pg_proc'::regclass::oid AND objid = p.oid AND deptype = 'e')
     ORDER BY 1"""
HINT = (
    "Set right what is named, or have it out of the way for the night; then ask again. "
    "--without-schema-rehearsal leaves this out."
)


def check() -> Check:
    return Check(
        "schema.rehearsal",
        "on a copy of this schema the release goes there and back, and both applications can write on the way",
        _find,
        when=BEFORE,
        hint=HINT,
    )


def _find(db: Database) -> Iterator[str]:
    release, using = plan.load(), db.alias
    if state.has_begun(connections[using]):
        raise Skip("The release has begun here: in a copy it would not know what is its own.")
    try:
        with schema_copy.copied(using) as first:
            if not schema_copy.is_whole(first, release.tables()):
                raise Skip(f"The tables could not be copied: {'; '.join(first.left_out[:MOST_TOLD])}")
            yield from (Fact(f"not as here in the copy, so not tried: {what}") for what in first.left_out)
            with _silence(), schema_copy.again(first) as second:
                yield from _by_django(first)
                yield from _by_psql(second)
    except NotAllowed as error:
        raise Skip(str(error).replace("\nHINT: ", " ")) from error
    except client_programs.ToolFailed as error:
        yield f"the schema could not be copied: {error}"


def _by_django(copy: Copy) -> Iterator[str]:
    release, connection = plan.load(), connections[copy.alias]
    migrate = _migrating(copy)
    try:
        migrate(release.previous)
        yield from (Fact(f"a row to try it with was refused: {line}") for line in registered().probe(connection))
        before, out_of_order = schema_copy.schema(copy), _old_application(copy)
        yield from (Fact(f"cannot be told by a copy without rows: {line}") for line in out_of_order)
        for phase in _phases(copy):
            yield from _new(f"after {phase}, for the old application", _old_application(copy), out_of_order)
        migrate()
        if not out_of_order:
            yield from _new("after the switch", _new_application(copy), [])
        migrate(release.previous)
        yield from _new("after the way back, for the old application", _old_application(copy), out_of_order)
        yield from _differences("python manage.py migrate", before, schema_copy.schema(copy))
    except (CommandError, Error) as error:
        yield f"by python manage.py migrate: {_words(error)}"


def _by_psql(copy: Copy) -> Iterator[str]:
    connection = connections[copy.alias]
    texts = {path.name: text for path, text in scripts.files(plan.load()).items()}
    script = "migration.sql"
    try:
        registered().probe(connection)
        before = schema_copy.schema(copy)
        for script in ("migration.sql", "rollback.sql"):
            client_programs.run(connection, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", input=texts[script])
        yield from _differences("psql", before, schema_copy.schema(copy))
    except (CommandError, Error) as error:
        yield f"by psql, {script}: {_words(error)}"


def _phases(copy: Copy) -> Iterator[str]:
    """Carries out one phase after the other, all but the switch; the name of each once it is done."""
    release, connection = plan.load(), connections[copy.alias]
    with only_migrator(connection, COMMAND):
        for phase, before, after in walk(release.phases[:-1], release.app_label, release.before):
            with connection.schema_editor(atomic=False) as editor:
                phase.database_forwards(release.app_label, editor, before, after)
            yield phase.name


def _old_application(copy: Copy) -> list[str]:
    """In a session that has been at work before, and in one that comes new: what plans it has makes a difference."""
    kept = _smoke(copy, SMOKE_PREVIOUS)
    return list(dict.fromkeys([*kept, *_in_a_new_session(copy, SMOKE_PREVIOUS), *_broken_functions(copy)]))


def _new_application(copy: Copy) -> list[str]:
    return [*_in_a_new_session(copy, SMOKE), *_broken_functions(copy)]


def _in_a_new_session(copy: Copy, kind: str) -> list[str]:
    connections[copy.alias].close()
    return _smoke(copy, kind)


def _broken_functions(copy: Copy) -> Iterator[str]:
    """Functions of others that could not be made any more as they are."""
    connection = connections[copy.alias]
    with connection.cursor() as cursor:
        cursor.execute(FUNCTIONS)
        for name, definition in cursor.fetchall():
            try:
                with transaction.atomic(using=copy.alias):
                    cursor.execute(definition)
                    transaction.set_rollback(True, using=copy.alias)
            except Error as error:
                yield f"function {name}: {_words(error)}"


def _smoke(copy: Copy, kind: str) -> list[str]:
    db = Database(connections[copy.alias])
    results = [checks.ask(check, db) for check in checks.registered(kind)]
    return [f"{result.check.title}: {finding}" for result in results for finding in result.findings]


def _new(when, found, known) -> Iterator[str]:
    yield from (f"{when}: {line}" for line in [line for line in found if line not in known][:MOST_TOLD])


def _differences(route, before, after) -> Iterator[str]:
    if before != after:
        named = [str(change) for change in schema_objects.changes(before, after)]
        yield f"by {route} there and back, the schema is not what it was: {'; '.join(named) or 'in another order'}"


def _migrating(copy: Copy):
    app_label = plan.load().app_label
    return lambda *target: call_command(
        "migrate", app_label, *target, database=copy.alias, stdout=io.StringIO(), stderr=io.StringIO(), verbosity=0
    )


def _words(error) -> str:
    # Without the advice on what is half-way: that would be of the copy.
    text = why(error)
    where = in_function(error if isinstance(error, Error) else error.__context__ or error)
    return " ".join(line.removeprefix("HINT: ") for line in text.splitlines()[:2]) + where


@contextmanager
def _silence() -> Iterator[None]:
    """What the phases say of the copy would read as if it were said of the database."""
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
