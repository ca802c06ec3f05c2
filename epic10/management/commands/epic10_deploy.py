from django.core.management import CommandError
from django.db import connections

from epic10.deploy import precheck, preview, run_record
from epic10.deploy.deploy import deploy
from epic10.deploy.gates import WITHOUT_REHEARSAL
from epic10.deploy.readiness import DeployOptions
from epic10.management import arguments, target
from epic10.management.command import Output, ReleaseCommand, steps_of
from epic10.postgres import view_schemas
from epic10.rehearsal import schema_rehearsal
from epic10.release import state
from epic10.terminal import prompts
from epic10.terminal.display import Help

EXAMPLES = """
examples:
  epic10_deploy --dry-run        what would be done, how long it takes, every statement
  epic10_deploy --prepare        all but the switch, on an ordinary afternoon, with the old application at work
  epic10_deploy --rolling        then, with both applications at work, each through its schema of views
  epic10_deploy                  in the window, with the application stopped: the rest, or everything
"""


PREPARED = (
    "Prepared. Next, with nobody stopped: new sessions of the old application with search_path = {old}, public;",
    "the new one in {new}, public as a canary; epic10_status says who is in neither; then",
    "python manage.py epic10_deploy --rolling",
    "Or in the window, with the application stopped: python manage.py epic10_deploy",
)
ROLLED = "Epic 10 is in place. Next: the new application, one instance after the other; python manage.py epic10_status"


class Command(ReleaseCommand):
    help = (
        "Deploy the release, and go back by itself if it fails. Is the application stopped? Precheck, snapshot, verify "
        "it, migrate, validate, smoke, vacuum. If anything fails after its first change, or it takes longer than "
        "--timeout, the database goes back to what it was, by itself; where Epic 10 was in place before, it only says "
        "what failed. Killed at any moment, the same command goes on from there. Exit status "
        "0: Epic 10 is in place, or prepared."
    )

    def add_arguments(self, parser):
        parser.epilog, parser.formatter_class = EXAMPLES, Help
        add = parser.add_argument
        arguments.database(parser)
        add("--dry-run", action="store_true", help="Show the steps, the estimate and the exact SQL; change nothing.")
        add("--prepare", action="store_true", help="Everything before the switch; nothing of it is visible.")
        add(
            "--rolling",
            action="store_true",
            help="After --prepare: switch with nobody stopped. Refuses while a session is at work outside of the "
            "schemas of views, which would notice it.",
        )
        add("--yes", action="store_true", help="Do not ask before it begins.")
        add("--timeout", type=arguments.duration, default="10m", help="Go back when it takes longer (default: 10m).")
        add("--keep", action="store_true", help="Do not go back on failure; leave it for somebody to look at.")
        arguments.accepted(parser)
        add(WITHOUT_REHEARSAL, action="store_true", help="Accept that none has passed on a snapshot of this database.")
        arguments.age(parser, "--max-rehearsal-age", "How long ago the rehearsal may have passed (default: 7d).")
        one = parser.add_mutually_exclusive_group().add_argument
        one("--snapshot", type=arguments.file_name, metavar="NAME", help="Verify and use this one; take none.")
        one("--fresh-snapshot", action="store_true", help="Take a new one, even where that of --prepare counts.")
        one(
            "--snapshot-taken",
            metavar="ID",
            help="Take none: there is a base backup, or one of the provider's. It is taken on your word.",
        )
        arguments.age(parser, "--max-snapshot-age", "How old that, or the one of --prepare, may be (default: 7d).")
        arguments.directory(parser)
        arguments.jobs(parser)
        arguments.window(parser)
        add("--free-disk", type=arguments.size, metavar="SIZE", help="On the server, where it cannot tell: 20GB.")
        arguments.schema_rehearsal(parser)
        arguments.format(parser)

    def handle(self, *, dry_run, **options):
        if dry_run:
            target.announce(self, options["database"])
            return "\n".join(preview.lines(options["database"], wishes_of(**options)))
        return super().handle(**options)

    def answer(self, *, database, **options):
        wishes = wishes_of(**options)
        if wishes.rolling and wishes.only_prepare:
            raise CommandError("--rolling comes after --prepare, in a run of its own.\nHINT: epic10_deploy --prepare")
        state.insist_on_a_register(connections[database])
        if wishes.may_ask:
            prompts.ask("\n".join(preview.summary(database, wishes)), otherwise="--yes")
        self.interrupted = wishes.command
        if state.has_begun(connections[database]):
            self.interrupted += " goes on from there, python manage.py epic10_rollback goes back from there."
        with self.alone(database, recorded_options(wishes)) as run:
            deploy(run, wishes, show=self.show, out=self.out)
        return Output(text(run, wishes), run_record.as_data(run))


def wishes_of(*, yes, window, free_disk, prepare, without_schema_rehearsal, **options) -> DeployOptions:
    limits = precheck.Limits(window=window, free_disk=free_disk)
    also = () if without_schema_rehearsal else (schema_rehearsal.check(),)
    known = (
        "directory",
        "timeout",
        "jobs",
        "snapshot",
        "keep",
        "without_rehearsal",
        "fresh_snapshot",
        "snapshot_taken",
    )
    known += ("rolling", "accept_writers", "accept_copy", "max_rehearsal_age", "max_snapshot_age")
    more = {name: options[name] for name in known}
    return DeployOptions(limits=limits, only_prepare=prepare, may_ask=not yes, also_asked=also, **more)


def recorded_options(wishes):
    """The options as they go into the record."""
    return {name: str(value) for name, value in vars(wishes).items() if name not in ("limits", "may_ask", "also_asked")}


def text(run, wishes):
    lines = ["", *steps_of(run), ""]
    if wishes.only_prepare:
        return "\n".join([*lines, *(line.format(old=view_schemas.old(), new=view_schemas.new()) for line in PREPARED)])
    if wishes.rolling:
        return "\n".join([*lines, ROLLED])
    return "\n".join([*lines, "Epic 10 is in place. Next: start the new application; python manage.py epic10_status"])
