"""What befalls a whole server: its disk is full, it restarts in the middle, its clock jumps."""

import contextlib
import io
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from epic10.postgres import client_programs
from tests.adversity.test_settings import content
from tests.adversity.test_triggers import WHAT_NOW
from tests.databases import Scratch, database
from tests.migration.disturbances import MOVES_ON, STANDS_STILL, standstill, steps, wait_for
from tests.servers import programs
from tests.servers.server import account, alias, running

LIBFAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
DISK_FULL = (
    r'CommandError: could not extend file "pg_tblspc/[^"]+"(: | with FileFallocate\(\): )No space left on device\n'
    rf"HINT: Check free disk space\.\n{re.escape(WHAT_NOW)}\n"
)
DAYS = 86400


@pytest.fixture(scope="module")
def server():
    with running(programs.complete(account()), autovacuum="off") as own:
        yield own


@pytest.fixture
def moved(server, legacy_template, django_db_blocker):
    """The legacy database, on that server."""
    with django_db_blocker.unblock(), alias("own", server.url()), database(using="own") as copy:
        template = Scratch(legacy_template)
        copy.psql(client_programs.run(template.connection, "pg_dump", "--no-owner"))
        template.close()
        yield copy


@contextlib.contextmanager
def small_disk(server):
    """A directory with room for 64 MB, until somebody makes it smaller."""
    place = server.data.with_name("small")
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("A small disk can only be mounted by root, where mounting is allowed at all.")
    os.chown(place, server.account.uid, server.account.gid)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def resize(place, size):
    subprocess.run(["mount", "-o", f"remount,size={size}", place], check=True)


@pytest.mark.long
def test_a_full_disk_is_said_and_with_room_the_next_run_goes_on(server, moved, after):
    with small_disk(server) as place:
        moved.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
        moved.execute("ALTER TABLE ndas SET TABLESPACE small")
        moved.execute("CHECKPOINT")
        before = content(moved)
        used = os.statvfs(place)
        resize(place, (used.f_blocks - used.f_bfree) * used.f_frsize + 8192)
        finished = moved.manage("migrate", "ndas")
        assert finished.returncode == 1
        assert re.fullmatch(DISK_FULL, finished.stderr), finished.stderr
        assert {table: found[0] for table, found in content(moved).items()} == {
            table: found[0] for table, found in before.items()
        }
        resize(place, "64m")
        moved.migrate()
        assert content(moved) == after.content
        moved.execute("ALTER TABLE ndas SET TABLESPACE pg_default")
        moved.execute("DROP TABLESPACE small")


@pytest.mark.slow
def test_a_server_that_restarts_in_the_middle_is_said_and_the_next_run_goes_on(server, moved, after):
    with standstill(moved):
        process = moved.start("migrate", "ndas", EPIC10_BATCH_SIZE="1")
        wait_for(moved, STANDS_STILL, process)
        moved.close()
        server.stop()
    _, complaint = process.communicate()
    server.start(autovacuum="off")
    moved.execute(MOVES_ON)
    assert (process.returncode, complaint) == (1, f"CommandError: The connection to the server was lost.\n{WHAT_NOW}\n")
    moved.migrate()
    assert content(moved) == after.content


@pytest.mark.long
@pytest.mark.skipif(LIBFAKETIME is None, reason="libfaketime is not on this machine: apt-get install faketime")
def test_a_clock_that_jumps_changes_nothing(server, moved, after, monkeypatch, tmp_path):
    clock = server.data.with_name("clock")
    clock.write_text("+0")
    clock.chmod(0o644)
    moved.close()
    server.stop()
    with monkeypatch.context() as patched:
        patched.setenv("LD_PRELOAD", str(LIBFAKETIME))
        patched.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
        patched.setenv("FAKETIME_NO_CACHE", "1")
        patched.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        server.start(autovacuum="off")
    try:
        for step, days in zip(steps(), [2, -3, 400, -400, 1], strict=True):
            clock.write_text(f"{days * DAYS:+d}")
            step.forwards(moved)
        [[away]] = moved.rows("SELECT max(started_at) - min(started_at) > interval '700 days' FROM epic10_phase_run")
        assert away
        moved.migrate()
        assert content(moved) == after.content
        for command in ("epic10_validate", "epic10_status"):
            call_command(command, database=moved.alias, stdout=io.StringIO())
        clock.write_text(f"{-5 * DAYS}")
        moved.migrate("0001")
        moved.migrate()
        assert content(moved) == after.content
    finally:
        moved.close()
        server.stop()
        server.start(autovacuum="off")
