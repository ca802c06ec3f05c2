"""Where observations are kept: in the ledger, and in a file while the database cannot be reached."""

import json
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connections, transaction

from epic10.ledger import store, tables
from epic10.ledger.models import OF_THE_WATCH, Gauge, Incident, Sample, Watch
from epic10.monitoring import incidents, queries
from epic10.monitoring.observation import UNREACHABLE, Observation
from epic10.postgres.catalog import holds
from epic10.postgres.errors import message_of
from epic10.terminal import private_files

DAYS = 30
ONLY = 1  # the one row

# Samples from before the release are the baseline; their age counts from the newest of them, not from today.
PRUNE = (
    "DELETE FROM epic10_sample WHERE after AND taken_at < now() - pg_catalog.make_interval(days => %s)",
    "DELETE FROM epic10_sample WHERE NOT after AND taken_at < "
    "(SELECT max(taken_at) FROM epic10_sample WHERE NOT after) - pg_catalog.make_interval(days => %s)",
    "DELETE FROM epic10_gauge WHERE taken_at < now() - pg_catalog.make_interval(days => %s)",
    "DELETE FROM epic10_incident WHERE closed_at < now() - pg_catalog.make_interval(days => 3 * %s)",
    "DELETE FROM epic10_error WHERE last_seen < now() - pg_catalog.make_interval(days => 3 * %s)",
)


def load(using: str) -> dict:
    """The state after the previous observation: from the ledger, or from a file if that could not be reached."""
    found = [{}]
    with suppress(OSError, ValueError):
        found.append(json.loads(_file(using).read_text()))
    with suppress(Error):
        if store.is_there(connections[using], Watch):
            found += Watch.objects.using(using).filter(id=ONLY).values_list("state", flat=True)
    return max(found, key=lambda state: state.get("at", ""))


def baselines(db) -> dict[str, float]:
    return queries.baselines(db) if store.is_there(db.connection, Sample) else {}


def keep(using: str, seen: Observation, state: dict) -> str:
    """Keep the observation in the ledger; returns a complaint if that is not possible, else ""."""
    state["at"] = seen.at.isoformat()
    try:
        if not seen.knows:
            raise Error("the database cannot be reached" if UNREACHABLE in seen.findings else "nothing is known of it")
        with transaction.atomic(using=using):
            _write(using, seen, state)
    except Error as error:
        with suppress(private_files.CannotWrite):
            private_files.write(private_files.directory(settings.EPIC10_RECORDS) / _file(using).name, json.dumps(state))
        return f"Not kept in the ledger: {message_of(error)}."
    state.pop("closed", None)
    _file(using).unlink(missing_ok=True)
    return ""


def sample(using: str, seen: Observation):
    """Keep the query times of one observation."""
    # One by one: bulk_create calls UNNEST, which anybody may have created for these types.
    for timing in seen.timings:
        Sample.objects.using(using).create(
            taken_at=seen.at,
            name=timing.name,
            milliseconds=timing.milliseconds,
            baseline=timing.baseline,
            after=seen.after,
        )


def _write(using, seen, state):
    connection = connections[using]
    if not holds(connection, store.complete(*OF_THE_WATCH)):
        tables.create(connection, tables.WATCH)
    sample(using, seen)
    for name, value in seen.gauges.items():
        Gauge.objects.using(using).create(taken_at=seen.at, name=name, value=value)
    _write_incidents(using, state)
    kept = {name: value for name, value in state.items() if name != "closed"}
    Watch.objects.using(using).update_or_create(id=ONLY, defaults={"kept_at": seen.at, "state": kept})
    if _is_due(state, seen.at):
        with connection.cursor() as cursor:
            for statement in PRUNE:
                cursor.execute(statement, [DAYS])


def _write_incidents(using, state):
    ended = {(incident["name"], incident["opened"]): incident for incident in state.get("closed", [])}
    going_on = {(name, incident["opened"]): incident for name, incident in incidents.open_ones(state).items()}
    for (name, opened), incident in (going_on | ended).items():
        Incident.objects.using(using).update_or_create(
            name=name,
            opened_at=datetime.fromisoformat(opened),
            defaults={
                "closed_at": incident.get("closed") and datetime.fromisoformat(incident["closed"]),
                "finding": incident["finding"],
            },
        )


def _is_due(state, now):
    """Once a day is enough to delete what is old."""
    last = state.get("pruned")
    if last and now - datetime.fromisoformat(last) < timedelta(days=1):
        return False
    state["pruned"] = now.isoformat()
    return True


def _file(using) -> Path:
    database = private_files.plain(connections[using].settings_dict["NAME"])
    return Path(settings.EPIC10_RECORDS) / f"epic10_monitor-{database}.state"
