from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, connections

from epic10 import report, validation


class Command(BaseCommand):
    help = "Check that Epic 10 did what it says: schema, every row, foreign keys, indexes. Exit status 0 or 1."

    def add_arguments(self, parser):
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, choices=tuple(connections), help="Which one.")
        parser.add_argument("--format", default="text", choices=("text", "json", "html"), help="Who is to read it.")

    def handle(self, *, database, format, **options):
        try:
            found = validation.validate(database, show=self._show if format == "text" else None)
        except validation.NotApplied as error:
            raise CommandError(str(error)) from error
        self.stdout.write(found.rendered(format))
        if complaint := validation.save(found, database):
            self.stderr.write(complaint)
        if found.verdict == "FAILED":
            raise CommandError("Epic 10 is not as it should be.", returncode=1)

    def _show(self, result):
        self.stdout.write("\n".join(report.lines_of(result)))
