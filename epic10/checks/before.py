"""Checks of the precheck: what could stop the release or make it slow, before anything changes."""

from collections.abc import Callable, Iterable

from epic10.postgres import view_schemas
from epic10.terminal.units import seconds

from . import (
    BEFORE,
    Check,
    Find,
    after,
    connections,
    disk,
    drift,
    replication,
    schema,
    sessions,
    statements,
    violations,
    way_back,
)

Models = Callable[[], Iterable[type]]

WAIT_OR_END = "Wait for it, or end it: SELECT pg_terminate_backend(pid);"


def replication_checks(tables: list[str]) -> list[Check]:
    return [
        _warning(
            "replication.standbys",
            "every standby keeps up",
            replication.standbys_keep_up(),
            hint="Wait until it has caught up: SELECT application_name, replay_lsn FROM pg_stat_replication;",
        ),
        _warning(
            "replication.slots",
            "no replication slot retains WAL that nobody reads",
            replication.no_slot_left_behind(),
            hint="Start its reader, or SELECT pg_drop_replication_slot('name'); the release's log fills the disk.",
        ),
        _warning(
            "replication.logical",
            "no table of the release is part of a logical replication",
            replication.not_replicated(tables),
            hint="Bring the new columns to the other side first, under their names after the switch; "
            "or take the table out: ALTER PUBLICATION … DROP TABLE …;",
        ),
    ]


def connections_check(wanted: int) -> Check:
    return _check(
        "role.connections",
        "as many connections are to be had as the release takes",
        connections.are_to_be_had(wanted),
        hint=connections.HINT,
    )


def session_checks(tables: list[str], changed: list[str]) -> list[Check]:
    return [
        *_blocking_sessions(changed),
        *_old_transactions(),
        *_maintenance(tables, changed),
        *_noticing(tables, changed),
    ]


def _blocking_sessions(changed):
    return [
        _warning(
            "traffic.visible",
            "this role sees what other sessions do",
            sessions.others_visible(),
            hint="As a superuser: GRANT pg_read_all_stats TO the role of DATABASE_URL;",
        ),
        _check(
            "traffic.locks",
            f"no transaction has held a lock on {', '.join(changed)} for {seconds(sessions.LONG_FOR_A_LOCK)}",
            sessions.nobody_holds(changed),
            hint=WAIT_OR_END,
        ),
        _check(
            "traffic.snapshots",
            "no transaction here is so old that the build of an index would wait for it",
            sessions.no_old_snapshot(),
            hint=WAIT_OR_END,
        ),
    ]


def _old_transactions():
    return [
        _check(
            "traffic.prepared",
            "no transaction is prepared in this database",
            sessions.nothing_prepared(here=True),
            hint="COMMIT PREPARED 'name'; or ROLLBACK PREPARED 'name';",
        ),
        _warning(
            "traffic.prepared_elsewhere",
            "no transaction is prepared in another database",
            sessions.nothing_prepared(here=False),
            hint="It keeps old row versions here too. In its own database: COMMIT or ROLLBACK PREPARED 'name';",
        ),
        _warning(
            "traffic.old_rows",
            "nobody else keeps old row versions",
            sessions.nothing_keeps_old_rows(),
            hint="The tables grow more than they need to while it lasts. " + WAIT_OR_END,
        ),
    ]


def _noticing(tables, changed):
    old = view_schemas.old()
    return [
        _warning(
            "traffic.every_column",
            f"nobody takes every column of {' or '.join(changed)}, as SELECT * and RETURNING * do",
            statements.nobody_sends(statements.EVERY_COLUMN, changed),
            hint=f"Prepared in sessions of the old application they fail when columns are added, until the session is "
            f"renewed. With search_path = {old}, public they go on: docs/both-applications.md; or name the columns; "
            "or restart its sessions after --prepare.",
        ),
        _warning(
            "traffic.not_through_views",
            "nobody sends what PostgreSQL does not do through a view",
            statements.nobody_sends(statements.NOT_THROUGH_A_VIEW, tables),
            hint=f"MERGE, TRUNCATE, COPY ... FROM and ON CONFLICT ON CONSTRAINT are refused in {old}: for these name "
            "the table with its schema; after the switch it has the new labels.",
        ),
    ]


def _maintenance(tables, changed):
    return [
        _check(
            "traffic.pg_dump",
            "no pg_dump is running in this database",
            sessions.no_dump(),
            hint="Wait until it is done: the release waits for its locks, and everybody else behind the release.",
        ),
        _check(
            "traffic.wraparound",
            "no vacuum to prevent wraparound is at work on a table of the release",
            sessions.no_wraparound_vacuum(changed),
            hint="Wait until it is done; how far it is: SELECT * FROM pg_stat_progress_vacuum;",
        ),
        _warning(
            "traffic.wraparound_soon",
            "no vacuum to prevent wraparound is about to begin",
            sessions.no_wraparound_soon(tables),
            hint="VACUUM (FREEZE) these tables a day before the release.",
        ),
    ]


BESIDE_THE_BACKFILL = (
    "It costs time, which the estimate leaves out. What it changes in other columns than the new ones, updated_at for "
    "one, is put back; what it writes elsewhere, an audit for one, stays. For one that is not meant for these changes: "
    "as a superuser, ALTER ROLE ... SET session_replication_role = replica; then python manage.py migrate ndas "
    "--prepare; then ALTER ROLE ... RESET session_replication_role."
)


def schema_checks(models: Models, tables: list[str], changed: list[str], *, ours: str, begun: bool) -> list[Check]:
    return [*_drift(models, begun), *_tables(models, tables, changed, ours)]


def _drift(models, begun):
    return [
        _check(
            "schema.complete",
            "every table and column that the release builds on is there",
            drift.nothing_missing(models),
            hint="Is this the right database? python manage.py migrate ndas 0001 makes what an empty one lacks.",
        ),
        _warning(
            "schema.drift",
            "everything is as the release expects it, object by object",
            drift.as_expected(models, begun=begun),
            hint="Nothing to do if it is meant to be so; what the release cannot work with fails a check of its own.",
        ),
    ]


def _tables(models, tables, changed, ours):
    return [
        _check(
            "schema.invalid_indexes",
            "no index is invalid",
            after.indexes_usable(tables),
            hint="REINDEX INDEX CONCURRENTLY it, or drop it if its name ends in _ccnew or _ccold.",
        ),
        _warning(
            "schema.duplicate_indexes",
            "no index duplicates another",
            schema.no_duplicate_index(tables),
            hint="DROP INDEX CONCURRENTLY one of the two; every changed row is entered in both.",
        ),
        _check(
            "schema.orphans",
            "every foreign key points at a row that is there",
            after.no_orphans(tables, models),
            hint="Restore the missing row, or clear the reference to it.",
        ),
        _warning(
            "schema.triggers",
            "no trigger of somebody else's fires during the backfill",
            schema.no_trigger_fires(changed, but=ours),
            hint=BESIDE_THE_BACKFILL,
        ),
        _warning(
            "schema.open",
            "nobody but its owner may create in a schema of the search_path",
            schema.nobody_else_creates(),
            hint="Have the owner of the schema, or a superuser, run the statements above.",
        ),
        _warning(
            "schema.creators",
            "nobody but the owner of the database may create a schema in it",
            schema.nobody_else_creates_schemas(),
            hint=f"An application with {view_schemas.old()} on its search_path would find what is put there before the "
            "release, or after it. Take the privilege away, or set that search_path after --prepare.",
        ),
    ]


def dependents_check(moved: dict[str, list[str]], *, indexes: list[str], followed: dict[str, str]) -> Check:
    return _warning(
        "schema.dependents",
        "nothing else uses a column that changes places",
        schema.nothing_depends(moved, indexes=indexes, followed=followed),
        hint="It goes on working, there and back. To give it the new labels after the release, make it anew, a view in "
        "one transaction: BEGIN; DROP VIEW …; CREATE VIEW … AS …; GRANT … ON … TO …; COMMIT; CREATE OR REPLACE may "
        "not change the type of a column. An index: CREATE INDEX CONCURRENTLY … on the new column, under another name.",
    )


def snapshot_checks(*, snapshot_age: float) -> list[Check]:
    return [
        _check(
            "role.reads",
            "the role may read the whole database, as a snapshot has to",
            way_back.everything_readable(),
            hint="As a superuser, run the statements above.",
        ),
        _check(
            "role.scratch",
            "the role may make a database, to try out a snapshot in",
            violations(way_back.MAY_MAKE_DATABASES),
            hint="As a superuser, run the statement above; NOCREATEDB takes it away again after the night.",
        ),
        _check(
            "way_back.pg_dump",
            "a pg_dump that fits the server is on this machine",
            way_back.has_client("pg_dump"),
            hint="Install the client programs of the server's version, or name their place: NDAS_PG_BIN=/path/to/bin.",
        ),
        _warning(
            "way_back.snapshot",
            f"a snapshot has been taken in the last {seconds(snapshot_age)}, and verified",
            way_back.verified_snapshot(younger_than=snapshot_age),
            hint="python manage.py epic10_snapshot take, then python manage.py epic10_snapshot verify",
        ),
    ]


def disk_checks(needed: int, *, log: int, free: int | None) -> list[Check]:
    return [
        _warning(
            "disk.known",
            "the free disk space of the server is known",
            disk.is_known(free=free),
            hint="Look it up on the server and pass it on: --free-disk 20GB",
        ),
        _check(
            "disk.enough",
            "the disk has room for the release",
            disk.is_enough(needed, free=free),
            hint="Free some, or give the server a larger disk.",
        ),
        _warning(
            "disk.checkpoints",
            "the release's WAL fits between two checkpoints",
            disk.takes_a_log_of(log),
            hint="For the night: ALTER SYSTEM SET max_wal_size = '16GB'; SELECT pg_reload_conf(); then RESET it.",
        ),
    ]


def _check(id: str, title: str, find: Find, *, hint: str) -> Check:
    return Check(id, title, find, BEFORE, hint)


def _warning(id: str, title: str, find: Find, *, hint: str) -> Check:
    return Check(id, title, find, BEFORE, hint, blocking=False)
