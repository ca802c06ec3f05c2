import json
import sys

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from epic10 import checks
from epic10.checks import report
from epic10.deploy import precheck, preview, run_record
from epic10.deploy.deploy import deploy
from epic10.deploy.readiness import Wishes
from epic10.management import arguments, json_failure
from epic10.rehearsal import schema_rehearsal
from epic10.release import state
from epic10.snapshots import snapshot
from epic10.terminal import prompts, signals
from epic10.terminal.display import Help, shown
from epic10.terminal.output import Lasting

INTERRUPTED = "python manage.py epic10_status says where the database stands."
EXAMPLES = """
examples:
  epic10_deploy --dry-run        what would be done, how long it takes, every statement
  epic10_deploy --prepare        all but the switch, on an ordinary afternoon, with the old application at work
  epic10_deploy                  in the window, with the application stopped: the rest, or everything
"""


class Command(Lasting, BaseCommand):
    help = (
        "Deploy the release, and go back by itself if it fails. Is the application stopped? Precheck, snapshot, verify "
        "it, migrate, validate, smoke, vacuum. If anything fails after its first change, or it takes longer than "
        "--timeout, the database goes back to what it was, by itself; where Epic 10 was in place before, it only says "
        "what failed. Killed at any moment, the same command goes on from there. Exit status "
        "0: Epic 10 is in place, or prepared."
    )

    def add_arguments(self, parser):
        parser.epilog, parser.formatter_class = EXAMPLES, Help
        add = parser.add_argument
        arguments.database(parser)
        add("--dry-run", action="store_true", help="Show the steps, the estimate and the exact SQL; change nothing.")
        add("--prepare", action="store_true", help="Everything before the switch; nothing of it is visible.")
        add("--yes", action="store_true", help="Do not ask before it begins.")
        add("--timeout", type=arguments.duration, default="10m", help="Go back when it takes longer (default: 10m).")
        add("--keep", action="store_true", help="Do not go back on failure; leave it for somebody to look at.")
        add("--force", action="store_true", help="Even though the application is still writing to the tables.")
        add("--without-rehearsal", action="store_true", help="Even though none has passed on a snapshot of this one.")
        add("--snapshot", type=arguments.file_name, metavar="NAME", help="Verify and use this one; take none.")
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
        add("--window", type=arguments.duration, default="5m", help="How long the release may take (default: 5m).")
        add("--free-disk", type=arguments.size, metavar="SIZE", help="On the server, where it cannot tell: 20GB.")
        arguments.schema_rehearsal(parser)
        arguments.format(parser)

    def handle(self, *, database, format, dry_run, yes, window, free_disk, prepare, **options):
        stream = "stdout" if format == "text" else "stderr"
        out = options.get(stream) or getattr(sys, stream)
        known = ("directory", "timeout", "jobs", "snapshot", "keep", "without_rehearsal", "force")
        limits = precheck.Limits(window=window, free_disk=free_disk)
        also = () if options["without_schema_rehearsal"] else (schema_rehearsal.check(),)
        known = {name: options[name] for name in known}
        wishes = Wishes(limits=limits, only_prepare=prepare, may_ask=not yes, also_asked=also, **known)
        if dry_run:
            self.stdout.write("\n".join(preview.lines(database, wishes)))
            return
        runs = []
        with json_failure.as_json(self, format, lambda: run_record.as_data(runs[0]) if runs else {}):
            state.insist_on_a_register(connections[database])
            if not yes:
                prompts.ask("\n".join(preview.summary(database, wishes)), otherwise="--yes")
            run = self._run(database, wishes, out, self.stdout if format == "text" else self.stderr, runs)
        self.stdout.write(json.dumps(run_record.as_data(run), indent=2) if format == "json" else text(run, wishes))

    def _run(self, database, wishes, out, progress, runs):
        def show(result):
            # All of them are in the record; a person needs what is not plainly well.
            if result.verdict != checks.OK or result.facts:
                print("\n".join(report.lines_of(result)), file=out)

        with (
            signals.told(INTERRUPTED),
            shown(progress),
            run_record.alone(
                "epic10_deploy", database, begin=lambda step: print(f"== {step}", file=out), arguments=told(wishes)
            ) as run,
        ):
            runs.append(run)
            deploy(run, wishes, show=show, out=out)
        return run


def told(wishes):
    """The options as they go into the record."""
    return {name: str(value) for name, value in vars(wishes).items() if name not in ("limits", "may_ask")}


def text(run, wishes):
    lines = ["", *(f"  {step.name:<16}{step.seconds:8.2f} s" for step in run.steps), ""]
    if wishes.only_prepare:
        return "\n".join([*lines, "Prepared. Next, in the window: python manage.py epic10_deploy"])
    return "\n".join([*lines, "Epic 10 is in place. Next: start the new application; python manage.py epic10_status"])
