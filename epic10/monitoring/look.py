"""One observation of the database and all that it measures."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.db import Error, connections, transaction

from epic10 import checks
from epic10.checks import AFTER, FAILED, WATCH, Check, Database
from epic10.monitoring import application_errors, old_labels, processes, queries, retention, server_load
from epic10.monitoring.observation import FAILED_LOOK, UNREACHABLE, Finding, Gauge, Observation, Timing
from epic10.postgres import deadline
from epic10.postgres.errors import is_unreachable, message_of
from epic10.postgres.session import execute
from epic10.release import plan

# A server that accepts a query and does not answer counts as unreachable.
PATIENCE, PATIENCE_FOR_EVERY_ROW = 60.0, 900.0
HOW_TO_LOOK = """
    SET LOCAL transaction_read_only = on; SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s'"""
SHOWN = 2


def look(using: str, state: dict, *, thoroughly_every: float) -> Observation:
    """
    Take one observation; from time to time it includes the checks that read every row.

    An unreachable database is a finding. ``state`` comes from the previous observation,
    and is updated for the next one.
    """
    seen, connection, noted = Observation(datetime.now(UTC)), connections[using], dict(state)
    try:
        with deadline.within(PATIENCE):
            db = Database(connection)
            seen.after = plan.load().is_switched(connection)
            _time(db, seen, retention.baselines(db))
            for watch in (*server_load.WATCHERS, application_errors.growing(noted)):
                _watch(db, seen, watch)
            _processors(seen, noted)
        if seen.after:
            with deadline.within(PATIENCE_FOR_EVERY_ROW):
                _thoroughly(db, seen, noted, every=thoroughly_every)
    except (Error, deadline.TookTooLong) as error:
        # Partial results are dropped: the next observation sees them again.
        _nobody_there(seen, error)
    else:
        state.update(noted)
    return seen


def _time(db, seen, known):
    for found in queries.timed(db, after=seen.after, known=known):
        if isinstance(found, Timing):
            seen.timings.append(found)
        else:
            seen.add(found)


def _watch(db, seen, watch):
    """Run each watcher in a transaction of its own, so that one that fails does not affect the others."""
    try:
        with transaction.atomic(using=db.alias):
            execute(db.connection, HOW_TO_LOOK)
            for found in watch(db):
                seen.add(found)
            transaction.set_rollback(True, using=db.alias)
    except Error as error:
        if not db.connection.is_usable():
            raise
        seen.unknown[watch.__name__] = message_of(error)


def _processors(seen, state):
    """The share of all processors since the previous observation."""
    now, before = seen.gauges.get("cpu.seconds"), state.get("cpu")
    state["cpu"] = now is not None and {"seconds": now, "at": seen.at.isoformat()}
    if not before or now is None or now < before["seconds"]:
        return
    passed = (seen.at - datetime.fromisoformat(before["at"])).total_seconds()
    share = (now - before["seconds"]) / max(passed, 0.1) / processes.processors()
    seen.add(Gauge("cpu.share", share))
    if share > processes.BUSY:
        seen.add(Finding("cpu.busy", f"the server takes {share:.0%} of the processors"))


def _thoroughly(db, seen, state, *, every):
    """Ask the checks that read every row if it is time to; in between, the last findings stay."""
    last = state.get("thorough")
    if not last or seen.at - datetime.fromisoformat(last["at"]) >= timedelta(seconds=every):
        results = checks.run(lasting(), db)
        if not db.connection.is_usable():
            raise _first_error(results)
        failed = {result.check.id: _described(result) for result in results if result.verdict == FAILED}
        facts = [line for result in results for line in result.facts if result.check.when == WATCH]
        last = state["thorough"] = {"at": seen.at.isoformat(), "failed": failed, "facts": facts, "asked": len(results)}
    for name, text in last["failed"].items():
        seen.add(Finding(name, text, at_once=True))
    seen.facts = last["facts"]


def lasting() -> Iterable[Check]:
    """The checks that stay true for as long as Epic 10 is live."""
    release = plan.load()
    asked = [*release.checks(), *old_labels.checks(release), *checks.registered(AFTER), *checks.registered(WATCH)]
    return [check for check in asked if check.lasts]


def _described(result):
    more = len(result.findings) - SHOWN
    lines = "; ".join(result.findings[:SHOWN]) + (f"; and {more:,} more" if more > 0 else "")
    return f"expected that {result.check.title}; found: {lines}"


def _first_error(results):
    said = next(result.findings[0] for result in results if not result.asked)
    return Error(said.removeprefix("could not be asked: "))


def _nobody_there(seen, error):
    seen.knows = False
    name = FAILED_LOOK if isinstance(error, Error) and not is_unreachable(error) else UNREACHABLE
    seen.findings = {name: Finding(name, message_of(error) if isinstance(error, Error) else str(error), True)}
    seen.timings, seen.gauges, seen.facts = [], {}, []
