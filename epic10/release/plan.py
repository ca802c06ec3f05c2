"""The plan of the release, read from the one migration file that defines it."""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain

from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from epic10.checks import Check
from epic10.ledger.models import OF_THE_WATCH
from epic10.operations import Backfill, privileges
from epic10.operations.phase import Phase, walk
from epic10.operations.privileges import Need
from epic10.operations.release_operation import of_the_release
from epic10.operations.require import RequireServer
from epic10.postgres import view_schemas
from epic10.postgres.catalog import FINALIZED, holds
from epic10.terminal.refusal import Refusal

RECORD = "django_migrations"
APPEND_ONLY = Need("function", "epic10_append_only")


@dataclass(frozen=True)
class Plan:
    """The migration, and Django's models just before it."""

    app_label: str
    name: str
    migration: Migration
    before: ProjectState

    @property
    def phases(self) -> list[Phase]:
        return self.migration.operations

    @property
    def title(self) -> str:
        """The migration as Django writes it, such as ndas.0002_name."""
        return f"{self.app_label}.{self.name}"

    @property
    def previous(self) -> str:
        """The migration to go back to."""
        return next(name for label, name in self.migration.dependencies if label == self.app_label)

    @cached_property
    def operations(self) -> list[tuple[Phase, Operation, ProjectState, ProjectState]]:
        """Every operation of every phase, with the phase it belongs to and the states around it."""
        # Cached, because each step copies every model.
        return [
            (phase, operation, before, after)
            for phase, state, _ in walk(self.phases, self.app_label, self.before)
            for operation, before, after in walk([*phase.first, *phase.operations], self.app_label, state)
        ]

    def checks(self) -> list[Check]:
        """What must be true when the release is in place."""
        return [check for operation, *at in self._at() for check in operation.checks(*at)]

    def preconditions(self) -> list[Check]:
        """What must be true before its first change."""
        return [check for operation, *at in self._at() for check in operation.preconditions(*at)]

    def all_of(self, kind: type[Operation]) -> list[Operation]:
        """The operations of one class, in the order of the release."""
        return [operation for _, operation, _, _ in self.operations if isinstance(operation, kind)]

    def backfills(self) -> list[Backfill]:
        """The backfills that run in every database; the others only where somebody has added such a column before."""
        return [backfill for backfill in self.all_of(Backfill) if not backfill.beside]

    def models(self) -> list[type]:
        """The models of the app before the release."""
        return list(self.before.apps.get_app_config(self.app_label).get_models())

    def needs(self) -> list[Need]:
        """The privileges that the role needs, without duplicates, including those on the ledger."""
        kept = [
            model._meta.db_table for model in apps.get_app_config("epic10").get_models() if model not in OF_THE_WATCH
        ]
        books = [privileges.table(table, "SELECT", "INSERT", "UPDATE", "DELETE") for table in (RECORD, *kept)]
        said = (operation.needs(*at) for operation, *at in self._at())
        return list(dict.fromkeys(chain(*said, *books, [APPEND_ONLY])))

    @property
    def server(self) -> RequireServer:
        """The requirement on the server."""
        return next(operation for _, operation, _, _ in self.operations if isinstance(operation, RequireServer))

    def tables(self) -> list[str]:
        """The tables of the app before the release."""
        return [model._meta.db_table for model in self.models()]

    def changed(self) -> list[str]:
        """Those of them that the release changes."""
        return [backfill.table for backfill in self.backfills()]

    def is_switched(self, connection) -> bool:
        """Has the last phase committed, according to the catalog, which is always consistent?"""
        return holds(connection, self.phases[0].done)

    def is_live(self, connection) -> bool:
        """Does the session find the register of the new application: by the switch, or before it by its views?"""
        return self.is_switched(connection) or holds(connection, view_schemas.is_of_the_new_one(self.changed()[0]))

    def is_finalized(self, connection) -> bool:
        """Are the old labels gone for good?"""
        return holds(connection, FINALIZED)

    def signs(self, phase: Phase) -> list[str]:
        """Conditions on the catalog that all hold once the phase has run."""
        return [sign for operation, *at in self._at(phase) for sign in operation.signs(*at)]

    def _at(self, phase=None):
        """Each operation, or each one of a phase, with the arguments that its methods take."""
        for of_phase, operation, _, after in self.operations:
            if phase in (None, of_phase):
                yield of_the_release(operation), self.app_label, after


class NotInstalled(Refusal):
    """The project does not have the migration that EPIC10_MIGRATION names."""


def is_installed() -> bool:
    if settings.EPIC10_MIGRATION[0] not in apps.app_configs:
        return False  # Whatever was loaded before: tests install other apps for a while.
    try:
        load()
    except NotInstalled:
        return False
    return True


@cache
def load() -> Plan:
    """Raises NotInstalled."""
    key = settings.EPIC10_MIGRATION
    loader = MigrationLoader(connection=None)
    if key not in loader.graph.nodes:
        raise NotInstalled(
            f'This project has no migration "{key[1]}" of an app "{key[0]}".\n'
            f'HINT: "{key[0]}" has to be in INSTALLED_APPS, and EPIC10_MIGRATION has to name its release.'
        )
    return Plan(
        *key,
        migration=loader.get_migration(*key),
        before=loader.project_state(key, at_end=False),
    )
