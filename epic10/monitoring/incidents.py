"""Incidents: when a finding becomes one and when it is over. Each is alerted once."""

from datetime import datetime

from epic10.monitoring.observation import Finding, Observation

# A single bad sample may be a hiccup, and so may a single good one.
BAD_IN_A_ROW, GOOD_IN_A_ROW = 2, 2
OPENED, RECOVERED = "opened", "recovered"
LONGEST_TEXT = 500


def advance(state: dict, seen: Observation) -> list[dict]:
    """
    The messages to send after this observation. ``state`` is updated; it is plain data, so that it can be kept.

    ``state["incidents"]`` has the suspected and open incidents by name, ``state["closed"]``
    those that have ended and are not in the ledger yet.
    """
    incidents, told = state.setdefault("incidents", {}), []
    for finding in seen.findings.values():
        incident = incidents.setdefault(finding.name, _suspected(finding, seen.at))
        if worse := _bad(incident, finding):
            told.append(_message(OPENED, finding.name, worse, seen.at))
    for name in list(incidents):
        # If the database could not be asked, no incident is known to be over.
        if name not in seen.findings and seen.knows and (ended := _good(incidents[name], seen.at)):
            incidents.pop(name)
            if ended["open"]:
                state.setdefault("closed", []).append({"name": name} | ended)
                told.append(_message(RECOVERED, name, ended, seen.at))
    return told


def open_ones(state: dict) -> dict[str, dict]:
    return {name: incident for name, incident in state.get("incidents", {}).items() if incident["open"]}


def _suspected(finding, at):
    return {"opened": at.isoformat(), "finding": "", "bad": 0, "good": 0, "open": False}


def _bad(incident, finding: Finding) -> dict | None:
    """The incident, if this finding opens it."""
    incident["bad"], incident["good"] = incident["bad"] + 1, 0
    if incident["open"]:
        return None
    incident["finding"] = finding.text[:LONGEST_TEXT]
    incident["open"] = finding.at_once or incident["bad"] >= BAD_IN_A_ROW
    return incident if incident["open"] else None


def _good(incident, at) -> dict | None:
    """The incident, if this observation closes it."""
    incident["good"], incident["bad"] = incident["good"] + 1, 0
    if incident["open"] and incident["good"] < GOOD_IN_A_ROW:
        return None
    return incident | {"closed": at.isoformat()}


def _message(what, name, incident, at: datetime) -> dict:
    lasted = (at - datetime.fromisoformat(incident["opened"])).total_seconds()
    return {
        "state": what,
        "incident": name,
        "finding": incident["finding"],
        "at": at.isoformat(),
        "opened": incident["opened"],
        "seconds": round(lasted, 1),
    }
