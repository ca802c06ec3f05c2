"""Disk space: whether there is room for what the release writes."""

import os
from contextlib import suppress

from epic10.postgres.errors import NotVisible
from epic10.postgres.server import insist_on_this_machine
from epic10.terminal.units import amount

from . import Fact, Find, Skip

# Acceptance criteria, task group 3.
SHARE_OF_THE_DATABASE = 0.10

# Two queries, because a function that the role may not execute fails at the start of a
# statement, whatever its WHERE says.
MAY_SEE = """
    SELECT pg_catalog.pg_has_role('pg_read_all_settings', 'USAGE'),
        pg_catalog.has_function_privilege('pg_stat_file(text)', 'EXECUTE')"""
DIRECTORY = """
    SELECT pg_catalog.current_setting('data_directory'), extract(epoch FROM (pg_stat_file('.')).modification)"""


def is_known(*, free: int | None) -> Find:
    """``free`` is in bytes as the operator stated it, or None to ask the server."""

    def find(db):
        try:
            yield Fact(f"{amount(free_on(db) if free is None else free)} free")
        except NotVisible as reason:
            yield f"it is not: {reason}"

    return find


def is_enough(needed: int, *, free: int | None) -> Find:
    """There is room for ``needed`` bytes and for a tenth of the database."""

    def find(db):
        try:
            room = free_on(db) if free is None else free
        except NotVisible as reason:
            raise Skip(f"The free disk space is not known: {reason}.") from reason
        [[size]] = db.rows("SELECT pg_database_size(current_database())")
        wanted = max(int(size * SHARE_OF_THE_DATABASE), needed)
        line = (
            f"{amount(room)} free; {amount(wanted)} wanted: "
            f"a tenth of the database is {amount(size * SHARE_OF_THE_DATABASE)}, the release writes {amount(needed)}"
        )
        yield line if room < wanted else Fact(line)

    return find


def takes_a_log_of(needed: int) -> Find:
    """After ``max_wal_size`` at the latest the server makes a checkpoint; commits wait while it syncs to disk."""

    def find(db):
        [[most]] = db.rows("SELECT pg_catalog.pg_size_bytes(pg_catalog.current_setting('max_wal_size'))")
        line = f"the release writes about {amount(needed)} of WAL, and a checkpoint comes after {amount(most)} at most"
        yield line if needed > most else Fact(line)

    return find


def free_on(db) -> int:
    """Bytes free on the disk of the server's data directory. Raises NotVisible."""
    insist_on_this_machine(db.connection)
    [[sees_settings, sees_files]] = db.rows(MAY_SEE)
    if not (sees_settings and sees_files):
        missing = "pg_monitor" if not sees_settings else "EXECUTE on pg_stat_file(text)"
        raise NotVisible(f"the role may not see the data directory, for want of {missing}")
    [[directory, modified]] = db.rows(DIRECTORY)
    with suppress(OSError):
        # A server with a local address may still run in a container, where the same path is
        # another directory.
        if abs(os.stat(directory).st_mtime - float(modified)) < 1:
            disk = os.statvfs(directory)
            return disk.f_bavail * disk.f_frsize
    raise NotVisible("its data directory is not on this machine")
