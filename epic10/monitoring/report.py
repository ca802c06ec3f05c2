"""The report for the review a week after the release: what was observed, and what there is to decide."""

from datetime import UTC, datetime
from pathlib import Path

from django.core.management import CommandError
from django.db import Error, connections
from django.template.loader import render_to_string

from epic10.checks import Database
from epic10.monitoring import incidents, queries, retention, server_load
from epic10.monitoring.observation import Timing
from epic10.postgres.catalog import holds, relation_exists
from epic10.postgres.errors import message_of
from epic10.release import plan
from epic10.terminal import private_files
from epic10.terminal.units import amount, seconds

HOURS_TO_WATCH = 24
# Acceptance criteria, task group 10.
ATTENDEES = ("DevOps", "Backend Dev", "QA", "Product Manager")

PERIOD = "SELECT min(taken_at), max(taken_at), pg_catalog.count(DISTINCT taken_at) FROM epic10_sample WHERE after"
TIMES = """
    SELECT name, count(*), pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds),
           pg_catalog.percentile_cont(0.95) WITHIN GROUP (ORDER BY milliseconds), max(milliseconds),
           (pg_catalog.array_agg(baseline ORDER BY taken_at DESC))[1]
      FROM epic10_sample WHERE after GROUP BY name ORDER BY min(id)"""
GAUGES = """
    SELECT name, min(value), pg_catalog.percentile_cont(0.5) WITHIN GROUP (ORDER BY value), max(value),
           (pg_catalog.array_agg(value ORDER BY taken_at DESC))[1]
      FROM epic10_gauge WHERE taken_at >= %s GROUP BY name ORDER BY name"""
INCIDENTS = """
    SELECT name, opened_at, closed_at, finding FROM epic10_incident WHERE opened_at >= %s
     ORDER BY opened_at DESC LIMIT 200"""
ERRORS = "SELECT kind, count, first_seen, last_seen, message FROM epic10_error ORDER BY count DESC LIMIT 50"
SLOWEST = """
    SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 200), calls, mean_exec_time
      FROM {schema}.pg_stat_statements
     WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND query ~* '^\\s*(select|with|insert|update|delete)' ORDER BY mean_exec_time DESC LIMIT 10"""


def review(using: str) -> dict:
    """The report as plain data. Raises CommandError if nobody has watched."""
    connection = connections[using]
    try:
        return _gathered(using, Database(connection))
    except Error as error:
        raise CommandError(
            f"There is no report: {message_of(error)}\nHINT: python manage.py epic10_monitor report, once it answers."
        ) from error


def write(found: dict, directory: Path) -> list[Path]:
    """Write the report as Markdown and as an HTML page; returns their paths."""
    directory = private_files.directory(directory)
    database = private_files.plain(found["database"])
    name = f"{found['made'][:19].replace(':', '').replace('-', '')}Z-epic10_review-{database}"
    paths = [directory / f"{name}.md", directory / f"{name}.html"]
    private_files.write(paths[0], render_to_string("epic10/review.md", found))
    private_files.write(paths[1], render_to_string("epic10/review.html", found))
    return paths


def _gathered(using, db):
    name = db.connection.settings_dict["NAME"]
    if not holds(db.connection, relation_exists("epic10_sample")) or not db.rows(PERIOD)[0][2]:
        raise CommandError(
            f'Nobody has watched database "{name}" since the release.\nHINT: python manage.py epic10_monitor --once'
        )
    [[began, ended, looks]] = db.rows(PERIOD)
    state = retention.load(using)
    found = {
        "database": name,
        "release": plan.load().title,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "from": _minute(began),
        "to": _minute(ended),
        "looks": looks,
        "hours": round((ended - began).total_seconds() / 3600, 1),
        "queries": [_times(*row) for row in db.rows(TIMES)],
        "incidents": [_incident(*row) for row in db.rows(INCIDENTS, [began])],
        "errors": [_error(*row) for row in db.rows(ERRORS)],
        "gauges": [_gauge(*row) for row in db.rows(GAUGES, [began])],
        "facts": state.get("thorough", {}).get("facts", []),
        "asked": state.get("thorough", {}).get("asked", 0),
        "failed": state.get("thorough", {}).get("failed", {}),
        "unused": [_index(*row) for row in server_load.unused_indexes(db)[:20]],
        "slowest": _slowest(db),
        "open": {name: incident["finding"] for name, incident in incidents.open_ones(state).items()},
        "attendees": ATTENDEES,
        "finalized": plan.load().is_finalized(db.connection),
    }
    return found | {"decision": _decision(found)}


def _decision(found) -> dict:
    """The reasons against epic10_finalize; the people in the meeting decide."""
    against = [f"Still open: {name}: {finding}" for name, finding in found["open"].items()]
    against += [f"Does not hold: {name}: {text}" for name, text in found["failed"].items() if name not in found["open"]]
    against += [query["complaint"] for query in found["queries"] if query["complaint"]]
    if found["hours"] < HOURS_TO_WATCH - 1:
        against.append(f"Watched for {found['hours']} of {HOURS_TO_WATCH} hours.")
    notes = []
    if not any(query["baseline"] for query in found["queries"]):
        notes = ["Nothing could be compared with before: no query times from before the release are kept."]
    if found["finalized"]:
        return {"finalize": False, "reasons": ["Epic 10 is finalized already.", *against, *notes]}
    reasons = against or ["Nothing that was watched speaks against epic10_finalize."]
    return {"finalize": not against, "reasons": reasons + notes}


def _times(name, count, median, late, worst, baseline):
    limit = next((query.limit for query in queries.registered() if query.name == name), None)
    return {
        "name": name,
        "count": count,
        "median": round(median, 2),
        "p95": round(late, 2),
        "worst": round(worst, 2),
        "baseline": baseline and round(baseline, 2),
        "ratio": baseline and round(median / baseline, 2),
        "limit": limit,
        "complaint": _complaint(name, limit, median, late, baseline) if limit else "",
    }


def _complaint(name, limit, median, late, baseline):
    """The complaint, unless nearly all times are within the limit, and the median is about as fast as before."""
    if said := queries.complaint(Timing(name, limit, late)):
        return f"95th percentile: {said}"
    said = queries.complaint(Timing(name, limit, median, baseline))
    return said and f"Median: {said}"


def _incident(name, opened, closed, finding):
    return {
        "name": name,
        "opened": _second(opened),
        "closed": closed and _second(closed),
        "lasted": seconds((closed - opened).total_seconds()) if closed else "still open",
        "finding": finding,
    }


def _error(kind, count, first, last, message):
    return {"kind": kind, "count": count, "first": _second(first), "last": _second(last), "message": message}


def _gauge(name, least, median, most, last):
    write = amount if "bytes" in name else _share if "share" in name else "{:,.0f}".format
    return {"name": name, "least": write(least), "median": write(median), "most": write(most), "last": write(last)}


def _index(name, size):
    return {"name": name, "size": amount(size)}


def _slowest(db):
    """The slowest statements, if pg_stat_statements is installed and may be read."""
    for [schema] in db.rows(server_load.EXTENSION):
        try:
            found = db.rows(SLOWEST.format(schema=schema))
        except Error:
            return []
        return [{"query": query, "calls": calls, "mean": round(mean, 2)} for query, calls, mean in found]
    return []


def _share(value):
    return f"{value:.0%}"


def _minute(moment):
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _second(moment):
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
