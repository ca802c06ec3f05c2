from django.core.management.base import CommandError
from django.db import connections

from epic10.deploy import rolling, run_record
from epic10.deploy.finalize import also_dropped, finalize, is_left_to_end
from epic10.deploy.run import Run
from epic10.management import arguments
from epic10.management.command import Output, ReleaseCommand
from epic10.postgres.locks import LockNotGranted
from epic10.terminal import prompts
from epic10.terminal.display import shown

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
        "and epic10_rollback refuse afterwards. Refuses while anybody uses the old labels: something built on "
        "them, such as a view, or a session at work through the old application's schemas of views. Asks twice."
    )

    def add_arguments(self, parser):
        arguments.database(parser)
        parser.add_argument(OPTION, action="store_true", help="Do not ask; this is the answer to both questions.")
        parser.add_argument(
            OPTION_FOR_OTHERS,
            action="store_true",
            help="Do not ask about indexes and statistics that somebody has made on the old columns: they go.",
        )

        arguments.accepted(parser)
        arguments.format(parser)

    def answer(
        self, *, database, yes_drop_legacy, yes_drop_indexes=False, accept_copy=False, accept_writers=False, **_
    ):
        lost = [] if yes_drop_indexes else also_dropped(database)
        is_asked = not yes_drop_legacy and is_left_to_end(database)
        if (lost or is_asked) and not accept_writers:
            self._insist_that_the_old_one_is_gone(database)
        if lost:
            prompts.ask(ALSO_DROPPED.format(lost="; ".join(lost)), otherwise=OPTION_FOR_OTHERS)
        if is_asked:
            name = connections[database].settings_dict["NAME"]
            prompts.ask(QUESTION.format(name=name), otherwise=OPTION)
            prompts.ask(AGAIN, expected=name, otherwise=OPTION)
        accepted = {"accept_copy": accept_copy, "accept_writers": accept_writers}
        try:
            with self.alone(database, {name: str(value) for name, value in accepted.items()}) as run:
                finalize(run, show=self.show, **accepted)
        except LockNotGranted as error:
            raise CommandError(str(error)) from error
        said = "Epic 10 is finalized. What each row's old labels were is in epic10_original."
        return Output(said, run_record.as_data(run))

    def _insist_that_the_old_one_is_gone(self, database):
        """Nobody is asked in vain: the run itself looks again, and for good under its locks."""
        with shown(self.progress):
            rolling.insist_that_the_old_one_is_gone(Run("epic10_finalize", database, self.begin), accepted=False)
