"""One shape, tried: what precheck says of it, and what becomes of it on the way there and back."""

from dataclasses import dataclass, field

from django.core.management import CommandError
from django.db import Error

from epic10 import checks
from epic10.checks import SMOKE, SMOKE_PREVIOUS
from epic10.deploy import precheck, validate
from epic10.postgres import client_programs, fingerprint
from epic10.postgres.errors import first_line
from epic10.rehearsal import schema_rehearsal
from epic10.release import plan, scripts
from tests.databases import Scratch, database
from tests.shapes.shape import Shape

DONE, REFUSED, STOPPED, NOT_TRIED = "done", "refused", "stopped half-way", "not tried"
GO, NO_GO = "GO", "NO-GO"
PREVIOUS = "0001"


@dataclass
class Trial:
    """
    What became of one shape by one route; ``word`` is precheck's.

    ``refused`` is before the first change, with nothing changed. ``wrong`` is what
    nobody may find afterwards. Whoever migrates in spite of a NO-GO may be stopped
    before the switch, if all the way back is open.
    """

    shape: str
    route: str
    server: int
    word: str = ""
    why: list[str] = field(default_factory=list)
    there: str = NOT_TRIED
    back: str = NOT_TRIED
    wrong: list[str] = field(default_factory=list)

    @property
    def behaved_wrongly(self) -> bool:
        is_stuck = self.there == STOPPED and (self.word == GO or self.back != DONE)
        return bool(self.wrong) or is_stuck or self.back == STOPPED

    @property
    def said_go_and_stopped(self) -> bool:
        return self.word == GO and self.there != DONE


class Django:
    """``manage.py migrate``, in this process."""

    name = "migrate"

    def there(self, db: Scratch):
        db.migrate(None)

    def back(self, db: Scratch):
        db.migrate(PREVIOUS)


class Psql:
    """The scripts that are derived from the migration."""

    name = "psql"

    def __init__(self):
        self.texts = {path.name: text for path, text in scripts.files(plan.load()).items()}

    def there(self, db: Scratch):
        db.psql(self.texts["migration.sql"])

    def back(self, db: Scratch):
        db.psql(self.texts["rollback.sql"])


def tried(shape: Shape, template: str, server: int) -> list[Trial]:
    """By each route, on a database of its own, on a server of this major version."""
    trials = []
    for route in (Django(), Psql()):
        with database(template) as db:
            trial = Trial(shape.name, route.name, server)
            trials.append(trial)
            try:
                _make(db, shape.made)
                trial.word, trial.why = (trials[0].word, trials[0].why) if trials[1:] else _word(db)
                _go(trial, shape, route, db)
            except client_programs.ToolFailed as error:
                trial.wrong.append(f"the shape cannot be made: {error}")
            finally:
                db.close()
                if shape.unmade:
                    db.psql(_in(db, shape.unmade))
    return trials


def _word(db) -> tuple[str, list[str]]:
    report = precheck.precheck(db.alias, precheck.Limits(), also=[schema_rehearsal.check()])
    failed = [result for result in report.results if result.verdict == checks.FAILED]
    return (NO_GO if failed else GO), [f"{result.check.id}: {result.findings[0]}" for result in failed]


def _go(trial, shape, route, db):
    columns = fingerprint.columns(db.connection, plan.load().tables())
    before = _looked_at(db, columns)
    usual = {"old": _smoke(db, SMOKE_PREVIOUS), "used": _used(db, shape)}
    trial.there, said = _done(route.there, db, before, columns)
    if trial.there == DONE:
        trial.wrong += [f"validation: {line}" for line in _validation(db)]
        if not usual["old"]:
            trial.wrong += [f"the new application: {line}" for line in _smoke(db, SMOKE)]
        trial.wrong += [f"its owner, afterwards: {line}" for line in _used(db, shape) if not usual["used"]]
        _make(db, shape.since)
    else:
        trial.why.append(said)
    between = _looked_at(db, None)
    trial.back, said = _done(route.back, db, between, None)
    if trial.back == DONE:
        trial.wrong += _differences(before, _looked_at(db, columns))
        trial.wrong += [f"the old application: {line}" for line in _smoke(db, SMOKE_PREVIOUS) if not usual["old"]]
        trial.wrong += [f"its owner, back again: {line}" for line in _used(db, shape) if not usual["used"]]
    else:
        trial.why.append(said)


def _done(step, db, before, columns) -> tuple[str, str]:
    """How it ended, and what was said; refused is only what has left everything as it was."""
    try:
        step(db)
    except (CommandError, Error, client_programs.ToolFailed) as error:
        said = " ".join(str(error).split())
        return (REFUSED if _looked_at(db, columns) == before else STOPPED), said
    finally:
        db.close()
    return DONE, ""


def _looked_at(db, columns):
    """The schema, and the content of these columns, or of all."""
    connection = db.connection
    of = columns or fingerprint.columns(connection, plan.load().tables())
    return fingerprint.schema(connection), fingerprint.content(connection, of)


def _differences(before, after) -> list[str]:
    differs = [what for what, was, now in zip(("schema", "rows"), before, after, strict=True) if was != now]
    return [f"back again, the {what} is not what it was" for what in differs]


def _validation(db) -> list[str]:
    report = validate.validate(db.alias)
    return [f"{r.check.id}: {r.findings[0]}" for r in report.results if r.verdict == checks.FAILED]


def _smoke(db, kind) -> list[str]:
    db.close()
    asked = checks.run(checks.registered(kind), checks.Database(db.connection))
    return [f"{result.check.id}: {result.findings[0]}" for result in asked if result.findings]


def _used(db, shape) -> list[str]:
    """What its owner is told, in a session of their own; nothing of it stays."""
    if not shape.used:
        return []
    try:
        db.psql(f"BEGIN; {_in(db, shape.used)}; ROLLBACK")
    except client_programs.ToolFailed as error:
        return [first_line(error)]
    return []


def _make(db, text):
    if text:
        db.close()
        db.psql(_in(db, text))
        db.close()


def _in(db, text) -> str:
    return text.replace("{db}", db.name)
