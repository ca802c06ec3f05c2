import sys

from django.core.management.base import BaseCommand, CommandError

from epic10.management import arguments, target
from epic10.release import review
from epic10.release.review_reasons import Subject, columns
from epic10.terminal import private_files, signals

NDAS = Subject("nda", "ndas", ("display_id", "company_name"), created="created_at", saved="updated_at")


class Command(BaseCommand):
    help = (
        "Write every value that nobody chose, as CSV for the customer's review. A default, a label that merged with "
        "another, a computed date. Before the migration it is a preview. Changes nothing."
    )

    def add_arguments(self, parser):
        arguments.database(parser)
        parser.add_argument(
            "--output", type=arguments.path, metavar="FILE", help="Instead of standard output; yours alone (0600)."
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            choices=columns(NDAS),
            help="Only this one; may be given again. A new column's default concerns every NDA.",
        )

    def handle(self, *, database, output, column, **options):
        with signals.interruptible("Nothing was changed."):
            target.announce(self, database, is_text=False)
            self._write(database, output, column, options.get("stdout") or sys.stdout)

    def _write(self, database, output, column, stream):
        try:
            if output:
                with private_files.writing(output) as file:
                    rows = review.write(database, NDAS, file, only=column)
                self.stderr.write(f"{rows:,} rows in {output}")
            else:
                review.write(database, NDAS, stream, only=column)
        except OSError as error:
            if not output:
                raise
            raise CommandError(f"{output} cannot be written: {error.strerror}.\nHINT: --output FILE") from error
