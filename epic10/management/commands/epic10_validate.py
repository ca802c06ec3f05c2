from django.core.management.base import BaseCommand, CommandError

from epic10.checks import report
from epic10.deploy import validate
from epic10.management import arguments, target
from epic10.management.command import OnTheTables, failing_as_json
from epic10.terminal import signals


class Command(OnTheTables, BaseCommand):
    help = (
        "Check that Epic 10 did what it says. Schema, every row, foreign keys, indexes; with --smoke also that the "
        "application works on it. Exit status 0 or 1."
    )

    def add_arguments(self, parser):
        arguments.database(parser)
        arguments.format(parser, html=True)

        parser.add_argument("--smoke", action="store_true", help="Try the application too, and roll all of it back.")
        parser.add_argument(
            "--previous", action="store_true", help="After a rollback: try the previous application, and nothing else."
        )

    def handle(self, *, database, format, smoke, previous, **options):
        show = self._show if format == "text" else None
        with failing_as_json(self, format), signals.interruptible("Nothing was changed."):
            target.announce(self, database, is_text=format == "text")
            found = self._validated(database, smoke, previous, show)
        self.stdout.write(found.rendered(format))
        if complaint := validate.save(found, database):
            self.stderr.write(complaint)
        if found.verdict == "FAILED":
            complaint = "The previous application does not work." if previous else "Epic 10 is not as it should be."
            raise CommandError(complaint, returncode=1)

    def _validated(self, database, smoke, previous, show):
        if previous:
            return validate.previous_works(database, show=show)
        return validate.validate(database, smoke=smoke, show=show)

    def _show(self, result):
        self.stdout.write("\n".join(report.lines_of(result)))
