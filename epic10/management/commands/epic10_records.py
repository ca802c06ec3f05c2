from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from epic10 import arguments, ledger, run_chain
from epic10.models import RunRecord

HINT = (
    "HINT: Compare with the files of whoever ran it. A file that is not in the ledger is also what a database leaves "
    "that was made anew, or restored from before."
)


class Command(BaseCommand):
    help = (
        "List the records of every command of the night, and check their chain. What every deploy, rollback, "
        "rehearsal and finalization of this database has left behind has to be as it was written and follow the one "
        "before it. Exit status 1 if one is not. The records themselves are files, JSON and HTML, in the directory "
        "EPIC10_RECORDS."
    )

    def add_arguments(self, parser):
        arguments.database(parser)

    def handle(self, *, database, **options):
        if ledger.is_there(connections[database], RunRecord):
            for row in RunRecord.objects.using(database).order_by("id"):
                self.stdout.write(
                    f"{row.id:4}  {row.started_at:%Y-%m-%d %H:%M:%S} UTC  {row.verdict:11}  {row.command}"
                )
        if breaks := list(run_chain.breaks(database, settings.EPIC10_RECORDS)):
            raise CommandError("\n".join(["The records are not what they were:", *breaks, HINT]))
        self.stdout.write("Every record is as it was written, and follows the one before it.")
