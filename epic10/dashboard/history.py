"""The history of this database from the ledger, newest first: runs, phases, reports."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from epic10.checks import OK
from epic10.checks.report import HEADINGS
from epic10.deploy import record_chain
from epic10.ledger import store
from epic10.ledger.models import RunRecord, SavedReport
from epic10.ledger.phase_record import attempts
from epic10.postgres.session import fetch
from epic10.terminal.units import seconds

SHOWN = 30

RECORDS = """
    SELECT id, command, verdict, started_at, extract(epoch FROM finished_at - started_at)::float,
           body ->> 'operator'::text, body ->> 'error'::text
      FROM epic10_run_record ORDER BY id DESC LIMIT %s"""

# Not the reports of rehearsals, which are about another database.
REPORTS = """
    SELECT command, verdict, made_at, checks::text,
           EXISTS (SELECT FROM epic10_phase_run WHERE started_at > made_at)
      FROM (SELECT DISTINCT ON (command) * FROM (
              SELECT command, verdict, made_at, body -> 'checks'::text AS checks FROM epic10_saved_report
               UNION ALL
              SELECT report ->> 'command'::text, report ->> 'verdict'::text, (report ->> 'finished'::text)::timestamptz,
                     report -> 'checks'::text
                FROM (SELECT body FROM epic10_run_record ORDER BY id DESC LIMIT %s) AS recent,
                     jsonb_array_elements(body -> 'reports'::text) AS report
               WHERE report -> 'database'::text ->> 'name'::text = current_database()
            ) AS every WHERE command LIKE 'epic10_validate%%' OR command = 'epic10_rollback'
            ORDER BY command, made_at DESC) AS newest
     ORDER BY made_at DESC"""


@dataclass(frozen=True)
class Record:
    """A line in the list of runs."""

    id: int
    command: str
    verdict: str
    started: datetime
    seconds: float
    operator: str
    error: str

    @property
    def took(self) -> str:
        return seconds(round(self.seconds, 1))


@dataclass(frozen=True)
class Checked:
    """A report as it was saved: ``groups`` has headings with their checks, those to be settled first."""

    command: str
    verdict: str
    made_at: datetime
    counts: list[tuple[str, int]]
    groups: list[tuple[str, str, list[dict]]]
    is_older_than_the_last_change: bool


def records(connection) -> list[Record]:
    if not store.is_there(connection, RunRecord):
        return []
    return [Record(*row) for row in fetch(connection, RECORDS, [SHOWN])]


def record(connection, number: int) -> tuple[RunRecord, bool] | None:
    """The whole record, and whether it is unchanged."""
    if not store.is_there(connection, RunRecord):
        return None
    found = RunRecord.objects.using(connection.alias).filter(pk=number).first()
    return found and (found, record_chain.hash_of(found.body) == found.hash)


def phase_runs(connection) -> list[dict]:
    return [
        vars(run) | {"took": seconds(run.seconds) if run.finished_at else ""}
        for run in reversed(attempts(connection)[-SHOWN:])
    ]


def reports(connection) -> list[Checked]:
    """The newest report of every command that checks the database, saved by itself or in the record of a run."""
    if not (store.is_there(connection, SavedReport) and store.is_there(connection, RunRecord)):
        return []
    return [_checked(*row) for row in fetch(connection, REPORTS, [SHOWN])]


def _checked(command, verdict, made_at, body, is_older) -> Checked:
    checks = [check | {"more": check["total_findings"] - len(check["findings"])} for check in json.loads(body)]
    each = Counter(check["verdict"] for check in checks)
    return Checked(
        command,
        verdict,
        made_at,
        [(verdict, each[verdict]) for verdict, _ in HEADINGS if each[verdict] or verdict == OK],
        [(verdict, heading, [c for c in checks if c["verdict"] == verdict]) for verdict, heading in HEADINGS],
        is_older,
    )
