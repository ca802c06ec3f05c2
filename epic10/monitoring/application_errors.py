"""New errors of the application since the last observation."""

from epic10.monitoring.observation import Finding, Gauge
from epic10.postgres.catalog import holds, relation_exists

COUNTS = "SELECT kind, count, message FROM epic10_error ORDER BY last_seen DESC LIMIT 50"


def growing(state: dict):
    """A watcher that compares the error counts with those in ``state``, and then updates ``state``."""

    def application_errors(db):
        is_there = holds(db.connection, relation_exists("epic10_error"))
        found = {kind: (count, message) for kind, count, message in (db.rows(COUNTS) if is_there else [])}
        before = state.get("errors")
        state["errors"] = {kind: count for kind, (count, _) in found.items()}
        yield Gauge("errors", sum(count for count, _ in found.values()))
        for kind, (count, message) in found.items():
            more = count - before.get(kind, 0) if before is not None else 0
            if more > 0:
                times = "once" if more == 1 else f"{more:,} times"
                yield Finding(f"error.{kind}", f"{times} since the last look, most recently: {message}", at_once=True)

    return application_errors
