import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from epic10 import checks
from epic10.checks import report
from epic10.deploy import run_record
from epic10.deploy.finalize import finalize, goes_too, is_left_to_end
from epic10.management import arguments
from epic10.postgres.locks import LockNotGranted
from epic10.terminal import prompts, signals
from epic10.terminal.display import shown
from epic10.terminal.output import Lasting

INTERRUPTED = "The same command goes on from here; until it is done, the way back is open."
QUESTION = (
    "The old labels of database {name} are dropped, for good. They stay in an archive, but there is no way back to "
    "the previous application after this."
)
AGAIN = "This cannot be undone."
GOES_TOO = "With the old columns goes what somebody has made on them, and no successor has its name: {lost}."
OPTION, OPTION_FOR_OTHERS = "--yes-drop-legacy", "--yes-drop-indexes"


class Command(Lasting, BaseCommand):
    help = (
        "End the release, weeks later, and with it the way back. Keeps every row's old labels in the archive, then "
        "drops the legacy columns, their index, triggers and types. It is the point of no return: migrate ndas 0001 "
        "and epic10_rollback refuse afterwards. Refuses while anybody uses the old labels, such as a view. Asks "
        "twice."
    )

    def add_arguments(self, parser):
        arguments.database(parser)
        parser.add_argument(OPTION, action="store_true", help="Do not ask; this is the answer to both questions.")
        parser.add_argument(
            OPTION_FOR_OTHERS,
            action="store_true",
            help="Do not ask about indexes and statistics that somebody has made on the old columns: they go.",
        )

    def handle(self, *, database, yes_drop_legacy, yes_drop_indexes=False, **options):
        name = connections[database].settings_dict["NAME"]
        if not yes_drop_indexes and (lost := goes_too(database)):
            prompts.ask(GOES_TOO.format(lost="; ".join(lost)), otherwise=OPTION_FOR_OTHERS)
        if not yes_drop_legacy and is_left_to_end(database):
            prompts.ask(QUESTION.format(name=name), otherwise=OPTION)
            prompts.ask(AGAIN, expected=name, otherwise=OPTION)
        out = options.get("stdout") or sys.stdout

        def show(result):
            if result.verdict != checks.OK:
                print("\n".join(report.lines_of(result)), file=out)

        try:
            with (
                signals.told(INTERRUPTED),
                shown(self.stdout),
                run_record.alone(
                    "epic10_finalize", database, begin=lambda step: print(f"== {step}", file=out), arguments={}
                ) as run,
            ):
                finalize(run, show=show)
        except LockNotGranted as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Epic 10 is finalized. What each row's old labels were is in epic10_original.")
