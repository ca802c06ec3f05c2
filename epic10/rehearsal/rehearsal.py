"""A rehearsal of the night: there, back and there again on a scratch database."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from epic10.checks import Database
from epic10.deploy import validate
from epic10.deploy.deploy import smoke
from epic10.deploy.precheck import BUFFER
from epic10.deploy.run import FAILED, Run, witnessed
from epic10.postgres import dump, fingerprint, scratch_database
from epic10.postgres.catalog import holds, quoted, relation_exists
from epic10.postgres.lock_watch import LockWatch
from epic10.postgres.migration_lock import only_migrator
from epic10.rehearsal import lock_report, phases_under_load, probe_rows
from epic10.rehearsal.differences import Busy, differences, look
from epic10.rehearsal.phases_under_load import Wish, during, idle
from epic10.release import plan
from epic10.snapshots import manifest, snapshot
from epic10.snapshots.manifest import Manifest
from epic10.terminal.progress import logger

PREFIX = "epic10_rehearsal_"
# If a thousand requests fail, a few of them say enough; all of them are in the record.
MOST_TOLD = 20


@dataclass(frozen=True)
class Source:
    """Where the rows come from: a snapshot, or a number of generated NDAs."""

    rows: int = 0
    folder: Path | None = None
    manifest: Manifest | None = None


def rehearse(run: Run, source: Source, *, window: float, jobs: int, out, busy: Wish | None = None):
    """
    There, back and there again on a scratch database beside the one of the run.

    The commands are those of the night itself; their output goes to ``out``.
    ``run.facts`` gets the differences, the expected time in production, and, with
    ``busy`` applications, their figures.
    """
    connections[run.using].ensure_connection()
    scratch_database.drop_abandoned(run.using, prefix=PREFIX)
    locale = source.manifest.locale if source.manifest else manifest.locale(connections[run.using])
    with (
        scratch_database.database(run.using, prefix=PREFIX, locale=locale) as alias,
        only_migrator(connections[alias], run.command),
        witnessed(run, alias),
    ):
        _there_back_and_there_again(run, alias, source, jobs, out, busy)
        run.facts |= _outlook(run, alias, window)
    if failures(run):
        run.verdict = FAILED


def failures(run: Run) -> list[str]:
    """One line for each failure; none means that the rehearsal passed."""
    failed = [f"{report.summary} ({report.command})" for report in run.reports if report.failed]
    locks, parked, busy = run.facts.get("locks"), run.facts.get("parked"), run.facts.get("traffic")
    return [
        *failed,
        *run.facts.get("differences", []),
        *(probe_rows.failures(parked) if parked else []),
        *(lock_report.too_long(locks) if locks else []),
        *(phases_under_load.too_long(busy) + busy["failures"][:MOST_TOLD] if busy else []),
    ]


def _there_back_and_there_again(run, alias, source, jobs, out, busy):
    release, connection = plan.load(), connections[alias]
    watch = LockWatch(connection, release.tables())
    migrate = partial(call_command, "migrate", release.app_label, database=alias, stdout=out)
    _filled(run, alias, source, jobs, out)
    written = _there_and_back(run, alias, migrate, watch, busy)
    run.step("previous", lambda: run.report(validate.previous_works(alias)))
    run.step("forward again", watch.around(migrate))
    run.step("validate again", lambda: run.report(validate.validate(alias)))
    run.facts["parked"] = probe_rows.restored(alias, written)
    run.facts["locks"] = lock_report.as_data(watch)


def _there_and_back(run, alias, migrate, watch, busy):
    connection = connections[alias]
    columns = fingerprint.columns(connection, plan.load().tables())
    load = idle(run, alias, busy) if busy else None
    newest = probe_rows.prepare(alias)
    only = probe_rows.left_out()
    before = run.step("fingerprint", lambda: look(connection, columns, _changed(load), only=only))

    def look_and_write():
        run.step("validate", lambda: run.report(validate.validate(alias)))
        run.step("smoke", lambda: run.report(smoke(alias)))
        run.step("write", lambda: probe_rows.write(alias, columns, newest, load.ndas if load else ()))

    way = _at_once if busy and busy.rolling else _one_after_the_other
    written = way(run, alias, migrate, watch, busy, load, look_and_write)
    after = run.step("compare", lambda: look(connection, columns, written, only=only))
    run.facts["differences"] = list(differences(before, after))
    return probe_rows.parked(alias)


def _one_after_the_other(run, alias, migrate, watch, busy, load, look_and_write):
    # The first way there is timed, so its locks are not watched: that takes a core, and there may be few.
    load = during(run, alias, "forward", migrate, busy, load)
    look_and_write()
    # Nor are those of the way back, if the applications need that core.
    back = partial(migrate if busy else watch.around(migrate), plan.load().previous)
    return _changed(during(run, alias, "back", back, busy, load))


def _at_once(run, alias, migrate, watch, busy, load, look_and_write):
    steps = {
        "prepare": partial(migrate, prepare=True),
        "switch": migrate,
        "meanwhile": look_and_write,
        "back": partial(migrate, plan.load().previous),
    }
    return phases_under_load.each_through_its_own(run, alias, load, steps, busy)


def _changed(load) -> Busy | None:
    return Busy(load.ndas, load.outcome.written) if load else None


def _filled(run, alias, source, jobs, out):
    """Fill the scratch database as production was before the release."""
    release, copy = plan.load(), source.manifest
    baseline = partial(call_command, "migrate", release.app_label, release.previous, database=alias, stdout=out)
    if copy is None:
        run.facts["source"] = {"rows": source.rows}
        run.step("baseline", baseline)
        run.step("seed", lambda: call_command("epic10_seed", rows=source.rows, database=alias, stdout=out))
    else:
        run.facts["source"] = {
            "snapshot": copy.name,
            "database": copy.database,
            "identity": copy.seen and {"server": copy.seen.server, "database": copy.seen.database},
            "rows": copy.contents.rows,
        }
        options = dump.for_a_copy(connections[alias])
        restore = partial(snapshot.restore_into, alias, source.folder, copy, jobs=jobs, options=options)
        for entry in run.step("restore", restore):
            logger.info("Not in the copy, as this role may not make it: %s", entry)
        run.step("baseline", baseline)


def _outlook(run, alias, window):
    """The expected time in production, in proportion to its rows, with a buffer for surprises."""
    production, here = _rows(run.using), _rows(alias)
    if not production:
        return {}
    forward = sum(step.seconds for step in run.steps if step.name in ("forward", "prepare", "switch"))
    expected = BUFFER * forward * max(1.0, production / here)
    return {
        "outlook": {"rows": production, "seconds": round(expected, 1), "window": window, "fits": expected <= window}
    }


def _rows(alias):
    connection = connections[alias]
    tables = [table for table in plan.load().tables() if holds(connection, relation_exists(table))]
    counts = [f"(SELECT count(*) FROM {quoted(table)})" for table in tables]
    [[total]] = Database(connection).rows(f"SELECT {' + '.join(counts)}") if counts else [[0]]
    return total
