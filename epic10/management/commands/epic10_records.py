from datetime import datetime

from django.conf import settings
from django.db import connections

from epic10.deploy import record_chain, record_check, run_record
from epic10.management import arguments
from epic10.management.command import Output, ReleaseCommand
from epic10.terminal import private_files, signals
from epic10.terminal.display import shown
from epic10.terminal.moments import moment

HINT = (
    "HINT: Ask whoever ran these commands, who may have the files. A database that was made anew, or restored from "
    'before, leaves this, too. Where the cause is known: epic10_records --acknowledge "WHY" keeps it on record.'
)
FINE = "Every record is as it was written, and follows the one before it."


class Command(ReleaseCommand):
    interrupted, changes = "Nothing was changed.", False
    help = (
        "List the records of every command of the night, and check their chain. What every deploy, rollback, "
        "rehearsal and finalization of this database has left behind has to be as it was written and follow the one "
        "before it. Exit status 1 if one is not. The records themselves are files, JSON and HTML, in the directory "
        "EPIC10_RECORDS. What a killed command or a server that was away has left there is settled first."
    )

    def add_arguments(self, parser):
        arguments.database(parser)
        arguments.format(parser)
        parser.add_argument(
            "--acknowledge", metavar="WHY", help="Put on record that what is wrong is known, and why it is so."
        )

    def answer(self, *, database, acknowledge, **options):
        directory = private_files.directory(settings.EPIC10_RECORDS)
        with signals.interruptible(self.interrupted), shown(self.progress):
            run_record.settle(directory, database)
            found = record_check.look(database, directory)
            if acknowledge and found.wrong:
                _acknowledge(database, found.wrong, acknowledge)
                found = record_check.look(database, directory)
        head = record_chain.head_of(connections[database])
        failure = "\n".join(["The records are not what they were:", *found.wrong, HINT]) if found.wrong else ""
        return Output(text(found, head), as_json(found, head), failure)


def _acknowledge(database, wrong, why):
    told = {"acknowledge": why}
    with run_record.recorded("epic10_records", database, begin=lambda step: None, arguments=told) as run:
        run.facts[record_check.ACKNOWLEDGED] = wrong
        run.decide(f"Known: {why}")


def text(found, head):
    lines = [
        f"{row.number:4}  {_at(row.started)}  {row.verdict:11}  {row.command:16}  {row.body.get('operator', '')}"
        for row in found.rows
    ]
    lines += [*found.notes, *(f"Known: {line}" for line in found.acknowledged)]
    if not found.wrong:
        lines.append(FINE if not found.acknowledged else "Everything else is as it was written.")
    if head:
        lines.append(f"The newest is record {head.number}: {head.hash}")
    return "\n".join(lines)


def _at(started: str) -> str:
    try:
        return moment(datetime.fromisoformat(started), precise=True)
    except ValueError:
        return started[:19]  # Somebody has written over it; what is wrong follows.


def as_json(found, head):
    rows = [
        {
            "number": row.number,
            "command": row.command,
            "verdict": row.verdict,
            "operator": row.body.get("operator", ""),
            "started": row.started,
            "finished": row.finished,
            "hash": row.hash,
        }
        for row in found.rows
    ]
    return {
        "records": rows,
        "head": head and head.hash,
        "wrong": found.wrong,
        "acknowledged": found.acknowledged,
        "notes": found.notes,
    }
