"""The views of the dashboard: the page, what it polls, the record of a run, and the metrics for Prometheus."""

from dataclasses import asdict
from functools import partial

from django.db import DEFAULT_DB_ALIAS, connections
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from epic10.dashboard.connection import Answer, ask, ask_together
from epic10.deploy.record_files import tables
from epic10.monitoring.queries import WORTH_SAYING
from epic10.operations.archive import summary
from epic10.release import plan

from . import history, live, measured, metrics
from .access import for_staff
from .census import census
from .course import course
from .health import health
from .later import later
from .moment import moment
from .phases import meaning, phases, title

# Timeouts in seconds: for a pass over a table, and for a query of the ledger.
PATIENT, BRIEF = 20, 5
# Loading the page may count again; a poll does not.
RELOADED = 5.0
# Seconds between two polls.
AGAIN = 2


@for_staff
def dashboard(request):
    look = {"standing": partial(live.look, patience=RELOADED)}
    context = ask_together(connections[DEFAULT_DB_ALIAS], SECTIONS | NOW | look, seconds=PATIENT)
    live.keep(connections[DEFAULT_DB_ALIAS], {name: context[name] for name in JUDGED})
    return render(request, "epic10/dashboard/page.html", context | _standing(context) | {"worth_saying": WORTH_SAYING})


@for_staff
def status(request):
    """``status`` as in ``epic10_status --format json``, ``html`` for the page, and the seconds until the next poll."""
    connection = connections[DEFAULT_DB_ALIAS]
    judged = live.kept(connection) or ask_together(connection, {name: SECTIONS[name] for name in JUDGED}, seconds=BRIEF)
    live.keep(connection, judged)
    asked = ask_together(connection, NOW | {"standing": live.look}, seconds=PATIENT)
    context = judged | asked
    context |= _standing(context)
    found, now = context["standing"].found, context["moment"].found
    return JsonResponse(
        {
            "status": found and found.status.as_json(),
            "complaint": context["standing"].complaint,
            "looked_at": found and found.looked_at.isoformat(timespec="seconds"),
            "phases": [asdict(phase) for phase in context["phases"]],
            "again": AGAIN,
            "title": context["title"],
            "share": context["share"],
            "health": context["health"].level,
            "running": bool(context["course"].found and context["course"].found.is_running),
            "figures": now and _figures(found, now),
            "html": render_to_string("epic10/dashboard/standing.html", context),
        }
    )


@for_staff
def run(request, number):
    answer = ask(connections[DEFAULT_DB_ALIAS], history.record, number, seconds=BRIEF)
    if not answer.found and not answer.complaint:
        raise Http404
    context = {"complaint": answer.complaint}
    if answer.found:
        row, is_intact = answer.found
        context |= {
            "record": row.body,
            "hash": row.hash,
            "tables": tables(row.body.get("facts", {})),
            "is_intact": is_intact,
            "row": row,
        }
    return render(request, "epic10/dashboard/run.html", context)


@for_staff(or_token="EPIC10_METRICS_TOKEN")
def prometheus(request):
    """What the watch has seen last, and where the release stands, as Prometheus reads it."""
    connection = connections[DEFAULT_DB_ALIAS]
    asked = ask_together(connection, {"seen": metrics.seen, "standing": live.look, "moment": moment}, seconds=BRIEF)
    lines = metrics.lines(connection.settings_dict["NAME"], **{name: it.found for name, it in asked.items()})
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; version=0.0.4; charset=utf-8")


SECTIONS = {
    "reports": history.reports,
    "measured": measured.measured,
    "errors": measured.errors,
    "incidents": measured.incidents,
    "records": history.records,
    "phase_runs": history.phase_runs,
    "parked": summary.by_table,
    "became": summary.became,
    "census": census,
}
# What the health is judged by and needs no new look at every poll; and what does.
JUDGED = ("reports", "measured", "incidents")
NOW = {"course": course, "moment": moment, "later": later}


def _standing(context: dict[str, Answer]) -> dict:
    standing, at_work = context["standing"], context["course"].found
    status = standing.found.status if standing.found else None
    words, share = title(status, at_work)
    judged = {name: context[name].found for name in JUDGED}
    return {
        "status": status,
        "meaning": status and meaning(status, taken_back=standing.found.taken_back),
        "phases": phases(plan.load(), status) if status else [],
        "health": health(status, at_work, **judged),
        "title": words,
        "share": share,
    }


def _figures(standing, now) -> dict:
    """What the page draws over time while somebody migrates."""
    rate = sum(phase.rate for phase in standing.status.phases) if standing else 0.0
    return {"rate": round(rate), "waiting": now.waiting, "lag": now.lag, "paused": int(now.is_paused)}
