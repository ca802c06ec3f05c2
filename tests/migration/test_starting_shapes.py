"""Whatever shape the register is in: the same schema after the release, and the very same shape after the way back."""

import pytest

from epic10.checks import FAILED
from epic10.deploy.validate import validate
from tests.databases import Scratch

from .disturbances import look_at
from .shapes import CONVERGING, TOGETHER, facts
from .test_two_routes import SCRIPTS


@pytest.fixture(scope="session")
def wanted(migrated_template, django_db_blocker):
    with django_db_blocker.unblock():
        template = Scratch(migrated_template)
        found = facts(template)
        template.close()
    return found


def converges(database, shapes, wanted):
    for shape in shapes:
        for statement in shape.sql.split(";\n"):
            database.execute(statement)
    before = look_at(database)
    theirs = frozenset().union(*(shape.theirs for shape in shapes))
    for there, back in (
        (lambda: database.migrate(), lambda: database.migrate("0001")),
        (lambda: database.psql(SCRIPTS / "migration.sql"), lambda: database.psql(SCRIPTS / "rollback.sql")),
    ):
        there()
        found = facts(database)
        assert wanted - found == set()
        assert {(kind, name) for kind, name, _ in found - wanted} == theirs
        assert failed(database) == []
        back()
        assert look_at(database) == before


def failed(database):
    report = validate(database.alias)
    return [result for result in report.results if result.verdict == FAILED]


@pytest.mark.slow
@pytest.mark.parametrize("names", TOGETHER, ids=[" + ".join(names)[:60] for names in TOGETHER])
def test_it_converges_and_comes_back(legacy_database, names, wanted):
    converges(legacy_database, [CONVERGING[name] for name in names], wanted)


@pytest.mark.long
@pytest.mark.parametrize("name", CONVERGING)
def test_alone_it_converges_and_comes_back(legacy_database, name, wanted):
    converges(legacy_database, [CONVERGING[name]], wanted)


def test_every_shape_is_tested_with_others():
    assert sorted(name for names in TOGETHER for name in names) == sorted(CONVERGING)
