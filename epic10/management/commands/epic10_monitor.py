import json
import os
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from epic10.deploy import run_record
from epic10.management import arguments, target
from epic10.management.command import OnTheTables, failing_as_json
from epic10.monitoring import report, watch
from epic10.monitoring.alerts import Channels
from epic10.terminal import signals
from epic10.terminal.display import Help, shown

WATCH, REPORT = "watch", "report"
LEAST_INTERVAL = 0.1  # seconds
INTERRUPTED = "What was seen is kept; the same command goes on from there, epic10_monitor report sums it up."
EXAMPLES = """
examples:
  epic10_monitor --once                          before the release: what it measures then is the baseline
  epic10_monitor --mail ops@example.org          after it: a day, a look a minute, then the report
  epic10_monitor --once --mail ops@example.org   from cron: exit status 0, or 1 when something is wrong
  epic10_monitor report --out /tmp               for the review a week later
"""


class Command(OnTheTables, BaseCommand):
    help = (
        "Watch the database after the release, and tell. Query times against before, application errors, locks, room, "
        "load, old labels, every check that lasts. Each incident is told once, and once more when it is over, by mail "
        "and by webhook, also while the database is down. It only reads, and writes what it has seen to tables of its "
        "own. Exit status 0: nothing is wrong at the end; 1: something is."
    )

    def add_arguments(self, parser):
        parser.epilog, parser.formatter_class = EXAMPLES, Help
        add = parser.add_argument
        add("action", nargs="?", choices=(WATCH, REPORT), default=WATCH, help="Watch (default), or only report.")
        arguments.database(parser)
        add("--hours", type=hours, default="24", metavar="N", help="How long it watches (default: 24).")
        add("--interval", type=arguments.duration, default="60s", help="From look to look (default: 60s).")
        add("--thoroughly", type=arguments.duration, default="15m", help="How often every row is read (default: 15m).")
        add("--once", action="store_true", help="One look, for cron; what it has to remember is in the ledger.")
        add("--mail", nargs="+", default=[], metavar="ADDRESS", help="Who is told by mail.")
        add(
            "--webhook",
            default=os.environ.get("EPIC10_WEBHOOK", ""),
            metavar="URL",
            help="Where JSON is posted (default: EPIC10_WEBHOOK, which no list of processes shows).",
        )
        add(
            "--prometheus",
            type=arguments.path,
            metavar="FILE",
            help="Written at each look, for node_exporter: ….prom",
        )
        add("--out", type=arguments.path, default=settings.EPIC10_RECORDS, metavar="DIR", help="Where the report goes.")
        arguments.format(parser)

    def handle(self, *, action, database, format, out, **options):
        with failing_as_json(self, format):
            target.announce(self, database, is_text=format == "text")
            if action == REPORT:
                return self._report(database, out, format)
            looked = self._looked(database, out, format, **options)
        if not looked.is_fine:
            names = ", ".join(dict.fromkeys([*looked.open, *looked.seen.findings]))
            raise CommandError(f"Something is wrong: {names}.\nHINT: docs/monitoring.md says what each means.")

    def _looked(self, database, out, format, *, once, hours, **options):
        wishes = wishes_of(**options)
        with shown(self.stderr):
            if once:
                looked = watch.once(database, wishes)
                self._show(looked, format)
            else:
                looked = self._watch(database, wishes, hours, format)
                self._report(database, out, format)
        return looked

    def _watch(self, database, wishes, duration, format):
        looks = []

        def show(looked):
            looks[:] = [looked]
            run.facts["looks"] = run.facts.get("looks", 0) + 1
            run.decisions += [
                f"{message['at'][:19]} {message['state']}: {message['incident']}" for message in looked.messages
            ]
            self._show(looked, format)

        told = {"hours": duration / 3600, "interval": wishes.interval, "told by": wishes.channels.names}
        with (
            signals.interruptible(INTERRUPTED, ends_with_terminal=True),
            run_record.recorded("epic10_monitor", database, begin=lambda step: None, arguments=told) as run,
        ):
            run.step("watch", lambda: watch.watch(database, wishes, duration=duration, show=show))
        return looks[0]

    def _show(self, looked, format):
        self.stdout.write(json.dumps(looked.as_json()) if format == "json" else "\n".join(looked.lines()))
        self.stdout.flush()

    def _report(self, database, out, format):
        found = report.review(database)
        paths = report.write(found, out)
        if format == "json":
            self.stdout.write(json.dumps(found, indent=2))
        else:
            self.stdout.write("\n".join([*found["decision"]["reasons"], *(f"Report: {path}" for path in paths)]))


def hours(text) -> float:
    """Seconds, of a number of hours."""
    return arguments.duration(f"{text}h")


def wishes_of(*, interval, thoroughly, mail, webhook, prometheus, **options) -> watch.WatchOptions:
    if interval < LEAST_INTERVAL:
        raise CommandError("That would be no watch but a load.\nHINT: --interval 60s")
    return watch.WatchOptions(interval, thoroughly, channels(mail, webhook), prometheus)


def channels(mail, webhook) -> Channels:
    if mail and settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        raise CommandError("There is no mail server to send mail with.\nHINT: EMAIL_HOST=mail.example.org")
    if webhook and (urlsplit(webhook).scheme not in ("http", "https") or not urlsplit(webhook).hostname):
        raise CommandError("The webhook is no http or https URL.\nHINT: --webhook https://hooks.example.org/…")
    return Channels(tuple(mail), webhook)
