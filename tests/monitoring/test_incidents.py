"""When an observation becomes an incident, and how often it is alerted."""

import json
from datetime import UTC, datetime, timedelta

from epic10.monitoring import incidents
from epic10.monitoring.observation import UNREACHABLE, Finding, Observation

BEGAN = datetime(2026, 11, 26, 1, tzinfo=UTC)
SLOW = Finding("query.list", "list takes 700 ms; it may take 500 ms")
FAILED = Finding("error.ValueError", "once since the last look, most recently: no", at_once=True)
GONE = Finding(UNREACHABLE, "The connection to the server was lost.", at_once=True)


def told(*looks):
    """What is told after each look, a minute apart, kept as JSON in between."""
    state, every = {}, []
    for minute, findings in enumerate(looks):
        seen = Observation(BEGAN + timedelta(minutes=minute), knows=GONE not in findings)
        for finding in findings:
            seen.add(finding)
        every.append([(said["state"], said["incident"], said["seconds"]) for said in incidents.advance(state, seen)])
        state = json.loads(json.dumps(state))
    return every


def test_what_passes_by_itself_is_not_told():
    assert told([SLOW], [], [SLOW], []) == [[], [], [], []]


def test_twice_in_a_row_is_told_once_and_twice_well_is_the_end_of_it():
    assert told([SLOW], [SLOW], [SLOW], [], [SLOW], [], [], []) == [
        [],
        [("opened", "query.list", 60.0)],
        [],
        [],
        [],
        [],
        [("recovered", "query.list", 360.0)],
        [],
    ]


def test_an_error_is_told_at_once():
    assert told([FAILED], [], []) == [
        [("opened", "error.ValueError", 0.0)],
        [],
        [("recovered", "error.ValueError", 120.0)],
    ]


def test_nothing_recovers_while_nobody_can_be_asked():
    assert told([SLOW], [SLOW], [GONE], [GONE], [GONE], [SLOW], []) == [
        [],
        [("opened", "query.list", 60.0)],
        [("opened", UNREACHABLE, 0.0)],
        [],
        [],
        [],
        [("recovered", UNREACHABLE, 240.0)],
    ]
