"""Send the mails of the outbox: as a service, or for cron."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from django.utils import timezone

from epic10.management import arguments
from epic10.terminal import signals
from ndas.outbox import delivery


class Command(BaseCommand):
    help = (
        "Send the mails that wait, one by one. One that is refused is tried again for 17 hours, and the others do not "
        "wait for it. It may run twice, or beside itself."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--every", type=arguments.number, metavar="SECONDS", help="go on, with so many seconds between two runs"
        )
        parser.add_argument("--again", action="store_true", help="try those that were given up once more, too")
        arguments.database(parser)

    def handle(self, *, every, again, database, **options):
        if again:
            delivery.given_up(database).update(tries=0, next_try_at=timezone.now())
        if not every:
            done = self._run(database)
            if done.unreachable or delivery.given_up(database).exists():
                raise CommandError(self._left(database, done))
            return
        with signals.interruptible("Mails that wait are sent by the next run."):
            while True:
                try:
                    self._run(database, quiet=True)
                except OperationalError as error:
                    self.stderr.write(f"The database cannot be reached: {error}")
                    connections[database].close()
                time.sleep(every)

    def _run(self, database, quiet=False):
        done = delivery.deliver(database)
        if done.unreachable and quiet:
            self.stderr.write(f"The mail server cannot be reached: {done.unreachable}")
        if done.sent or done.refused or not quiet:
            self.stdout.write(f"{done.sent:,} mails sent, {done.refused:,} refused")
            self.stdout.flush()
        return done

    def _left(self, database, done):
        waiting, given_up = delivery.waiting(database).count(), delivery.given_up(database).count()
        reason = f"The mail server cannot be reached: {done.unreachable}\n" if done.unreachable else ""
        return (
            f"{reason}{waiting:,} mails wait, {given_up:,} were given up.\n"
            "HINT: SELECT recipient, subject, tries, refusal FROM outbox_mail; then python manage.py send_mails --again"
        )
