"""More workers than the role, or the database, may have connections are refused before the first change."""

import pytest
from django.core.management import CommandError

from epic10.deploy.precheck import Limits, precheck
from epic10.operations.backfill.workers import limited
from tests.migration.disturbances import look_at


@pytest.fixture
def limit(request, register, register_owner, migrator, people):
    """The register as a migrator reaches it; whose limit it is, and how it is set."""
    register.execute(f"GRANT {register_owner} TO {migrator}")
    reached = people.reaching(register, migrator)
    whose, name = {"role": ("role", migrator), "database": ("database", register.name)}[request.param]
    return reached, f"the {whose} {name}", f'ALTER {whose} "{name}" CONNECTION LIMIT {{}}'


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["role", "database"], indirect=True)
def test_workers_beyond_the_limit_are_refused(register, limit):
    reached, whose, statement = limit
    register.execute(statement.format(5))
    register.close()
    found = look_at(reached)
    with pytest.raises(CommandError) as refusal:
        reached.migrate(workers=4)
    assert str(refusal.value).splitlines() == [
        # The one that migrates, and the one that has the migration lock.
        f"There are too few connections for so many workers: {whose}: 2 of 5 are in use, and 4 more are wanted.",
        "HINT: Fewer --workers, or ALTER ROLE, ALTER DATABASE ... CONNECTION LIMIT; of the server: max_connections.",
        "Nothing was changed.",
    ]
    assert look_at(reached) == found
    assert [result.findings for result in asked(reached, workers=5)] == [
        (f"{whose}: 1 of 5 are in use, and 6 more are wanted",)
    ]
    assert [result.findings for result in asked(reached, workers=3)] == [()]
    reached.migrate(workers=3)


def asked(database, workers):
    with limited(workers):
        results = precheck(database.alias, Limits()).results
    return [result for result in results if result.check.id == "role.connections"]
