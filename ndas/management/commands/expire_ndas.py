"""Expire the NDAs whose year is over: for cron, once a day."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from epic10.deploy import validate
from epic10.management import arguments, target
from epic10.management.command import OnTheTables
from epic10.release import plan
from ndas.services import expiry

SHOWN = 20


class Command(OnTheTables, BaseCommand):
    help = (
        "Let NDAs expire whose date has come, and mail their owners. Each gets one digest of what "
        f"expired within the last {expiry.NEWS.days} days and what will within {expiry.AHEAD.days}, each announced "
        "once. What ended longer ago expires without a mail. Run it daily; it may run twice, or beside itself."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="say what would expire, change and mail nothing")
        parser.add_argument("--limit", type=arguments.number, metavar="N", help="let no more than N NDAs expire")
        arguments.database(parser)
        arguments.format(parser)

    def handle(self, *, dry_run, limit, database, format, **options):
        target.announce(self, database, is_text=format == "text")
        if not plan.load().is_switched(connections[database]):
            raise CommandError(validate.NOT_APPLIED.format(name=connections[database].settings_dict["NAME"]))
        now = timezone.now()
        if dry_run:
            done = expiry.foreseen(database, now=now, limit=limit)
        else:
            done = expiry.expire_due(database, now=now, limit=limit)
        if format == "json":
            self.stdout.write(json.dumps({"dry_run": dry_run, **vars(done)}))
            return
        expired, soon = ("would expire", "would be announced") if dry_run else ("expired", "announced")
        self.stdout.write(f"{len(done.expired):,} NDAs {expired}{some(done.expired)}")
        self.stdout.write(f"{done.backlog:,} of them more than {expiry.NEWS.days} days late, without a mail")
        self.stdout.write(f"{len(done.announced):,} NDAs that end within {expiry.AHEAD.days} days {soon}")
        self.stdout.write("Nothing was changed." if dry_run else f"{done.mails:,} mails")


def some(numbers):
    """The first of them by number; a log should not have a million."""
    more = f" and {len(numbers) - SHOWN:,} more" if len(numbers) > SHOWN else ""
    return f": {', '.join(map(str, numbers[:SHOWN]))}{more}" if numbers else ""
