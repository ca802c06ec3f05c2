"""Django's migrate, for a release that runs for long and may be interrupted."""

import time

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import Error, connections
from django.utils import timezone

from epic10.checks import connections as connections_wanted
from epic10.checks.server import insist_on
from epic10.management import arguments, target
from epic10.management.command import OnTheTables
from epic10.operations import Phase, orphans, privileges, way_back
from epic10.operations.backfill import workers
from epic10.postgres import routing
from epic10.postgres.errors import message_of
from epic10.postgres.migration_lock import LockLost, only_migrator
from epic10.postgres.session import unhurried
from epic10.release import plan
from epic10.release.advice import NO_WAY_BACK, stopped
from epic10.release.preparation import back_to_prepared, prepared
from epic10.release.reconcile import has_work, is_way_back, reconcile
from epic10.terminal import signals
from epic10.terminal.display import shown
from epic10.terminal.moments import moment
from epic10.terminal.output import Lasting
from epic10.terminal.progress import logger
from epic10.terminal.refusal import Refusal


class Command(Lasting, OnTheTables, migrate.Command):
    """One migrator at a time; progress; and the record follows the database, not the other way about."""

    only_looks = False

    help = (
        f"{migrate.Command.help} One migrator at a time per database. migrate ndas goes on from wherever an earlier "
        "run stopped, killed or interrupted; migrate ndas 0001 goes back from there, to exactly the schema before."
    )

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="Everything before the switch, with the old application at work; migrate ndas does the rest later. "
            "With 0001: undo the switch and what came after it, and nothing else.",
        )
        parser.add_argument(
            "--workers",
            type=arguments.number,
            metavar="N",
            help="Connections that share a backfill (default: EPIC10_WORKERS, or 1); two take a little more than half "
            "the time on a server with processors to spare.",
        )
        parser.add_argument(
            "--orphans",
            choices=(orphans.REFUSE, orphans.SET_NULL),
            default=orphans.REFUSE,
            help="What becomes of references that were there before their foreign key and point at nobody: stop "
            "before the first change and name them (the default), or let them read NULL and keep a list in "
            "epic10_orphan; migrate ndas 0001 brings them back.",
        )

    def handle(self, *args, **options):
        self.tells = False
        changes_nothing = any(options[name] for name in ("plan", "check_unapplied", "fake", "prune"))
        if changes_nothing or not concerns_the_release(options):
            return super().handle(*args, **options)
        routing.insist(options["database"])
        self.tells, self.under_way = True, False
        try:
            if options["verbosity"] > 0:
                target.announce(self, options["database"], changes=True)
            with signals.handled():
                self._handle(*args, **options)
        except LockLost as error:
            raise half_way(options, str(error)) from error
        except Refusal as error:
            raise CommandError(str(error)) from error
        except (KeyboardInterrupt, Error) as error:
            if signals.is_interruption(error):
                status = {"separator": " ", "returncode": signals.EXIT_STATUS}
                raise half_way(options, "Interrupted.", **status) from error
            if not self.under_way:
                raise
            raise half_way(options, message_of(error)) from error

    def _handle(self, *args, database, verbosity, app_label, migration_name, prepare=False, **options):
        orphan_policy, number = options.pop("orphans", orphans.REFUSE), options.pop("workers", None)
        connection, is_back = connections[database], is_way_back(plan.load(), migration_name)
        insist_that_nothing_is_dropped(app_label, migration_name)
        insist_on(plan.load().server.preconditions(), connection)
        insist_on_a_way_back(connection, app_label, migration_name)
        with (
            only_migrator(connection),
            unhurried(connection),
            orphans.treated(orphan_policy, connection),
            workers.limited(number),
            shown(self.stdout, quiet=verbosity == 0),
        ):
            if has_work(connection, app_label, migration_name):
                privileges.require(connection, plan.load().needs())
                if workers.beside_this_one():
                    connections_wanted.insist_on(workers.beside_this_one(), connection)
                if is_back and not prepare:
                    way_back.insist_on_a_free_way(connection, plan.load().changed())
            # Prepared, the release itself is not undone.
            reconcile(connection, app_label, plan.load().name if is_back and prepare else migration_name)
            if prepare:
                self.under_way = True
                back_to_prepared(connection) if is_back else prepared(connection)
                return
            super().handle(
                *args,
                database=database,
                verbosity=verbosity,
                app_label=app_label,
                migration_name=migration_name,
                **options,
            )

    def migration_progress_callback(self, action, migration=None, fake=False):
        if fake or not self.tells or not has_phases(migration):
            return super().migration_progress_callback(action, migration, fake)
        if action.endswith("_start"):
            self.under_way, self.began = True, time.monotonic()
            verb = "started" if action == "apply_start" else "is being undone, started"
            logger.info(f"Migration {verb} at {moment(timezone.now(), precise=True)}: {migration}")
        else:
            self.under_way = False
            verb = "completed" if action == "apply_success" else "undone"
            minutes, seconds = divmod(time.monotonic() - self.began, 60)
            now = moment(timezone.now(), precise=True)
            logger.info(f"Migration {verb} at {now} (duration: {minutes:.0f}m {seconds:.1f}s)")


def half_way(options, why, **more) -> CommandError:
    """The error, with the command as it was typed."""
    only_prepare = bool(options.get("prepare")) and not is_way_back(plan.load(), options["migration_name"])
    return stopped(options["database"], why, only_prepare=only_prepare, **more)


def concerns_the_release(options) -> bool:
    """Not in a project without it, nor where its routers keep the register out: there everything is Django's."""
    alias, prepare = options["database"], options.get("prepare", False)
    if prepare:
        return True
    if not plan.is_installed() or not routing.is_for(alias):
        return False
    others_alone = options["app_label"] not in (None, plan.load().app_label, routing.LEDGER)
    return connections[alias].vendor == "postgresql" or not others_alone


def insist_that_nothing_is_dropped(app_label, migration_name):
    """Neither the register nor the ledger is undone by a migration."""
    if (app_label, migration_name) == (plan.load().app_label, "zero"):
        raise CommandError(
            f"{app_label} zero would drop the register itself.\nHINT: python manage.py migrate {app_label} 0001"
        )
    if (app_label, migration_name) == (routing.LEDGER, "zero"):
        raise CommandError(
            f"{app_label} zero would take the release back first, and then drop its books: what is parked, and the "
            "record of every command. Nothing was changed.\n"
            f"HINT: python manage.py migrate {plan.load().app_label} 0001 goes back, and keeps them."
        )


def insist_on_a_way_back(connection, app_label, migration_name):
    release, name = plan.load(), connection.settings_dict["NAME"]
    if app_label == release.app_label and is_way_back(release, migration_name) and release.is_finalized(connection):
        raise CommandError(
            f'There is no way back: Epic 10 is finalized in database "{name}", '
            f"and the old labels are gone.\n{NO_WAY_BACK}"
        )


def has_phases(migration):
    return migration is not None and any(isinstance(operation, Phase) for operation in migration.operations)
