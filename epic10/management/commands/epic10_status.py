import json
import time

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from epic10.management import arguments, target
from epic10.management.command import OnTheTables, failing_as_json
from epic10.release.status import status, with_snapshot
from epic10.terminal import signals

CLEAR = "\x1b[H\x1b[2J"


class Command(OnTheTables, BaseCommand):
    help = (
        "Where does this database stand on its way to Epic 10 or back? Phase by phase, with rows, rate and time left, "
        "who is at work, and what to type next. Only looks, and may be asked at any moment. Exit status "
        "0 whatever it finds, also where there is no register."
    )

    def add_arguments(self, parser):
        arguments.database(parser)
        arguments.format(parser)
        parser.add_argument(
            "--watch",
            type=arguments.duration,
            nargs="?",
            const="2s",
            metavar="SECONDS",
            help="Look again and again, every two seconds or as often as said, until Ctrl-C.",
        )

    def handle(self, *, database, format, watch, **options):
        with failing_as_json(self, format):
            target.announce(self, database, is_text=format == "text")
        seen = self._look(database, format, None)
        try:
            while watch:
                time.sleep(watch)
                seen = self._look(database, format, seen)
        except KeyboardInterrupt as error:
            raise CommandError("Stopped looking.", returncode=signals.EXIT_STATUS) from error

    def _look(self, database, format, earlier):
        with failing_as_json(self, format):
            seen = with_snapshot(status(connections[database], earlier), connections[database])
        if format == "json":
            self.stdout.write(json.dumps(seen.as_json()))
        else:
            clear = CLEAR if earlier and self.stdout.isatty() else ""
            self.stdout.write(clear + "\n".join(seen.lines()))
        return seen
