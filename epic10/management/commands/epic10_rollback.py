from django.db import connections

from epic10.deploy import run_record
from epic10.deploy.deploy import insist_on_a_way_back, rollback
from epic10.management import arguments
from epic10.management.command import Output, ReleaseCommand, steps_of
from epic10.release import plan, state
from epic10.release.estimate_back import WayBack, estimate_back
from epic10.terminal import prompts
from epic10.terminal.outlook import followed

STOPPED = "The application has to be stopped."
PARKED = "What it has written since and the old schema cannot hold is parked, out of everybody's sight."
KEPT = "What it has written since stays, out of the old application's sight."

WISHES = ("directory", "jobs", "accept_writers", "accept_copy", "without_snapshot", "drop_dependents", "rolling")
WISHES += ("only_the_switch",)


class Command(ReleaseCommand):
    help = (
        "Go back to before Epic 10, from any point. Is the application stopped? A safety snapshot; back; compare every "
        "table with the last snapshot from before. Every old label comes back; what only Epic 10 can hold is parked, "
        "reported, and put back when the release runs again. Exit status 0: everything is what it was, but for what "
        "somebody has written since."
    )

    def add_arguments(self, parser):
        add = parser.add_argument
        arguments.database(parser)
        add("--yes", action="store_true", help="Do not ask before it begins.")
        add(
            "--rolling",
            action="store_true",
            help="With the old application at work through its schema of views; only the new one has to be stopped.",
        )
        add(
            "--only-the-switch",
            action="store_true",
            help="Leave everything as epic10_deploy --prepare left it: the schemas of views stay, and what the new "
            "application wrote stays in the columns beside the old ones, until it is switched again or all is undone.",
        )
        arguments.accepted(parser)
        add("--without-snapshot", action="store_true", help="Without the safety snapshot: seconds matter, or no disk.")
        add(
            "--drop-dependents",
            action="store_true",
            help="Drop first what others have made since on columns and types of the release: views, foreign keys. "
            "The record keeps how they were made.",
        )
        arguments.directory(parser)
        arguments.jobs(parser)
        arguments.format(parser)

    def answer(self, *, database, yes, **options):
        wishes = {name: options[name] for name in WISHES}
        insist_on_a_way_back(database)
        how = [f"--{name.replace('_', '-')}" for name in ("rolling", "only_the_switch") if wishes[name]]
        self.interrupted = f"{' '.join(['python manage.py epic10_rollback', *how])} goes on from there."
        expected = WayBack()
        if state.is_left_to_undo(connections[database]):
            if not wishes["only_the_switch"]:
                expected = estimate_back(connections[database])
                print(expected.said(takes_snapshot=not wishes["without_snapshot"]), file=self.out)
            if not yes:
                ask(connections[database], rolling=wishes["rolling"], only_the_switch=wishes["only_the_switch"])
        with self.alone(database, {name: str(value) for name, value in wishes.items()}) as run, followed() as outlook:
            outlook.expect(expected.parts(takes_snapshot=not wishes["without_snapshot"]))
            rollback(run, **wishes, may_ask=not yes, show=self.show, out=self.out)
        return Output(text(run, wishes["rolling"], wishes["only_the_switch"]), run_record.as_data(run))


def ask(connection, *, rolling, only_the_switch):
    """For a live Epic 10 the name of the database: a yes is typed too easily for what people have written."""
    name = connection.settings_dict["NAME"]
    what = "the switch" if only_the_switch else "Epic 10"
    if not rolling:
        stopped = "The application has to be stopped"
    elif only_the_switch:
        stopped = "Nobody has to be stopped: each application works on, through its schema of views"
    else:
        stopped = "The new application has to be stopped; the old one works on"
    question = f'Database "{name}" goes back to what it was before {what}. {stopped}.'
    if plan.load().is_switched(connection):
        prompts.ask(f"{question} {KEPT if only_the_switch else PARKED}", expected=name, otherwise="--yes")
    else:
        prompts.ask(question, otherwise="--yes")


def text(run, rolling, only_the_switch):
    after = "nothing, the old application is at work" if rolling else "start the application of before Epic 10"
    lines = [f"Next: {after}; python manage.py epic10_status"]
    if only_the_switch:
        lines.append("It is prepared: epic10_deploy --rolling switches again, epic10_rollback undoes the rest.")
    return "\n".join(["", *steps_of(run), "", *lines])
