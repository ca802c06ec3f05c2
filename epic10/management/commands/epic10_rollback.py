import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from epic10 import checks
from epic10.checks import report
from epic10.deploy import run_record
from epic10.deploy.deploy import insist_on_a_way_back, rollback
from epic10.management import arguments, json_failure
from epic10.release import state
from epic10.snapshots import snapshot
from epic10.terminal import prompts, signals
from epic10.terminal.display import shown
from epic10.terminal.output import Lasting

INTERRUPTED = "The same command goes on from here; python manage.py epic10_status says where the database stands."
QUESTION = "Database {name} goes back to what it was before Epic 10. The application has to be stopped."


class Command(Lasting, BaseCommand):
    help = (
        "Go back to before Epic 10, from any point. Is the application stopped? A safety snapshot; back; compare every "
        "table with the last snapshot from before. Every old label comes back; what only Epic 10 can hold is parked, "
        "reported, and put back when the release runs again. Exit status 0: everything is what it was, but for what "
        "somebody has written since."
    )

    def add_arguments(self, parser):
        add = parser.add_argument
        arguments.database(parser)
        add("--yes", action="store_true", help="Do not ask before it begins.")
        add("--force", action="store_true", help="Even though somebody is still writing to the tables.")
        add("--without-snapshot", action="store_true", help="Without the safety snapshot: seconds matter, or no disk.")
        add(
            "--directory",
            type=arguments.path,
            default=settings.EPIC10_SNAPSHOTS,
            help="Where snapshots are (default: EPIC10_SNAPSHOTS).",
        )
        add(
            "--jobs",
            type=arguments.number,
            default=snapshot.JOBS,
            metavar="N",
            help="Tables dumped and restored at once.",
        )
        arguments.format(parser)

    def handle(self, *, database, format, yes, force, without_snapshot, directory, jobs, **options):
        stream = "stdout" if format == "text" else "stderr"
        out = options.get(stream) or getattr(sys, stream)
        wishes = {"directory": directory, "jobs": jobs, "force": force, "without_snapshot": without_snapshot}
        wishes["may_ask"] = not yes
        runs = []
        with json_failure.as_json(self, format, lambda: run_record.as_data(runs[0]) if runs else {}):
            insist_on_a_way_back(database)
            if not yes and state.is_left_to_undo(connections[database]):
                prompts.ask(QUESTION.format(name=connections[database].settings_dict["NAME"]), otherwise="--yes")
            run = self._run(database, wishes, out, self.stdout if format == "text" else self.stderr, runs)
        self.stdout.write(json.dumps(run_record.as_data(run), indent=2) if format == "json" else text(run))

    def _run(self, database, wishes, out, progress, runs):
        def show(result):
            # All of them are in the record; a person needs what is not plainly well.
            if result.verdict != checks.OK or result.facts:
                print("\n".join(report.lines_of(result)), file=out)

        with (
            signals.told(INTERRUPTED),
            shown(progress),
            run_record.alone(
                "epic10_rollback", database, begin=lambda step: print(f"== {step}", file=out), arguments=told(wishes)
            ) as run,
        ):
            runs.append(run)
            rollback(run, **wishes, show=show, out=out)
        return run


def told(wishes):
    """The options as they go into the record."""
    return {name: str(value) for name, value in wishes.items() if name != "may_ask"}


def text(run):
    steps = [f"  {step.name:<16}{step.seconds:8.2f} s" for step in run.steps]
    return "\n".join(["", *steps, "", "Next: start the application of before Epic 10; python manage.py epic10_status"])
