"""Taking a snapshot of the database, and verifying it."""

import getpass
import socket
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import connections, transaction

from epic10.checks import Check, Database, Fact
from epic10.checks.evaluation import Show, answered
from epic10.checks.report import Report
from epic10.checks.way_back import unreadable
from epic10.ledger import store
from epic10.ledger.models import Snapshot
from epic10.postgres import dump, fingerprint, installations, scratch_database, transaction_ids
from epic10.postgres.client_programs import ToolFailed
from epic10.postgres.errors import NotAllowed
from epic10.postgres.partial_restore import LeftOut
from epic10.postgres.session import unhurried
from epic10.release import plan, revision
from epic10.snapshots import files, manifest
from epic10.snapshots.manifest import Manifest
from epic10.terminal.progress import finished, logger

JOBS = 2
VERIFICATION = "epic10_verify_"

OF_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
ONE_NAME_AT_A_TIME = "SELECT pg_catalog.pg_advisory_xact_lock(1021, 1)"
NO_REMEDY = "This snapshot is of no use: python manage.py epic10_snapshot take"


@dataclass(frozen=True)
class Kept:
    """A snapshot as the list shows it; without a manifest if that cannot be read any more."""

    name: str
    manifest: Manifest | None
    verified_at: datetime | None


def take(using: str, directory: Path, *, jobs: int = JOBS) -> Manifest:
    """
    Write the whole database, as of one moment, into a new folder in ``directory``.

    Row counts and checksums are taken in the same snapshot that pg_dump reads. Until
    everything is on disk the folder has another name, so that an interrupted one is
    never mistaken for a snapshot.
    """
    connection = connections[using]
    _insist_that_all_may_be_read(connection)
    with files.unfinished(directory) as folder, unhurried(connection):
        with _one_moment(connection) as (exported, moment):
            taken = _written(connection, folder / files.DUMP, exported, moment, jobs)
        return _finished(using, directory, folder, taken)


def verify(using: str, directory: Path, name: str, *, jobs: int = JOBS, show: Show | None = None) -> Report:
    """
    Compare every file, and a restored copy, with the manifest.

    The copy is a scratch database on the server of ``using``, which need not be the
    server that the snapshot is from.
    """
    connection, started = connections[using], datetime.now(UTC)
    written = files.read(directory, name)
    results = [answered(FILES, files.damages(directory / name, written), show)]
    if not results[0].findings:
        results.append(answered(COPY, _restored_differs(using, directory / name, written, jobs), show))
    report = Report(
        results,
        command="epic10_snapshot",
        release=written.release["release"],
        database=written.database,
        server=str(connection.pg_version // 10000),
        started=started,
        finished=datetime.now(UTC),
    )
    verified = files.mark(directory / name, verified=not report.failed)
    if store.is_there(connection, Snapshot):
        Snapshot.objects.using(using).filter(name=name).update(verified_at=verified)
    return report


def kept(directory: Path) -> list[Kept]:
    """The snapshots in the directory, the oldest first."""
    return [_kept(directory, name) for name in files.names(directory)]


FILES = Check("snapshot.files", "every file is what it was when the snapshot was written", find=None, hint=NO_REMEDY)
COPY = Check(
    "snapshot.copy",
    "a restored copy has every object, every row and their content",
    find=None,
    hint=f"Where a role that owns something is missing on this server, CREATE ROLE; else: {NO_REMEDY}",
)


def _insist_that_all_may_be_read(connection):
    if missing := unreadable(Database(connection)):
        what, remedies = zip(*missing, strict=True)
        raise NotAllowed(
            f"Nothing was changed: a snapshot is of the whole database, and this role may not read "
            f"{'; '.join(what)}.\nHINT: As a superuser: {' '.join(dict.fromkeys(remedies))}"
        )


def _finished(using, directory, folder, taken) -> Manifest:
    """Finish it under a name that is unique in the directory and in the ledger, even within the same second."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(ONE_NAME_AT_A_TIME)
        has_ledger = store.is_there(connections[using], Snapshot)
        known = set(Snapshot.objects.using(using).values_list("name", flat=True)) if has_ledger else ()
        taken = files.finish(folder, taken, known=known)
        complaint = store.keep(
            using,
            Snapshot,
            name=taken.name,
            directory=str(directory),
            taken_at=taken.taken_at,
            bytes=taken.bytes,
            manifest=taken.as_json(),
        )
    if complaint:
        logger.warning(complaint)
    return taken


def _written(connection, folder, exported, moment, jobs):
    began = time.monotonic()
    database, tables = connection.settings_dict["NAME"], len(fingerprint.every_table(connection))
    dump.dump(connection, folder, snapshot=exported, jobs=jobs, tables=tables)
    logger.info("Counting the rows and taking the checksums of %s tables.", tables)
    return Manifest(
        name="",
        database=database,
        taken_at=moment,
        taken_by=f"{getpass.getuser()}@{socket.gethostname()}",
        contents=manifest.contents(connection),
        files=files.measured(folder),
        seconds=round(time.monotonic() - began, 2),
        server=connection.pg_version // 10000,
        client=installations.major(dump.program(connection)),
        locale=manifest.locale(connection),
        release=revision.identity(),
        schema=manifest.schema(connection),
        seen=transaction_ids.visible_to(connection),
    )


@contextmanager
def _one_moment(connection) -> Iterator[tuple[str, datetime]]:
    """A transaction with an exported snapshot; yields the snapshot's name and the server's time."""
    with transaction.atomic(using=connection.alias, durable=True), connection.cursor() as cursor:
        cursor.execute(OF_ONE_MOMENT)
        cursor.execute("SELECT pg_export_snapshot(), now()")
        exported, moment = cursor.fetchone()
        yield exported, moment.astimezone(UTC)


def _restored_differs(using, folder, written, jobs):
    """A generator, so that the restore counts as the time of this check."""
    scratch_database.drop_abandoned(using, prefix=VERIFICATION)
    with scratch_database.database(using, prefix=VERIFICATION, locale=written.locale) as alias:
        logger.info("Restoring a copy for the comparison.")
        try:
            yield from restored_differs(alias, folder, written, jobs=jobs, options=dump.for_a_copy(connections[alias]))
        except ToolFailed as error:
            yield f"it cannot be restored: {error}"


def restored_differs(alias: str, folder: Path, written: Manifest, *, jobs: int | None, options=()) -> Iterator[str]:
    """
    Restore the dump into the empty database ``alias``; yields how that differs from what was written.

    What the role may not make, such as an extension that wants a superuser, is a Fact,
    as long as it is nothing of the release's.
    """
    left_out = restore_into(alias, folder, written, jobs=jobs, options=options)
    yield from (Fact(f"not in the copy, as this role may not make it: {entry}") for entry in left_out)
    restored = manifest.contents(connections[alias], like=written.contents)
    yield from manifest.differences(written.contents, restored, left_out, plan.load().tables())


def restore_into(alias: str, folder: Path, written: Manifest, *, jobs: int | None, options=()) -> tuple[LeftOut, ...]:
    """Restore the dump into the empty database ``alias``; returns what the role may not make, which is nothing else."""
    return _restored(alias, folder, written, len(written.contents.tables), jobs=jobs, options=options)


def restore_rows(alias: str, folder: Path, written: Manifest, wanted: Collection[str], *, jobs: int):
    """Restore the rows of the tables to the empty database ``alias``: no other rows, no indexes, no constraints."""
    tables = [f"--table={manifest.plain(name)}" for name in sorted(wanted)]
    for options in (["--section=pre-data"], ["--section=data", *tables]):
        options = [*dump.for_a_copy(connections[alias]), *options]
        _restored(alias, folder, written, len(wanted), jobs=jobs, options=options)


def _restored(alias, folder, written, tables, *, jobs, options):
    try:
        return dump.restore(
            connections[alias], folder / files.DUMP, client=written.client, jobs=jobs, tables=tables, options=options
        )
    finally:
        finished()  # Tables that are left out would leave their bar among the lines that follow.


def _kept(directory, name):
    try:
        return Kept(name, files.read(directory, name), files.verified_at(directory / name))
    except files.NoSnapshot:
        return Kept(name, None, None)
