"""A standby is never further behind than it may be, and the backfill goes on when it has caught up."""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from epic10.postgres import client_programs, fingerprint, throttle
from epic10.release import plan
from tests.migration.disturbances import wait_until
from tests.migration.test_two_routes import SCRIPTS
from tests.servers.server import alias

MAX_LAG = 1  # MB, the least that can be set
BATCH = 100
ONE_BATCH = 200_000  # bytes, generously
TEN_BATCHES = 10 * ONE_BATCH  # the scripts take a thousand rows at a time
WAITS = "The backfill of ndas waits"
ROWS_DONE = "SELECT coalesce(sum(rows), 0) FROM epic10_phase_run WHERE phase = 'backfill'"
# When the migration, which waits, has asked last.
LOOKED = (
    "SELECT query_start FROM pg_stat_activity WHERE query LIKE '%%pg_stat_replication%%' AND pid <> pg_backend_pid()"
    " AND datname = current_database()"
)


@pytest.fixture
def started(register):
    """``migrate ndas`` in a process of its own that takes little steps."""

    def start(**environment):
        processes.append(register.start("migrate", "ndas", EPIC10_BATCH_SIZE=str(BATCH), **environment))
        return processes[-1]

    processes = []
    yield start
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_the_lag_stays_under_its_bound_and_the_backfill_goes_on_when_it_falls(register, standby, started):
    standby.caught_up()
    with standby.paused():
        process = started(EPIC10_MAX_LAG=str(MAX_LAG))
        waits = next(line for line in process.stdout if "waits" in line)
        assert re.fullmatch(rf"{WAITS}: the standby walreceiver is 1\.\d MB behind, and 1 MB is the most .*\n", waits)
        assert process.stdout.readline() == (
            "HINT: It goes on by itself when the standby has caught up; "
            "with EPIC10_MAX_LAG=0 it does not wait for standbys.\n"
        )
        [[done]] = register.rows(ROWS_DONE)
        assert 0 < done < 3000
        looks = {register.rows(LOOKED)[0]}
        wait_until(lambda: looks.add(register.rows(LOOKED)[0]) or len(looks) > 2, "two more looks at the standby")
        assert register.rows(ROWS_DONE) == [(done,)]
        assert MAX_LAG * 1_000_000 < standby.lag() < MAX_LAG * 1_000_000 + ONE_BATCH
    rest, complaint = process.communicate()
    assert (process.returncode, complaint) == (0, "")
    assert "The backfill of ndas goes on.\n" in rest
    standby.caught_up()
    with alias("standby", standby.server.url(register.name)):
        columns = fingerprint.columns(register.connection, plan.load().tables())
        assert fingerprint.content(connections["standby"], columns) == fingerprint.content(register.connection, columns)


@pytest.mark.slow
def test_by_psql_it_waits_as_well(register, standby):
    standby.caught_up()
    pid = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    with ThreadPoolExecutor() as another, standby.paused():
        script = another.submit(by_psql, register)
        wait_until(lambda: register.rows(pid) or script.done(), "the script waiting")
        assert not script.done()
        assert MAX_LAG * 1_000_000 < standby.lag() < MAX_LAG * 1_000_000 + TEN_BATCHES
    assert re.search(
        r"The backfill waits: the standby walreceiver is [12]\.\d MB behind, and 1 MB is the ", script.result()
    )


def by_psql(register):
    return subprocess.run(
        [
            client_programs.find(register.connection, "psql"),
            "-X",
            "-v",
            "ON_ERROR_STOP=1",
            "-f",
            SCRIPTS / "migration.sql",
        ],
        env=os.environ
        | client_programs.environment(register.connection)
        | {"PGOPTIONS": f"-c epic10.max_lag={MAX_LAG}"},
        stderr=subprocess.PIPE,
        check=True,
        text=True,
    ).stderr


@pytest.mark.slow
def test_with_zero_it_waits_for_no_standby(standby, started):
    with standby.paused():
        process = started(EPIC10_MAX_LAG="0")
        said, _ = process.communicate()
    assert process.returncode == 0
    assert "waits" not in said


def test_a_role_that_may_not_see_the_standbys_is_told_so(register, standby, caplog):
    standby.caught_up()
    register.execute("CREATE ROLE blind LOGIN")
    try:
        with alias("blind", register.url.replace("user=ndas", "user=blind")):
            throttle.Throttle(connections["blind"], "ndas").wait()
    finally:
        register.execute("DROP ROLE blind")
    assert [record.getMessage() for record in caplog.records] == [
        "This role may not see how far the standbys are behind, so the backfill does not wait for them.\n"
        "HINT: GRANT pg_read_all_stats TO the role that migrates."
    ]
