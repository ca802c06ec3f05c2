from django.core.management.base import BaseCommand, CommandError

from epic10.checks import report
from epic10.deploy import precheck
from epic10.management import arguments, target
from epic10.management.command import OnTheTables, failing_as_json
from epic10.rehearsal import schema_rehearsal
from epic10.terminal import signals


class Command(OnTheTables, BaseCommand):
    help = (
        "Can the release run on this database, now, and within the window? Asks the server, the traffic, the schema, "
        "every row, the disk and the clock, rehearses the release on a copy of the schema, and ends with GO or NO-GO. "
        "Nothing is changed: what is measured is rolled back. WARNING: read it, then decide. FAILED: do what its HINT "
        "says first. Exit status 0 for GO, 1 for NO-GO."
    )

    def add_arguments(self, parser):
        arguments.database(parser)
        arguments.format(parser, html=True)
        arguments.window(parser)
        parser.add_argument(
            "--max-snapshot-age",
            type=arguments.duration,
            default="24h",
            metavar="DURATION",
            help="How old the last verified snapshot may be (default: 24h).",
        )
        parser.add_argument(
            "--free-disk",
            type=arguments.size,
            metavar="SIZE",
            help="Free on the server, where it cannot tell: 20GB.",
        )
        arguments.schema_rehearsal(parser)

    def handle(self, *, database, format, window, max_snapshot_age, free_disk, without_schema_rehearsal, **options):
        limits = precheck.Limits(window, max_snapshot_age, free_disk)
        with failing_as_json(self, format), signals.interruptible("Nothing was changed."):
            target.announce(self, database, is_text=format == "text")
            also = [] if without_schema_rehearsal else [schema_rehearsal.check()]
            show = self._show if format == "text" else None
            found = precheck.precheck(database, limits, show=show, also=also)
        self.stdout.write(found.rendered(format))
        if found.verdict == "FAILED":
            raise CommandError("NO-GO. Do what the HINTs of the failed checks say, then ask again.", returncode=1)
        if format == "text":
            self.stdout.write("GO." if found.verdict == "OK" else "GO, once you have read the warnings.")

    def _show(self, result):
        self.stdout.write("\n".join(report.lines_of(result)))
