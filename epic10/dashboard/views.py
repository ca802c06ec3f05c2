"""The views of the dashboard: the page, what it polls, and the record of a run."""

from dataclasses import asdict

from django.db import DEFAULT_DB_ALIAS, connections
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from epic10.dashboard.connection import ask
from epic10.deploy.record_files import tables
from epic10.monitoring.queries import WORTH_SAYING
from epic10.operations.archive import summary
from epic10.release import plan

from . import history, live, measured
from .access import for_staff
from .census import census
from .phases import meaning, phases

# Timeouts in seconds: for a pass over a table, and for a query of the ledger.
PATIENT, BRIEF = 20, 5
# Loading the page may count again; a poll does not.
RELOADED = 5.0
# Seconds between two polls.
AGAIN = 2


@for_staff
def dashboard(request):
    connection = connections[DEFAULT_DB_ALIAS]
    context = {name: ask(connection, question, seconds=BRIEF) for name, question in SECTIONS.items()}
    context |= {
        "worth_saying": WORTH_SAYING,
        "census": ask(connection, census, seconds=PATIENT),
        **_standing(connection, RELOADED),
    }
    return render(request, "epic10/dashboard/page.html", context)


@for_staff
def status(request):
    """``status`` as in ``epic10_status --format json``, ``html`` for the page, and the seconds until the next poll."""
    context = _standing(connections[DEFAULT_DB_ALIAS], live.KEPT)
    found = context["standing"].found
    return JsonResponse(
        {
            "status": found and found.status.as_json(),
            "complaint": context["standing"].complaint,
            "looked_at": found and found.looked_at.isoformat(timespec="seconds"),
            "phases": [asdict(phase) for phase in context["phases"]],
            "again": AGAIN,
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


SECTIONS = {
    "reports": history.reports,
    "measured": measured.measured,
    "errors": measured.errors,
    "incidents": measured.incidents,
    "records": history.records,
    "phase_runs": history.phase_runs,
    "parked": summary.by_table,
    "became": summary.became,
}


def _standing(connection, patience) -> dict:
    standing = ask(connection, live.look, patience, seconds=PATIENT)
    status = standing.found.status if standing.found else None
    return {
        "standing": standing,
        "status": status,
        "meaning": status and meaning(status, taken_back=standing.found.taken_back),
        "phases": phases(plan.load(), status.phases if status else ()),
    }
