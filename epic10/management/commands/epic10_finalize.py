from django.core.management.base import CommandError
from django.db import connections

from epic10.deploy import run_record
from epic10.deploy.finalize import also_dropped, finalize, is_left_to_end
from epic10.management import arguments
from epic10.management.command import Output, ReleaseCommand
from epic10.postgres.locks import LockNotGranted
from epic10.terminal import prompts

QUESTION = (
    'The old labels of database "{name}" are dropped, for good. They stay in an archive, but there is no way back to '
    "the previous application after this."
)
AGAIN = "This cannot be undone."
ALSO_DROPPED = "With the old columns goes what somebody has made on them, and no successor has its name: {lost}."
OPTION, OPTION_FOR_OTHERS = "--yes-drop-legacy", "--yes-drop-indexes"


class Command(ReleaseCommand):
    interrupted = "python manage.py epic10_finalize goes on from there; until it is done, the way back is open."
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

        arguments.accept_copy(parser)
        arguments.format(parser)

    def answer(self, *, database, yes_drop_legacy, yes_drop_indexes=False, accept_copy=False, **options):
        name = connections[database].settings_dict["NAME"]
        if not yes_drop_indexes and (lost := also_dropped(database)):
            prompts.ask(ALSO_DROPPED.format(lost="; ".join(lost)), otherwise=OPTION_FOR_OTHERS)
        if not yes_drop_legacy and is_left_to_end(database):
            prompts.ask(QUESTION.format(name=name), otherwise=OPTION)
            prompts.ask(AGAIN, expected=name, otherwise=OPTION)
        try:
            with self.alone(database, {}) as run:
                finalize(run, show=self.show, accept_copy=accept_copy)
        except LockNotGranted as error:
            raise CommandError(str(error)) from error
        said = "Epic 10 is finalized. What each row's old labels were is in epic10_original."
        return Output(said, run_record.as_data(run))
