"""Comparison with a snapshot: everything is as it was, except for what was written since."""

from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections

from epic10.checks import Check, Fact
from epic10.checks.evaluation import Show, answered
from epic10.checks.report import Report
from epic10.operations import CountRows
from epic10.postgres import dump, fingerprint, scratch_database, transaction_ids
from epic10.release import plan, schema_objects
from epic10.snapshots import files, manifest, snapshot
from epic10.snapshots.manifest import Contents, Manifest, Table
from epic10.snapshots.row_changes import rows_that_differ
from epic10.terminal.progress import logger

COPY = "epic10_compare_"
SUCH_AS = 3


def compare(using: str, folder: Path, before: Manifest, *, jobs: int, show: Show | None = None) -> Report:
    """
    One result for the schema, and one for each table of the release.

    Tables with equal checksums need no more work. The others are restored from the
    snapshot to another database, and compared row by row.
    """
    connection, started, wanted = connections[using], datetime.now(UTC), tables(before.contents)
    now = manifest.contents(connection, like=before.contents).tables
    same = {name for name, table in wanted.items() if now.get(name) == table}
    results = [answered(_schema(), _other_schema(connection, folder, before), show)]
    with ExitStack() as stack:
        if same != wanted.keys():
            logger.info("Not every table is what it was: comparing row by row with a copy of the snapshot.")
            copy = stack.enter_context(scratch_database.database(using, prefix=COPY, locale=before.locale))
            snapshot.restore_rows(copy, folder, before, wanted.keys() - same, jobs=jobs)
        for name, table in wanted.items():
            unchanged = [Fact(f"{table.rows:,} rows, the same")]
            found = unchanged if name in same else _changes(using, copy, name, before)
            results.append(answered(_rows(name), found, show))
    return Report(
        results,
        command="epic10_rollback",
        release=before.release["release"],
        database=connection.settings_dict["NAME"],
        server=str(connection.pg_version // 10000),
        started=started,
        finished=datetime.now(UTC),
    )


def tables(contents: Contents) -> dict[str, Table]:
    """The tables of the release."""
    release = plan.load().tables()
    return {name: table for name, table in contents.tables.items() if manifest.plain(name) in release}


def numbers(contents: Contents) -> dict:
    """Row count and checksum of each table, for a record."""
    return {manifest.plain(name): {"rows": it.rows, "checksum": it.checksum} for name, it in tables(contents).items()}


def _changes(using, copy, name, before):
    why_not = transaction_ids.why_not(connections[using], before.seen)
    changes = rows_that_differ(using, copy, name, before.contents.tables[name], None if why_not else before.seen)
    if changes.new or changes.written:
        yield Fact(f"since the snapshot {changes.new:,} rows are new and {changes.written:,} were changed")
        if why_not:
            yield Fact(f"told by their time stamps alone, not by transactions: {why_not}")
    if changes.gone:
        line = f"{len(changes.gone):,} rows are gone, such as {_such_as(changes.gone)}"
        yield Fact(line) if manifest.plain(name) in _may_shrink() else line
    if changes.unexplained:
        line = f"{len(changes.unexplained):,} rows differ, and no time stamp says that somebody wrote them"
        yield f"{line}: {_such_as(changes.unexplained)}"
    if changes.older:
        line = f"{len(changes.older):,} rows differ, though no transaction has written them since the snapshot"
        yield f"{line}: {_such_as(changes.older)}"


def _such_as(keys):
    return ", ".join(keys[:SUCH_AS])


def _may_shrink():
    return {table for counted in plan.load().all_of(CountRows) if counted.may_shrink for table in counted.tables}


def _schema():
    return Check(
        "back.schema",
        "the schema of the register is what it was",
        find=None,
        hint="If it was intended, there is nothing to do; otherwise undo it. The whole text: pg_restore --schema-only "
        "--file=- on the dump of the snapshot, and pg_dump --schema-only.",
    )


def _rows(name):
    return Check(
        f"back.{manifest.plain(name)}",
        f"every row of {manifest.plain(name)} is what it was, or somebody has written it since",
        find=None,
        hint="Restore the snapshot beside the database and compare these rows: epic10_snapshot restore … --into …",
    )


def _other_schema(connection, folder, before):
    if manifest.schema(connection) != before.schema:
        was = dump.schema(connection, folder / files.DUMP, client=before.client)
        yield from schema_objects.findings(was, fingerprint.schema(connection), plan.load())
